"""Simulated annealing over structures: worse structures are accepted with probability ``exp(-change / T)``."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.structure import Structure
from tnlab.seeding import uniform
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.moves import draw, random_move
from tnlab.structure_search.problem import Problem


@dataclass(frozen=True, eq=False)
class AnnealingState:
    """State of simulated annealing: the current structure, the next proposal and the temperature's step.

    Attributes:
        problem: The problem.
        proposal: The next proposal.
        luck: ``-log u`` of a uniform random number u: the proposal is accepted if its score is higher by at most
            ``luck`` times the temperature.
        here: Structure accepted last.
        score: Its score; infinite before the first evaluation.
        best: Best structure so far and its score.
        spread: Absolute changes of the score during the warm-up.
        step: Steps since the hottest temperature.
    """

    problem: Problem
    proposal: Proposal
    luck: float
    here: Structure
    score: float = math.inf
    best: tuple[Structure, float] | None = None
    spread: tuple[float, ...] = ()
    step: int = 0


@engines.register("annealing")
@dataclass(frozen=True)
class Annealing(AbstractEngine[AnnealingState]):
    """Search by simulated annealing with random changes of a rank, exchanges of modes and moves of a bond.

    The hottest temperature is the median change of score over the warm-up. The random number that decides on a move is
    drawn before its fit, so that a certificate can reject the move unfitted. After ``steps`` moves the walk starts
    again, hot, from the best structure so far.

    Attributes:
        warm_up: Number of first moves, all of which are accepted.
        steps: Moves from the hottest temperature to the coldest.
        coldest: Ratio of the coldest temperature to the hottest.
        first_rank: Largest rank of the random first structure.
    """

    warm_up: int = 20
    steps: int = 500
    coldest: float = 1e-5
    first_rank: int = 3

    paper: ClassVar[str] = "Kirkpatrick 1983: https://doi.org/10.1126/science.220.4598.671"
    families: ClassVar[tuple[str, ...]] = ("any", "ring", "tree", "degree3")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> AnnealingState:
        first = draw(problem, generator, largest=min(self.first_rank, problem.rank_limit))
        return AnnealingState(
            problem=problem, proposal=Proposal(first, move="drawn at random"), luck=math.inf, here=first
        )

    @override
    def ask(self, state: AnnealingState, generator: torch.Generator) -> Iterable[Proposal]:
        return (state.proposal,)

    @override
    def tell(
        self, state: AnnealingState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> AnnealingState:
        (found,) = evaluations
        spread = state.spread
        if len(spread) < self.warm_up and not math.isinf(state.score):
            spread = (*spread, abs(found.score - state.score))
        if state.best is None or found.score < state.best[1]:
            state = replace(state, best=(found.structure, found.score))
        if found.score <= self.cutoff(state):
            state = replace(state, here=found.structure, score=found.score)
        step = state.step + 1 if len(spread) == self.warm_up else 0
        if step > self.steps and state.best is not None:
            state, step = replace(state, here=state.best[0], score=state.best[1]), 0
        structure, move = random_move(state.problem, state.here, generator)
        luck = -math.log(max(uniform(generator), 1e-300))
        return replace(state, proposal=Proposal(structure, move=move), luck=luck, spread=spread, step=step)

    @override
    def cutoff(self, state: AnnealingState) -> float:
        if len(state.spread) < self.warm_up:
            return math.inf
        temperature = median(state.spread) * self.coldest ** (state.step / self.steps)
        return state.score + temperature * state.luck
