"""Calls of a function in worker processes, one thread each, for the runs of a comparison."""

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tnlab.errors import ExecutorError
from tnlab.structure_search.executors.pool.crew import Crew
from tnlab.structure_search.executors.pool.result_queue import ResultQueue
from tnlab.structure_search.executors.remote import pickled

_Job = TypeVar("_Job")
_Made = TypeVar("_Made")


def in_processes(
    make: Callable[[_Job, Any], _Made], jobs: Sequence[_Job], shared: object, processes: int
) -> Iterator[tuple[_Job, _Made]]:
    """Call a function on every job in several processes, and yield pairs of job and result in the order they finish.

    A process that is lost is replaced, and its job made again. Closing the iterator kills the processes, as does the
    end of this one.

    Args:
        make: Called as ``make(job, shared)``; returns anything but None. It, jobs and results are pickled, and their
            classes are in modules that other processes can import.
        jobs: The jobs.
        shared: Second argument of every call.
        processes: Number of processes, at most one per job.

    Raises:
        ExecutorError: A job cannot be sent to another process, lost one process after the other, or no process can be
            started.
    """
    if os.name != "posix":
        raise ExecutorError(
            "Several processes need Linux or macOS; on this system make one run after the other, jobs=1."
        )
    if not jobs:
        return
    try:
        calls = [pickled((make, job, shared), main=False) for job in jobs]
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ExecutorError(f"The jobs cannot be sent to another process: {error}") from error
    crew = Crew(max(1, min(processes, len(jobs))))
    results = ResultQueue(crew)
    try:
        crew.start()
        for number, packed in enumerate(calls):
            results.put(number, packed)
        for _ in jobs:
            number, made = results.next()
            if made is None:
                raise ExecutorError(
                    "A process was lost, and so were those that replaced it: killed, or out of memory. What has ended "
                    "is kept; the same again goes on from there."
                )
            yield jobs[number], made
    finally:
        crew.end()
