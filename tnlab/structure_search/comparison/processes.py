"""A pool of processes, one BLAS thread each, for the runs of a comparison; they exit when their parent dies."""

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
    """Call a function on every job in several processes, and yield pairs of job and result in the order they finish.

    Closing the iterator stops the running jobs and cancels the others.

    Args:
        make: Called as ``make(job, shared, begun)``; it may pass an object with a method ``stop`` to ``begun``, which
            is called when the job is to stop. Must be picklable, as are jobs and results.
        jobs: The jobs.
        shared: Second argument of every call.
        processes: Number of processes, at most one per job.

    Raises:
        ExecutorError: A process was killed or ran out of memory.
    """
    context = get_context("spawn")
    # Closing the pipe means stop. Unlike an Event, it has no lock that a killed process could hold.
    told, tell = context.Pipe(duplex=False)
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
    """Set the thread counts of BLAS libraries to 1 in the environment while processes are started; restore it after."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


class _Current:
    """The search that runs in this process, and whether a stop was requested."""

    def __init__(self) -> None:
        self.stopped = False
        self._search: Any = None

    def begun(self, search: Any) -> None:
        """Remember the search that has begun; stop it at once if a stop was requested already."""
        self._search = search
        if self.stopped:
            search.stop()

    def stop(self) -> None:
        """Stop the current search, and every later one as soon as it begins."""
        self.stopped = True
        if self._search is not None:
            self._search.stop()


_current = _Current()


def _prepare(told: Connection) -> None:
    """Set up a new process: ignore Ctrl-C, and watch in threads the pipe ``told`` and the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the first one answers
    threading.Thread(target=_watch, args=(told,), daemon=True).start()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _watch(told: Connection) -> None:
    """Stop the searches of this process once the parent closes its end of the pipe."""
    told.poll(None)
    _current.stop()


def _leave_with_parent() -> None:
    """Exit this process when its parent has ended."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _made(make: Callable[[Any, Any, Any], Any], job: Any, shared: Any) -> Any:
    """Return what ``make`` returns for a job in this process."""
    return make(job, shared, _current.begun)
