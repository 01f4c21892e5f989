"""Searches find the same on a cluster; its workers may come later, and what is missing is said in one sentence."""

import sys
import time
from dataclasses import replace

import pytest

from tests.structure_search.executors.cluster import wait_until_empty
from tests.structure_search.executors.fits import X, answered, cancel_while_waiting, evaluator, task
from tnlab.errors import ExecutorError, NotInstalledError
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.executors import dask as dask_module
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.objective import WeightedSum
from tnlab.structure_search.run import Search

distributed = pytest.importorskip("distributed")


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
        run = Search(
            X, engine=engine, max_rank=3, max_evaluations=16, max_seconds=1e6, seed=3, executor=executor, **aim
        )
        return [facts_and_cores(progress.evaluation) for progress in run]

    assert content(dask) == content(dask.client) == content("inline")
    wait_until_empty(dask.client)


def facts_and_cores(one) -> tuple:
    cores = None if one.network is None else [core.tolist() for core in one.network.cores]
    return one.structure, one.relative_error, one.score, one.fate, one.move, one.number, one.sweeps, cores


def test_a_cluster_that_has_no_workers_yet():
    """They are waited for; a search that is cancelled meanwhile ends. The user's client is left open."""
    with (
        distributed.LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        executor = executor_of(client)
        assert (executor.name, executor.workers) == ("dask", 1)
        channel = executor.connect(evaluator())
        channel.submit(task(1))
        cancel_while_waiting(channel)
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
