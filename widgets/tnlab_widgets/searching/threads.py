"""Threads of the workbench: a reporter that limits how often a callback runs, and a queue of slow tasks."""

import time
from collections import deque
from collections.abc import Callable

from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.worker import Worker

EVERY = 0.1  # seconds between two reports at least
POLL = 0.5  # seconds between two reads of studies that other processes write


class Reporter:
    """Calls a function in a thread of its own after each ``due``, at most once in a given time.

    Args:
        report: The function; calls of ``due`` while it waits are merged into one.
        every: Seconds from the begin of one call to the next at least.
    """

    def __init__(self, report: Callable[[], None], every: float = EVERY) -> None:
        self._report, self._every = report, every
        self._asked, self._next = False, 0.0
        self._worker = Worker(self._step, "tnlab-report")

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._worker.is_alive

    def due(self) -> None:
        """Request a call of the function."""
        self._asked = True
        self._worker.wake()

    def close(self, timeout: float = 0.0) -> None:
        """End the thread, and wait up to ``timeout`` seconds for a call in progress, which finishes."""
        self._worker.close(timeout)

    def _step(self) -> float | None:
        if self._worker.closed or not self._asked:
            return None
        begun = time.monotonic()
        if begun < self._next:
            return self._next - begun
        self._asked = False
        try:
            self._report()
        finally:
            self._next = max(begun + self._every, time.monotonic() + self._every / 4)
        return None


class Errands:
    """Runs tasks one after the other in a thread of its own, and a check after each.

    Args:
        look: The check; while it returns True, it is repeated every ``POLL`` seconds.
        tell: Called with the error of a task as a sentence.
    """

    def __init__(self, look: Callable[[], bool], tell: Callable[[str], None]) -> None:
        self._look, self._tell = look, tell
        self._queue: deque[Callable[[], None]] = deque()
        self._restless = False
        self._worker = Worker(self._step, "tnlab-errands")

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._worker.is_alive

    def send(self, errand: Callable[[], None]) -> None:
        """Append a task to the queue."""
        self._queue.append(errand)
        self._worker.wake()

    def close(self, timeout: float = 0.0) -> None:
        """End the thread after the tasks in the queue, for which up to ``timeout`` seconds are waited."""
        self._worker.close(timeout)

    def _step(self) -> float | None:
        """Do the next task and look; after ``close`` do all that are left."""
        while self._queue or self._restless:
            try:
                if self._queue:
                    self._queue.popleft()()
                self._restless = self._look()
            except Exception as error:  # noqa: BLE001 - the other tasks are done, and the page shows the error
                self._tell(sentence(error))
            if not self._worker.closed:
                return 0.0 if self._queue else POLL if self._restless else None
            self._restless = False
        return None
