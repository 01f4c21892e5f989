"""Runs of a comparison in several processes, one thread each. They end with who started them, even if it is killed."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from tnlab.errors import ExecutorError

_Job = TypeVar("_Job")
_Made = TypeVar("_Made")
THREADS = tuple(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL"))


def in_processes(
    make: Callable[[_Job, Any, Callable[[Any], object]], _Made], jobs: Sequence[_Job], shared: object, processes: int
) -> Iterator[tuple[_Job, _Made]]:
    """Yield every job with what was made of it, as they end. Whoever leaves the loop stops those that are running.

    Args:
        make: Called with a job, what all share, and a function that is to be told of what has a method ``stop``.
        jobs: What to make.
        shared: What all of them need.
        processes: How many.

    Raises:
        ExecutorError: A process was lost.
    """
    context = get_context("spawn")
    told, tell = context.Pipe(duplex=False)  # its end is the word to stop: no lock that a killed process could hold
    count = max(1, min(processes, len(jobs)))
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_prepare, initargs=(told,))
    try:
        with _one_thread_each():
            made = {pool.submit(_made, make, job, shared): job for job in jobs}
        for future in as_completed(made):
            yield made[future], future.result()
    except BrokenProcessPool:
        raise ExecutorError(
            "A process was lost: killed, or out of memory. What has ended is kept; the same again goes on from there."
        ) from None
    finally:
        tell.close()
        pool.shutdown(cancel_futures=True)
        told.close()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Have processes that start meanwhile do their linear algebra on one thread."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


class _Current:
    """The search that a process is making, and whether it is to stop."""

    def __init__(self) -> None:
        self.stopped = False
        self._search: Any = None

    def begun(self, search: Any) -> None:
        """Take the search that has begun."""
        self._search = search
        if self.stopped:
            search.stop()

    def stop(self) -> None:
        """Have it stop, and those that are still to begin."""
        self.stopped = True
        if self._search is not None:
            self._search.stop()


_current = _Current()


def _prepare(told: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the first one answers
    threading.Thread(target=_watch, args=(told,), daemon=True).start()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _watch(told: Connection) -> None:
    told.poll(None)
    _current.stop()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _made(make: Callable[[Any, Any, Any], Any], job: Any, shared: Any) -> Any:
    return make(job, shared, _current.begun)
