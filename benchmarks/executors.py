"""Speed of executors: evaluations per second with fits in other processes, and the overhead of an evaluation.

    OMP_NUM_THREADS=1 python benchmarks/executors.py [--write] [--quick]

Wall times: run it while the machine has nothing else to do.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from _common import DOCS, load, machine, say, table, write_between
from typing_extensions import override

from tnlab.data.planted_tensors import planted
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import AbstractExecutor, Dask, Inline, Pool
from tnlab.structure_search.objective import WeightedSum
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import Search

FITS = {  # what is fitted, sweeps per start, largest rank: from some milliseconds to some hundred
    "4^5, 6 sweeps": ((4,) * 5, 6, 3),
    "4^6, 12 sweeps": ((4,) * 6, 12, 3),
    "4^6, 40 sweeps": ((4,) * 6, 40, 4),
    "6^6, 40 sweeps": ((6,) * 6, 40, 4),
    "6^6, 150 sweeps": ((6,) * 6, 150, 4),
}
AIMS = {"driver": 1.0, "study": 2.0, "dask": 10.0}  # milliseconds an evaluation


class Given:
    """Proposals with a short ``repr``, because a study records the settings of its engine."""

    def __init__(self, proposals: tuple[Proposal, ...]) -> None:
        self.proposals = proposals

    @override
    def __repr__(self) -> str:
        return f"{len(self.proposals)} proposals"


@dataclass(frozen=True)
class Listed(AbstractEngine[bool]):
    """Propose given structures in one batch, and end."""

    given: Given

    paper: ClassVar[str] = "none"
    families: ClassVar[tuple[str, ...]] = ("any",)

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> bool:
        return True

    @override
    def ask(self, state: bool, generator: torch.Generator) -> Iterable[Proposal]:
        return self.given.proposals if state else ()

    @override
    def tell(self, state: bool, evaluations: Sequence[Evaluation], generator: torch.Generator) -> bool:
        return False


def random_proposals(modes: tuple[int, ...], count: int, max_rank: int, sweeps: int, seed: int) -> tuple[Proposal, ...]:
    """Return different random structures: a ring, so that the network is connected, with random chords and ranks."""
    generator = torch.Generator().manual_seed(seed)
    order, made = len(modes), {}
    while len(made) < count:
        ranks = {}
        for first in range(order):
            for second in range(first + 1, order):
                on_ring = second == first + 1 or (first, second) == (0, order - 1)
                if on_ring or torch.rand((), generator=generator) < 0.2:
                    ranks[first, second] = int(torch.randint(2, max_rank + 1, (), generator=generator))
        made[tuple(ranks.items())] = Proposal(from_ranks(modes, ranks), max_sweeps=sweeps, starts=1)
    return tuple(made.values())


def seconds_of(
    X: torch.Tensor, proposals: tuple[Proposal, ...], executor: AbstractExecutor, **settings: object
) -> float:
    """Return the wall time of a search that fits all proposals."""
    run = Search(X, objective=WeightedSum(1.0), engine=Listed(Given(proposals)), max_seconds=1e6, executor=executor,
                 prune=False, warm=False, evaluator={"tolerance": 0.0}, **settings)  # fmt: skip
    begun = time.perf_counter()
    fitted = 0
    for progress in run:
        fitted = progress.counts.fitted
    seconds = time.perf_counter() - begun
    assert fitted == len(proposals)
    return seconds


def speed_table(executors: dict[str, AbstractExecutor], seconds: float, repeats: int) -> str:
    """Return the table of evaluations per second, with executors measured in turns."""
    rows = []
    for name, (modes, sweeps, max_rank) in FITS.items():
        X = planted(from_ranks(modes, {(k, k + 1): 3 for k in range(len(modes) - 1)}), noise=0.1, seed=0)
        probe = random_proposals(modes, 20, max_rank, sweeps, seed=1)
        fit = seconds_of(X, probe, Inline()) / len(probe)
        proposals = random_proposals(modes, max(20, min(400, int(seconds / fit))), max_rank, sweeps, seed=2)
        rates: dict[str, list[float]] = {kind: [] for kind in executors}
        for executor in executors.values():
            seconds_of(X, probe, executor)
        for _ in range(repeats):
            for kind, executor in executors.items():
                rates[kind].append(len(proposals) / seconds_of(X, proposals, executor))
        best = {kind: statistics.median(values) for kind, values in rates.items()}
        twofold = best["pool:2"] / best["pool:1"]
        rows.append((name, *best.values(), f"**{twofold:.2f}**", f"{best['pool:2'] / best['inline']:.2f}"))
        say(rows[-1])
    header = ("fits", *(f"{kind}, 1/s" for kind in executors), "pool:2 / pool:1", "pool:2 / inline")
    return table(header, rows)


def clocks() -> np.ndarray:
    """Return wall time and CPU time of this process, in seconds."""
    return np.array([time.perf_counter(), time.process_time()])


@contextmanager
def timed_fits() -> Iterator[list[np.ndarray]]:
    """Collect wall and CPU seconds of every fit in this process."""
    spent = [np.zeros(2)]
    fit = Evaluator.__call__

    def timed(*arguments, **named):
        begun = clocks()
        try:
            return fit(*arguments, **named)
        finally:
            spent.append(clocks() - begun)

    Evaluator.__call__ = timed  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        Evaluator.__call__ = fit  # type: ignore[method-assign]


def overhead_table(pool: Pool, dask: Dask | None, count: int, repeats: int) -> str:
    """Return the overhead of an evaluation, measured with fits that only compute the error of given cores."""
    modes = (4,) * 6
    X = torch.randn(modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    proposals = tuple(
        Proposal(one.structure, init=Network.random(one.structure, generator=generator), max_sweeps=0)
        for one in random_proposals(modes, count, 3, 0, seed=3)
    )

    def measured(executor: AbstractExecutor, *, stored: bool = False, ahead: int = 8) -> np.ndarray:
        """Return milliseconds per evaluation minus its fit: wall time, and CPU time of this process."""
        values = []
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as folder, timed_fits() as fits:
                study = {"study": Path(folder) / "x.study"} if stored else {}
                begun = clocks()
                seconds_of(X, proposals, executor, ahead=ahead, **study)
                values.append(clocks() - begun - sum(fits))
        return np.median(values, axis=0) / count * 1e3

    measured(Inline())
    driver = measured(Inline())
    rows = [("driver", *driver, AIMS["driver"]),
            ("a study in a file, on top", *(measured(Inline(), stored=True) - driver), AIMS["study"])]  # fmt: skip
    for name, executor, aim in (("pool", pool, None), ("dask", dask, AIMS["dask"])):
        if executor is not None:
            measured(executor)
            rows.append((f"{name}, 8 tasks ahead, on top", *(measured(executor) - driver), aim))
            rows.append((f"{name}, one task at a time, on top", *(measured(executor, ahead=1) - driver), None))
    return table(("overhead of an evaluation", "ms", "of these CPU of the search, ms", "aim: under, ms"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    parser.add_argument("--quick", action="store_true", help="to see that it runs")
    parser.add_argument("--seconds", type=float, default=3.0, help="of fits, for each number in the first table")
    asked = parser.parse_args()
    begun = load()
    with ExitStack() as stack:
        one, two = stack.enter_context(Pool(1)), stack.enter_context(Pool(2))
        dask = stack.enter_context(Dask(1))
        speed = speed_table({"inline": Inline(), "pool:1": one, "pool:2": two}, 0.5 if asked.quick else asked.seconds,
                            1 if asked.quick else 5)  # fmt: skip
        costs = overhead_table(one, dask, 40 if asked.quick else 400, 1 if asked.quick else 5)
    words = f"{machine(('numpy', 'torch', 'distributed'))} Load when the run began: {begun:.1f}."
    text = f"{words}\n\n{speed}\n\n{costs}"
    say(text)
    if asked.write:
        write_between(DOCS / "benchmarks.md", "executors", text)


if __name__ == "__main__":
    main()
