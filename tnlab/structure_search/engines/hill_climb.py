"""Hill climbing with random restarts over ranks and exchanges of two modes."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.moves import draw, rank_moves, swap_moves
from tnlab.structure_search.problem import Problem


@dataclass(frozen=True, eq=False)
class HillClimbState:
    """State of hill climbing: the current structure and its score, which is infinite before its evaluation."""

    problem: Problem
    here: Structure
    score: float = math.inf


@engines.register("hill_climb")
@dataclass(frozen=True)
class HillClimb(AbstractEngine[HillClimbState]):
    """Move to the best neighbour (one rank changed by 1, or two modes exchanged); restart at random if none is better.

    Attributes:
        swaps: Whether structures with two modes exchanged are neighbours.
        first_rank: Largest rank of the random structures that climbs start from.
    """

    swaps: bool = True
    first_rank: int = 2

    paper: ClassVar[str] = "Selman 1992 (random restarts): https://aaai.org/papers/00440-aaai92-068"
    families: ClassVar[tuple[str, ...]] = ("any", "ring", "tree", "degree3")
    best_of_batch: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> HillClimbState:
        return HillClimbState(problem, draw(problem, generator, largest=min(self.first_rank, problem.rank_limit)))

    @override
    def ask(self, state: HillClimbState, generator: torch.Generator) -> Iterable[Proposal]:
        if math.isinf(state.score):
            yield Proposal(state.here, move="drawn at random")
            return
        for structure, move in rank_moves(state.problem, state.here):
            yield Proposal(structure, move=move)
        for structure, move in swap_moves(state.problem, state.here) if self.swaps else ():
            yield Proposal(structure, move=move)

    @override
    def tell(
        self, state: HillClimbState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> HillClimbState:
        best = min(evaluations, key=lambda found: found.score)
        if best.score < state.score:
            return replace(state, here=best.structure, score=best.score)
        return self.start(state.problem, generator)

    @override
    def cutoff(self, state: HillClimbState) -> float:
        return state.score
