"""Random search: independent random structures of the family, the baseline for all engines."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.problem import Problem


@dataclass(frozen=True, eq=False)
class RandomSearchState:
    """State of random search: the problem and the least score so far."""

    problem: Problem
    best: float = math.inf


@engines.register("random")
@dataclass(frozen=True)
class RandomSearch(AbstractEngine[RandomSearchState]):
    """Propose random rings, trees or graphs with ranks drawn uniformly from 1 to the largest.

    Attributes:
        density: Probability that a pair of cores of a random graph is joined.
        batch: Structures proposed at once, to keep as many workers busy.
    """

    density: float = 0.4
    batch: int = 64

    paper: ClassVar[str] = "Bergstra 2012: https://jmlr.org/papers/v13/bergstra12a.html"
    families: ClassVar[tuple[str, ...]] = ("ring", "tree", "any")
    best_of_batch: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> RandomSearchState:
        return RandomSearchState(problem)

    @override
    def ask(self, state: RandomSearchState, generator: torch.Generator) -> Iterable[Proposal]:
        for _ in range(self.batch):
            yield Proposal(self._draw(state.problem, generator), move="drawn at random")

    @override
    def tell(
        self, state: RandomSearchState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> RandomSearchState:
        return RandomSearchState(state.problem, min(state.best, *(found.score for found in evaluations)))

    @override
    def cutoff(self, state: RandomSearchState) -> float:
        return state.best

    def _draw(self, problem: Problem, generator: torch.Generator) -> Structure:
        order = problem.order
        around = torch.randperm(order, generator=generator).tolist()

        def rank() -> int:
            return int(torch.randint(1, problem.rank_limit + 1, (), generator=generator))

        if problem.family == "ring":
            return ring(problem.modes, around, [rank() for _ in range(order)])
        tree = {(around[int(torch.randint(k, (), generator=generator))], around[k]): rank() for k in range(1, order)}
        if problem.family == "tree":
            return from_ranks(problem.modes, tree)
        joined = torch.rand((order, order), generator=generator, dtype=torch.float32) < self.density
        return from_ranks(problem.modes, {(i, j): rank() for i in range(order) for j in range(i) if joined[i, j]})
