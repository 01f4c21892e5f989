"""Fits on a cluster come to the same; workers come and go, and searches leave nothing behind."""

import math
import os
import signal
import sys
import threading
import time
from dataclasses import replace

import pytest
import torch

from tests.waiting import wait_for
from tnlab.data.planted_tensors import planted
from tnlab.errors import ExecutorError, NotInstalledError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import Dask, Inline, dask_channel, executor_of
from tnlab.structure_search.executors import dask as dask_module
from tnlab.structure_search.executors.base import AbstractChannel, Cancelled, Task
from tnlab.structure_search.objective import FewestParameters, WeightedSum
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import Search

distributed = pytest.importorskip("distributed")

X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3)), noise=0.01, seed=1)
STRUCTURE = ring((3,) * 5, range(5), (2,) * 5)
LONG = 10**7  # sweeps: nobody waits for so many


@pytest.fixture(scope="module")
def dask():
    with Dask("2") as two:
        yield two


def evaluator(**settings) -> Evaluator:
    return Evaluator(Problem(X, FewestParameters(1e-9)), **({"tolerance": 0.0} | settings))


def task(number: int, sweeps: int = 3, **settings) -> Task:
    return Task(number, Proposal(STRUCTURE, max_sweeps=sweeps, **settings), math.inf, time.time() + 1000.0)


def answered(channel: AbstractChannel, *tasks: Task) -> dict[int, float | None]:
    """Return the errors of tasks by their numbers."""
    for one in tasks:
        channel.submit(one)
    answers = [channel.next() for _ in tasks]
    return {answer.number: answer.fitted.relative_error if answer.fitted else None for answer in answers}


def inline(*tasks: Task) -> dict[int, float | None]:
    return answered(Inline().connect(evaluator()), *tasks)


def at_work(client) -> dict[str, tuple]:
    """Return the tasks of the workers that have any, once there are some."""
    return wait_for(lambda: {worker: keys for worker, keys in client.processing().items() if keys})


def wait_until_empty(client) -> None:
    """Wait until the scheduler knows of no task or data any more."""
    wait_for(lambda: not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))


@pytest.mark.parametrize(
    ("engine", "aim"),
    [
        (engines["tnga"](), {"objective": WeightedSum(20.0)}),
        (engines["tnls"](samples=15, generations=2), {"target_error": 0.02}),
    ],
    ids=["tnga", "tnls"],
)
def test_a_search_finds_the_same_on_a_cluster(engine, aim, dask):
    """All evaluations, to the last bit of the cores; the client may be given as it is."""

    def content(executor: object) -> list:
        run = Search(X, engine=engine, max_rank=3, max_evaluations=16, max_seconds=1e6, seed=3, executor=executor,
                     **aim)  # fmt: skip
        return [facts(progress.evaluation) for progress in run]

    assert content(dask) == content(dask.client) == content("inline")
    wait_until_empty(dask.client)


def facts(one) -> tuple:
    cores = None if one.network is None else [core.tolist() for core in one.network.cores]
    return one.structure, one.relative_error, one.score, one.fate, one.move, one.number, one.sweeps, cores


def test_cancelled_fits_end_at_their_next_sweep(dask):
    """Whoever waits is told at once, workers are free for others, and the scheduler knows of nothing any more."""
    channel = dask.connect(evaluator())
    for number in range(9):
        channel.submit(task(number, LONG))
    at_work(dask.client)
    threading.Timer(0.3, channel.cancel).start()
    for _ in range(2):
        with pytest.raises(Cancelled):
            channel.next()
    other = dask.connect(evaluator())
    assert answered(other, task(1), task(2)) == inline(task(1), task(2))
    channel.close()
    other.close()
    wait_until_empty(dask.client)


def test_fits_of_a_client_that_is_gone_end_too(dask):
    """Nobody is left who could say so: the scheduler notices."""
    with Dask(dask.client.scheduler.address) as other:
        for number in range(4):
            other.connect(evaluator()).submit(task(number, LONG))
        at_work(dask.client)
    wait_until_empty(dask.client)
    assert answered(dask.connect(evaluator()), task(1), task(2)) == inline(task(1), task(2))


def test_errors_and_versions(dask, monkeypatch):
    """An error in a fit is raised where it is waited for; so is one of a worker with another tnlab."""
    channel = dask.connect(evaluator())
    channel.submit(task(1, init=Network.random(ring((4,) * 5, range(5), (2,) * 5), generator=torch.Generator())))
    with pytest.raises(ExecutorError, match="ended with ValueError: A warm start needs the same modes"):
        channel.next()
    assert answered(channel, task(2)) == inline(task(2))
    channel.close()
    monkeypatch.setattr(dask_channel, "version", lambda: "9.9.9")
    channel = dask.connect(evaluator())
    channel.submit(task(1))
    with pytest.raises(ExecutorError, match=r"The search runs with tnlab 9\.9\.9, but a worker has tnlab \d"):
        channel.next()
    channel.close()


@pytest.mark.slow
def test_lost_workers(dask, monkeypatch):
    """All at once: the tensor is brought to those that come after them, and the fit done again; or given up."""
    channel = dask.connect(evaluator())
    channel.submit(task(1, 500, starts=1))
    kill_workers(dask)
    answer = channel.next()
    assert answer.fitted is not None
    assert {1: answer.fitted.relative_error} == inline(task(1, 500, starts=1))
    monkeypatch.setattr(dask_channel, "LOSSES", 1)
    channel.submit(task(2, LONG))
    kill_workers(dask)
    assert channel.next().fitted is None
    assert answered(channel, task(3)) == inline(task(3))
    channel.close()


def kill_workers(dask: Dask) -> None:
    at_work(dask.client)
    for pid in dask.client.run(os.getpid).values():
        os.kill(pid, signal.SIGKILL)


def test_a_cluster_that_has_no_workers_yet():
    """They are waited for; a search that is cancelled meanwhile ends. The user's client is left open."""
    with distributed.LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster, \
            distributed.Client(cluster, set_as_default=False) as client:  # fmt: skip
        executor = executor_of(client)
        assert (executor.name, executor.workers) == ("dask", 1)
        channel = executor.connect(evaluator())
        channel.submit(task(1))
        threading.Timer(0.2, channel.cancel).start()
        with pytest.raises(Cancelled):
            channel.next()
        channel = executor.connect(evaluator())
        channel.submit(replace(task(1), until=time.time() - 10.0))
        with pytest.raises(ExecutorError, match="No worker of dask was there in the time"):
            channel.next()
        channel.postpone(1000.0)
        cluster.scale(1)
        channel.submit(task(2))
        assert {channel.next().number, channel.next().number} == {1, 2}
        executor.close()
        assert client.status == "running"
    with pytest.raises(ExecutorError, match="is closed, not running"):
        executor.connect(evaluator())
    with pytest.raises(ExecutorError, match="connection to the scheduler of dask is lost"):
        answered(channel, task(3), task(4))


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:1", "nowhere.invalid:8786", "tcp://", "no_such_file.json"])
def test_nobody_at_the_address(where, monkeypatch):
    """One sentence that says where."""
    monkeypatch.setattr(dask_module, "PATIENCE", 1)
    with pytest.raises(ExecutorError, match="No scheduler of dask answers at") as error:
        executor_of(f"dask:{where}").connect(evaluator())
    assert where in str(error.value)
    assert "\n" not in str(error.value)


def test_without_dask(monkeypatch):
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NotInstalledError, match=r"pip install 'tnlab\[cluster\]'"):
        executor_of("dask:tcp://127.0.0.1:2")
