"""The pool executor: run fits in worker processes of this machine, which outlive a search."""

import os
import pickle
import weakref
from typing import ClassVar

from typing_extensions import override

from tnlab.errors import ExecutorError, FormatError
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import AbstractChannel, AbstractExecutor, Answer, Task, executors
from tnlab.structure_search.executors.pool.crew import Crew
from tnlab.structure_search.executors.pool.result_queue import ResultQueue
from tnlab.structure_search.executors.pool.shared_tensor import Freight
from tnlab.structure_search.executors.remote import pickled

MOST = 1024  # processes; a larger number is taken for a typing error


@executors.register("pool")
class Pool(AbstractExecutor):
    """Run fits in worker processes of one thread each, which map one copy of the tensor in shared memory.

    The processes start with the first search, serve later ones from any thread, and end with this process, even if it
    is killed. A process that dies is replaced, and its fit made again.

    Args:
        workers: Number of processes; by default one per core that this process may use.

    Raises:
        ExecutorError: The operating system is not POSIX, so that processes cannot pass file descriptors.
        FormatError: The number is not between 1 and ``MOST``.
    """

    name: ClassVar[str] = "pool"

    def __init__(self, workers: int | None = None) -> None:
        if os.name != "posix":
            raise ExecutorError("A pool needs Linux or macOS; on this system the executor 'dask' does the same.")
        self._workers = cores() if workers is None else workers
        if not 1 <= self._workers <= MOST:
            raise FormatError(f"A pool has 1 to {MOST} processes, but {workers} were asked for.")
        self._crew = Crew(self._workers)
        self._end = weakref.finalize(self, self._crew.end)

    @classmethod
    @override
    def parsed(cls, argument: str) -> "Pool":
        if argument and not argument.isdecimal():
            raise FormatError(f"A pool is given its number of processes, as in pool:4, but was given {argument!r:.80}.")
        return cls(int(argument) if argument else None)

    @property
    @override
    def workers(self) -> int:
        return self._workers

    @property
    @override
    def over(self) -> str:
        return self._crew.over

    @override
    def connect(self, evaluator: Evaluator) -> "PoolChannel":
        self._crew.start()
        try:
            return PoolChannel(self._crew, Freight(evaluator))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ExecutorError(f"The search cannot be sent to another process: {error}") from error

    @override
    def close(self) -> None:
        self._end()


class PoolChannel(AbstractChannel):
    """Channel of one search to the crew of a pool."""

    def __init__(self, crew: Crew, freight: Freight) -> None:
        self._crew, self._freight, self._results = crew, freight, ResultQueue(crew)

    @override
    def submit(self, task: Task) -> None:
        self._results.put(task.number, pickled(task), self._freight)

    @override
    def next(self) -> Answer:
        return Answer(*self._results.next())

    @override
    def cancel(self) -> None:
        self._results.cancel()

    @override
    def close(self) -> None:
        self._results.cancel()
        self._crew.forget(self._freight)


def cores() -> int:
    """Return the number of processors that this process may use, by its affinity mask where the system has one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
