"""Threads of the workbench: a reporter that limits how often a callback runs, and a queue of slow tasks."""

import queue
import threading
import time
from collections.abc import Callable

from tnlab_widgets.base.sentences import sentence

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
        self._due, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="tnlab-report", daemon=True)
        self._thread.start()

    def due(self) -> None:
        """Request a call of the function."""
        self._due.set()

    def close(self) -> None:
        """End the thread; a call in progress finishes."""
        self._closed.set()
        self._due.set()

    def _run(self) -> None:
        while self._due.wait() and not self._closed.is_set():
            self._due.clear()
            begun = time.monotonic()
            try:
                self._report()
            except Exception as error:  # noqa: BLE001 - logged; the next report may do better
                sentence(error)
            self._closed.wait(max(self._every - (time.monotonic() - begun), self._every / 4))


class Errands:
    """Runs tasks one after the other in a thread of its own, and a check after each.

    Args:
        look: The check; while it returns True, it is repeated every ``POLL`` seconds.
        tell: Called with the error of a task as a sentence.
    """

    def __init__(self, look: Callable[[], bool], tell: Callable[[str], None]) -> None:
        self._look, self._tell = look, tell
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tnlab-errands", daemon=True)
        self._thread.start()

    def send(self, errand: Callable[[], None]) -> None:
        """Append a task to the queue."""
        self._queue.put(errand)

    def close(self) -> None:
        """End the thread after the tasks in the queue."""
        self._queue.put(None)

    def _run(self) -> None:
        restless = False
        while True:
            try:
                errand = self._queue.get(timeout=POLL if restless else None)
            except queue.Empty:
                errand = _nothing
            if errand is None:
                return
            try:
                errand()
                restless = self._look()
            except Exception as error:  # noqa: BLE001 - the thread goes on, and the page shows the error
                self._tell(sentence(error))


def _nothing() -> None:
    """Do nothing."""
