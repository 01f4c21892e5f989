"""Fits in other processes come to the same, and nothing that happens to those processes is noticed by a search."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from tests.waiting import wait_for
from tnlab.data.planted_tensors import planted
from tnlab.errors import ExecutorError, FormatError, UnknownNameError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import AbstractExecutor, Inline, Pool, executor_of, remote
from tnlab.structure_search.executors.base import AbstractChannel, Cancelled, Task
from tnlab.structure_search.executors.pool import crew as pool_crew
from tnlab.structure_search.executors.pool import shared_tensor as pool_freight
from tnlab.structure_search.objective import FewestParameters, WeightedSum
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader

X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3)), noise=0.01, seed=1)
STRUCTURE = ring((3,) * 5, range(5), (2,) * 5)
LONG = 10**7  # sweeps: nobody waits for so many
BATCHES = {
    "tnga": (engines["tnga"](), {"objective": WeightedSum(20.0)}),
    "tnale": (engines["tnale"](), {"target_error": 0.02}),
    "tnls": (engines["tnls"](samples=15, generations=2), {"target_error": 0.02}),
    "hill_climb": (engines["hill_climb"](), {"target_error": 0.02}),
    "greedy_tn": (engines["greedy_tn"](), {"target_error": 0.02}),
    "random": (engines["random"](), {"target_error": 0.02}),
}


@pytest.fixture(scope="module")
def pool():
    with Pool(2) as both:
        yield both


def evaluator(X=X, **settings) -> Evaluator:
    return Evaluator(Problem(X, FewestParameters(1e-9)), **({"tolerance": 0.0} | settings))


def task(number: int, sweeps: int = 3, structure=STRUCTURE, **settings) -> Task:
    return Task(number, Proposal(structure, max_sweeps=sweeps, **settings), math.inf, time.time() + 1000.0)


def answered(channel: AbstractChannel, *tasks: Task) -> dict[int, float | None]:
    """Return the errors of tasks by their numbers."""
    for one in tasks:
        channel.submit(one)
    answers = [channel.next() for _ in tasks]
    return {answer.number: answer.fitted.relative_error if answer.fitted else None for answer in answers}


def inline(*tasks: Task, **settings) -> dict[int, float | None]:
    return answered(Inline().connect(evaluator(**settings)), *tasks)


def busy(pool: Pool) -> int:
    """Return the process that is at work, once there is just one."""

    def one_at_work() -> int | None:
        at_work = [hand for hand in pool._crew._hands if hand.ticket is not None and hand._known]
        process = at_work[0]._process if len(at_work) == 1 else None
        return None if process is None else process.pid

    return wait_for(one_at_work)


def pids(pool: Pool) -> list[int]:
    return [hand._process.pid for hand in pool._crew._hands if hand._process is not None]


def alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and was not waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("name", BATCHES)
def test_a_search_finds_the_same_wherever_its_fits_run(name, pool, tmp_path):
    """The same evaluations in the study, to the last bit of the cores; only their seconds differ."""
    engine, aim = BATCHES[name]

    def content(executor: AbstractExecutor) -> list:
        path = tmp_path / executor.name
        list(Search(X, engine=engine, max_rank=3, max_evaluations=16, max_seconds=1e6, seed=3, study=path,
                    executor=executor, **aim))  # fmt: skip
        reader = StudyReader(path)
        reader.poll()
        return [(one, cores(reader, number)) for number, one in enumerate(map(facts, reader.evaluations), 1)]

    alone = content(Inline())
    assert len(alone) > 3
    assert content(pool) == alone


def facts(one) -> tuple:
    return one.structure, one.relative_error, one.score, one.fate, one.move, one.number, one.sweeps, one.finished


def cores(reader: StudyReader, number: int) -> list | None:
    network = reader.network(number)
    return None if network is None else [core.tolist() for core in network.cores]


def test_how_a_tensor_lies_in_memory_is_not_seen_in_the_floats():
    """Turned axes, an odd address: the same fit, bit by bit."""
    turned = X.permute(4, 3, 2, 1, 0).contiguous().permute(4, 3, 2, 1, 0)
    odd = torch.empty(X.numel() + 1)[1:].view(X.shape).copy_(X)
    one = task(1, 20)
    assert inline(one, X=turned) == inline(one, X=odd) == inline(one)


def test_the_tensor_travels_once(pool):
    """What is packed, for the search and for each task, has nothing of its size; its file has no name to be left."""
    big = torch.rand(40, 40, 40, 10, generator=torch.Generator().manual_seed(0))
    freight = pool_freight.Freight(evaluator(big))
    structure = from_ranks((40, 40, 40, 10), {(0, 1): 2, (1, 2): 2, (2, 3): 2})
    init = Network.random(structure, generator=torch.Generator().manual_seed(0))
    file = os.fstat(freight.handle)
    assert (file.st_size, file.st_nlink) == (8 * big.numel(), 0)
    assert len(freight.label[0]) < 2_000
    assert len(remote.pickled(task(1))) < 2_000
    assert len(remote.pickled(task(1, init=init))) < 8 * init.parameters + 4_000
    channel = pool.connect(evaluator(big))
    tasks = [task(number, 1, structure, init=init) for number in range(4)]
    assert answered(channel, *tasks) == inline(*tasks, X=big)
    channel.close()


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
    """Whoever waits is told at once, and the processes are free for others."""
    channel = pool.connect(evaluator())
    for number in range(5):
        channel.submit(task(number, LONG))
    busy_ones = threading.Timer(0.3, channel.cancel)
    busy_ones.start()
    for _ in range(2):
        with pytest.raises(Cancelled):
            channel.next()
    channel.submit(task(6))
    with pytest.raises(Cancelled):
        channel.next()
    other = pool.connect(evaluator())
    assert answered(other, task(1), task(2)) == inline(task(1), task(2))
    channel.close()
    other.close()


def test_a_lost_process_is_replaced_and_its_fit_done_again(pool, monkeypatch):
    """The same answer; only one whose processes are lost again and again is given up."""
    channel = pool.connect(evaluator())
    channel.submit(task(1, 500, starts=1))
    os.kill(busy(pool), signal.SIGKILL)
    answer = channel.next()
    assert answer.fitted is not None
    assert {1: answer.fitted.relative_error} == inline(task(1, 500, starts=1))
    monkeypatch.setattr(pool_crew, "LOSSES", 1)
    channel.submit(task(2, LONG))
    os.kill(busy(pool), signal.SIGKILL)
    assert channel.next().fitted is None
    assert answered(channel, task(3)) == inline(task(3))
    channel.close()


@pytest.mark.slow
def test_processes_without_work_end_until_there_is_some(monkeypatch):
    """And are there again for the next task."""
    monkeypatch.setattr(pool_crew, "IDLE", 0.05)
    with Pool(1) as lazy:
        channel = lazy.connect(evaluator())
        for number in (1, 2):
            assert answered(channel, task(number)) == inline(task(number))
            wait_for(lambda: not pids(lazy))


def test_an_error_in_a_fit_is_raised_where_it_is_waited_for(pool):
    """With its own type; the process goes on."""
    channel = pool.connect(evaluator())
    channel.submit(task(1, init=Network.random(ring((4,) * 5, range(5), (2,) * 5), generator=torch.Generator())))
    with pytest.raises(ValueError, match="needs the same modes"):
        channel.next()
    assert answered(channel, task(2)) == inline(task(2))
    channel.close()
    assert isinstance(remote.portable(FormatError("plain")), FormatError)

    class Odd(Exception):  # noqa: N818
        def __init__(self, number: int, *, word: str) -> None:
            super().__init__(f"{word} {number}")

    assert "Odd: three 3" in str(remote.portable(Odd(3, word="three")))


OWN_SOLVER = """
from dataclasses import dataclass
from tnlab.solvers.als import ALS
from tnlab.solvers.base import solvers

