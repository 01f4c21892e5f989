"""Work in the background: a thread that starts when there is work, and ends when there has been none for a while."""

import atexit
import ctypes
import os
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable

from tnlab_widgets.base.sentences import LOG, sentence

IDLE = 3.0  # seconds without work after which a thread ends: commands of one person mostly follow each other faster
ENDING = 2.0  # seconds that the end of the process waits for the steps in progress of all workers

_started: "weakref.WeakSet[Worker]" = weakref.WeakSet()  # in this process


class Worker:
    """Calls a method of its owner in a thread, as often as there is work.

    ``wake`` says that there is work. The method then does one step of it and returns the seconds until the next step:
    0.0 for one that is due, None where nothing is left to do before the next ``wake``. After ``close`` it is called
    once more, with ``closed`` set, to let go of what it holds. An exception in it is logged, and counts as None.

    The thread starts with the first ``wake``, ends after ``idle`` seconds without work, and starts again with the next
    ``wake``. It holds the owner only during a step, so that a forgotten owner is freed, and the thread ends. In a
    forked process no thread runs until ``wake`` is called there.

    Args:
        step: The method.
        name: Name of the thread.
        idle: Seconds without work after which the thread ends.

    Attributes:
        changed: A lock that the owner may hold while it reads or replaces its own fields; ``wake`` and ``close`` notify
            those that wait for it.
        closed: Whether ``close`` has been called, or the owner is forgotten.
    """

    def __init__(self, step: Callable[[], float | None], name: str, *, idle: float = IDLE) -> None:
        self.name, self.idle = name, idle
        self.changed = threading.Condition()
        self.closed = False
        self._step = weakref.WeakMethod(step)
        self._due = False
        self._thread: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def wake(self) -> None:
        """Have the step called soon, also where it is being called; after ``close`` nothing happens."""
        with self.changed:
            if self.closed:
                return
            self._due = True
            if self._thread is None:
                _started.add(self)
                thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                thread.start()
                self._thread = thread
            self.changed.notify_all()

    def close(self, timeout: float | None = 0.0) -> None:
        """End the thread after the step in progress, for which up to ``timeout`` seconds are waited; None: any time.

        Where no thread runs, the last step is done here.
        """
        with self.changed:
            first, self.closed = not self.closed, True
            thread = self._thread
            self.changed.notify_all()
        if thread is None and first:
            self._attempt()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _run(self) -> None:
        if self._work():
            self._attempt()
        _give_memory_back()

    def _work(self) -> bool:
        """Do steps until there has been no work for a while; return whether the worker has been closed meanwhile."""
        pause: float | None = 0.0
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self._due or self.closed, self.idle if pause is None else pause)
                if self.closed:
                    return True
                if pause is None and not self._due:
                    self._thread = None  # while locked: ``wake`` sees it and starts another thread
                    return False
                self._due = False
            pause = self._attempt()

    def _attempt(self) -> float | None:
        step = self._step()
        if step is None:
            self.closed = True
            return None
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - the thread goes on with the next work
            LOG.error("A step of the thread %s failed: %s", self.name, sentence(error))
            return None

    def forked(self) -> None:
        """Forget the thread, which was not copied to this process, and a lock that it may have held."""
        self.changed = threading.Condition()
        if self._thread is not threading.current_thread():
            self._thread = None


def _give_memory_back() -> None:
    """Return the pages that are free to the system: glibc keeps those that a thread has used, some megabytes each."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


class Errands:
    """Does tasks one after the other, in a thread of its own.

    Args:
        name: Name of the thread.
    """

    def __init__(self, name: str) -> None:
        self._queue: deque[Callable[[], None]] = deque()
        self._worker = Worker(self._step, name)

    def send(self, errand: Callable[[], None]) -> None:
        """Append a task to the queue; its error is logged."""
        self._queue.append(errand)
        self._worker.wake()

    def close(self, timeout: float = 0.0) -> None:
        """End the thread after the tasks in the queue, for which up to ``timeout`` seconds are waited."""
        self._worker.close(timeout)

    def _step(self) -> float | None:
        while self._queue:
            try:
                self._queue.popleft()()
            except Exception as error:  # noqa: BLE001 - the other tasks are done
                LOG.error("A task of the thread %s failed: %s", self._worker.name, sentence(error))
            if not self._worker.closed:
                return 0.0
        return None


def _end_of_process() -> None:
    """Close all workers: a thread in the middle of a computation may bring the ending interpreter down."""
    until, workers = time.monotonic() + ENDING, list(_started)
    for worker in workers:
        worker.close()
    for worker in workers:
        worker.close(max(0.0, until - time.monotonic()))


def _after_fork() -> None:
    for worker in list(_started):
        worker.forked()
    _started.clear()


atexit.register(_end_of_process)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
