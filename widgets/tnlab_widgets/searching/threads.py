"""Threads behind the workbench: one that tells the page how things stand, one that runs errands which may take long."""

import queue
import threading
import time
from collections.abc import Callable

from tnlab_widgets.base.sentences import sentence

EVERY = 0.1  # seconds between two reports at least
POLL = 0.5  # seconds between two looks at studies that others write


class Reporter:
    """Calls ``report`` soon after ``due``, and not too often, from a thread of its own.

    Args:
        report: What is called.
        every: Seconds between two calls at least.
    """

    def __init__(self, report: Callable[[], None], every: float = EVERY) -> None:
        self._report, self._every = report, every
        self._due, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="tnlab-report", daemon=True)
        self._thread.start()

    def due(self) -> None:
        """Have it reported how things stand."""
        self._due.set()

    def close(self) -> None:
        """End the thread."""
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
    """Does one thing after the other in a thread of its own, and looks around in between while there is need to.

    Args:
        look: Looks around; returns whether there is need to do so again soon.
        tell: Told what went wrong, as a sentence.
    """

    def __init__(self, look: Callable[[], bool], tell: Callable[[str], None]) -> None:
        self._look, self._tell = look, tell
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tnlab-errands", daemon=True)
        self._thread.start()

    def send(self, errand: Callable[[], None]) -> None:
        """Have it done after what was sent before."""
        self._queue.put(errand)

    def close(self) -> None:
        """End the thread after what was sent before."""
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
            except Exception as error:  # noqa: BLE001 - the thread must live on, and the person be told
                self._tell(sentence(error))


def _nothing() -> None:
    """Do nothing."""