@solvers.register("own_als")
@dataclass(frozen=True)
class OwnALS(ALS):
    pass
"""


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("raise SystemExit(7)", "end as soon as they start; the last with exit status 7"),
        ("from multiprocessing.connection import Connection as C; import sys; C(int(sys.argv[1])).send_bytes(b'Alas')",
         "could not start: Alas"),
    ],
)  # fmt: skip
def test_processes_that_cannot_start(content, words, tmp_path, monkeypatch):
    """No search waits for them for ever."""
    script = tmp_path / "script.py"
    script.write_text(content)
    monkeypatch.setattr(pool_crew, "SCRIPT", script)
    with Pool(2) as broken:
        for _ in range(2):
            with pytest.raises(ExecutorError, match=words):
                broken.connect(evaluator())
    with pytest.raises(ExecutorError):
        broken.connect(evaluator())


@pytest.mark.parametrize(
    ("spec", "error", "words"),
    [
        ("pool:x", FormatError, "as in pool:4, but was given 'x'"),
        ("pool:0", FormatError, "1 to 1024 processes, but 0"),
        ("pol", UnknownNameError, "Did you mean 'pool'"),
        (None, UnknownNameError, "inline"),
    ],
)
def test_executors_that_do_not_exist(spec, error, words):
    with pytest.raises(error, match=words):
        executor_of(spec)


SCRIPT = """
import os, sys, time, torch
from pathlib import Path
from tnlab.structure_search.run import Search

def told(progress):
    hands = run._driver.executor._kept._crew._hands
    print(*[hand._process.pid for hand in hands], flush=True)
    time.sleep(1000)  # until it is killed

run = Search(torch.rand((4,) * 6, generator=torch.Generator().manual_seed(0)), target_error=1e-6, engine="tnga",
             executor="pool:2", max_seconds=1e6)
for progress in run:
    told(progress)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see who lives")
def test_processes_end_with_their_parent(tmp_path):
    """Even with one that is killed, started by a script without a guard. No Ctrl-C in its terminal reaches them."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(word) for word in parent.stdout.readline().split()]
        assert len(children) == 2
        assert all(map(alive, children))
        assert not {os.getsid(child) for child in children} & {os.getsid(0), os.getsid(parent.pid)}
        parent.kill()
        parent.wait()
    wait_for(lambda: not any(map(alive, children)))
