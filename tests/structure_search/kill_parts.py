"""Processes of the kill test, which read commands as lines from standard input, so that torch is imported once.

``searches``: a line ``EXECUTOR STUDY`` forks a search, and answers its process and those of its pool; then, once it has
ended, its exit status. ``cluster``: two workers of dask, whose address is the first answer; a line kills one of them.
"""

import contextlib
import os
import random
import signal
import socket
import sys
from multiprocessing.connection import Connection

from tnlab.data.planted_tensors import planted
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.tnga import TNGA
from tnlab.structure_search.executors.pool import crew as pool_crew
from tnlab.structure_search.executors.pool import worker as pool_service  # noqa: F401  (so that forks have it)
from tnlab.structure_search.executors.pool import worker_start as pool_process
from tnlab.structure_search.objective import WeightedSum
from tnlab.structure_search.run import Search

Pipe = tuple["Forked", Connection]


def answer(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Forked:
    """A process that was forked, with as much of Popen as a pool needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        return self._waited(os.WNOHANG)

    def wait(self) -> int | None:
        return self._waited(0)

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _waited(self, how: int) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, how)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status


def forked_workers(count: int) -> list[Pipe]:
    """Return processes as a pool starts them, but in no time; to be called while there are no threads."""
    made: list[Pipe] = []
    for _ in range(count):
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            for _, pipe in made:
                pipe.close()
            pool_process.run_worker(theirs.detach())
        theirs.close()
        made.append((Forked(pid), Connection(ours.detach())))
    return made


def search(executor: str, study: str) -> None:
    spare = forked_workers(2 if executor.startswith("pool") else 0)
    answer(os.getpid(), *(process.pid for process, _ in spare))
    start_process = pool_crew.start_process
    pool_crew.start_process = lambda: spare.pop() if spare else start_process()  # type: ignore[assignment]
    X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 3, 2, 2, 3)), noise=0.01, seed=1)
    run = Search(
        X,
        objective=WeightedSum(20.0),
        engine=TNGA(population=20),
        max_rank=4,
        max_evaluations=140,
        seed=3,
        max_seconds=1e6,
        evaluator={"max_sweeps": 20},
        study=study,
        executor=executor,
    )
    for _ in run:
        pass


def searches() -> None:
    with contextlib.suppress(ImportError):
        __import__("distributed")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            search(*line.split())
            os._exit(0)
        answer(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def cluster() -> None:
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"})  # or it gives up on workers that are killed
    chosen = random.Random(0)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as both:
        with Client(both) as client:
            client.run(__import__, "tnlab.structure_search.executors.dask_channel")
        answer(both.scheduler_address)
        for _ in sys.stdin:
            process = chosen.choice(list(both.workers.values())).process
            if process is not None and process.pid is not None:
                os.kill(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    {"searches": searches, "cluster": cluster}[sys.argv[1]]()
