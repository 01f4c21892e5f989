"""Searches in a pool find the same as in this process; its processes stay warm, and free what a search leaves."""

# pyright: reportPrivateUsage=false

import gc
import sys
import threading
from itertools import islice
from pathlib import Path

import pytest
import torch

from tests.structure_search.executors.fits import (
    LONG,
    X,
    answered,
    cancel_while_waiting,
    evaluator,
    facts,
    inline,
    task,
)
from tests.waiting import wait_for
from tnlab.errors import ExecutorError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import AbstractExecutor, Inline, executor_of
from tnlab.structure_search.executors import by_name as spec
from tnlab.structure_search.executors.base import Cancelled
from tnlab.structure_search.executors.pool import crew as pool_crew
from tnlab.structure_search.executors.pool.executor import Pool
from tnlab.structure_search.objective import FewestParameters, WeightedSum
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader

BATCHES = {
    "tnga": (engines["tnga"](), {"objective": WeightedSum(20.0)}),
    "tnale": (engines["tnale"](), {"target_error": 0.02}),
    "tnls": (engines["tnls"](samples=15, generations=2), {"target_error": 0.02}),
    "hill_climb": (engines["hill_climb"](), {"target_error": 0.02}),
    "greedy_tn": (engines["greedy_tn"](), {"target_error": 0.02}),
    "random": (engines["random"](), {"target_error": 0.02}),
}

OWN_SOLVER = """
from dataclasses import dataclass
from tnlab.solvers.als import ALS
from tnlab.solvers.base import solvers

@solvers.register("own_als")
@dataclass(frozen=True)
class OwnALS(ALS):
    pass
"""


def cores(reader: StudyReader, number: int) -> list | None:
    network = reader.network(number)
    return None if network is None else [core.tolist() for core in network.cores]


def pids(pool: Pool) -> list[int]:
    return [hand._process.pid for hand in pool._crew._hands if hand._process is not None]


@pytest.mark.parametrize("name", BATCHES)
def test_a_search_finds_the_same_wherever_its_fits_run(name, pool, tmp_path):
    """The same evaluations in the study, to the last bit of the cores; only their seconds differ."""
    engine, aim = BATCHES[name]

    def content(executor: AbstractExecutor) -> list:
        path = tmp_path / executor.name
        list(
            Search(
                X,
                engine=engine,
                max_rank=3,
                max_evaluations=16,
                max_seconds=1e6,
                seed=3,
                study=path,
                executor=executor,
                **aim,
            )
        )
        reader = StudyReader(path)
        reader.poll()
        return [(one, cores(reader, number)) for number, one in enumerate(map(facts, reader.evaluations), 1)]

    alone = content(Inline())
    assert len(alone) > 3
    assert content(pool) == alone


def test_processes_stay_warm_and_serve_several_searches_at_once(pool):
    """Each search gets its own answers."""
    settings = [{"seed": seed, "max_sweeps": 3 + seed} for seed in range(4)]
    tasks = [task(number, 3 + number) for number in range(5)]
    found = {}

    def search(own: int) -> None:
        channel = pool.connect(evaluator(**settings[own]))
        found[own] = answered(channel, *tasks)
        channel.close()

    search(0)
    warm = pids(pool)
    threads = [threading.Thread(target=search, args=(own,)) for own in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {own: inline(*tasks, **settings[own]) for own in range(4)}
    assert pids(pool) == warm
    assert len(warm) == pool.workers == 2


def test_cancelled_fits_end_at_their_next_sweep(pool):
    """A thread that waits for an answer is told, and the processes are free for other searches."""
    channel = pool.connect(evaluator())
    for number in range(5):
        channel.submit(task(number, LONG))
    wait_for(lambda: all(hand.ticket is not None and hand._known for hand in pool._crew._hands))
    cancel_while_waiting(channel)
    channel.submit(task(6))
    with pytest.raises(Cancelled):
        channel.next()
    other = pool.connect(evaluator())
    assert answered(other, task(1), task(2)) == inline(task(1), task(2))
    channel.close()
    other.close()


def test_an_error_in_a_fit_is_raised_where_it_is_waited_for(pool):
    """With its own type; the process goes on."""
    channel = pool.connect(evaluator())
    channel.submit(task(1, init=Network.random(ring((4,) * 5, range(5), (2,) * 5), generator=torch.Generator())))
    with pytest.raises(ValueError, match="needs the same modes"):
        channel.next()
    assert answered(channel, task(2)) == inline(task(2))
    channel.close()


def test_a_solver_of_ones_own_is_found_by_the_processes(tmp_path, monkeypatch):
    """They look for modules where this process does; a search that cannot be sent says so.

    A name stands for the same processes until the end: closing what was lent leaves them.
    """
    (tmp_path / "own_solver_of_a_test.py").write_text(OWN_SOLVER)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("own_solver_of_a_test")
    own, again = executor_of("pool:1"), executor_of("pool:1")
    assert (own.name, own.workers) == ("pool", 1)
    own.close()
    expected = inline(task(1), solver="own_als")
    assert answered(again.connect(evaluator(solver="own_als")), task(1)) == expected

    class Local(FewestParameters):
        pass

    with pytest.raises(ExecutorError, match=r"cannot be sent to another process: .*Local"):
        again.connect(Evaluator(Problem(X, Local(0.1))))


def search_with(pool: Pool | str) -> Search:
    return Search(X, 0.001, engine="tnls", family="ring", max_evaluations=20, max_seconds=1e6, executor=pool)


def tensors_kept() -> int:
    """Return how many files in memory this process holds that were made for pools."""
    files = []
    for handle in Path("/proc/self/fd").iterdir():
        try:
            files.append(str(handle.readlink()))
        except OSError:  # that of the listing itself
            continue
    return sum("memfd:tnlab" in file for file in files)


@pytest.mark.skipif(sys.platform != "linux", reason="looks where Linux lists open files")
def test_a_tensor_is_not_kept_when_its_search_is_over():
    """Neither for the fits that were answered last, nor for those that were dropped."""
    with Pool(2) as pool:
        for steps in (3, None):
            list(islice(search_with(pool), steps))
        gc.collect()
        wait_for(lambda: tensors_kept() == 0)


def test_a_pool_that_could_not_start_is_made_again(monkeypatch):
    """A machine that was out of processes once may have some later, and who names a pool cannot make it anew."""

    def refused():
        raise BlockingIOError("Resource temporarily unavailable")

    kept: dict = {}
    monkeypatch.setattr(spec, "_kept", kept)
    with monkeypatch.context() as short:
        short.setattr(pool_crew, "start_process", refused)
        with pytest.raises(ExecutorError, match="No process can be started"):
            list(search_with("pool:1"))
    assert list(search_with("pool:1"))[-1].counts.fitted > 0
    kept.popitem()[1].close()
