"""The reporter of the workbench, which limits how often a callback runs."""

import time
from collections.abc import Callable

from tnlab_widgets.base.worker import Worker

EVERY = 0.1  # seconds between two reports at least


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
