"""TNLS: sample around the best structure so far, in steps that shrink."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.seeding import uniform
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.rank_codes import Code, Coding, two_places
from tnlab.structure_search.problem import Problem

LARGEST_STEP = 4
TRIES = 20  # draws of a sample before one that is too large is left out


@dataclass(frozen=True, eq=False)
class TNLSState:
    """Centre of the samples, and what is asked next."""

    coding: Coding
    batch: tuple[Code, ...]
    centre: Code
    score: float = math.inf
    generation: int = 0
    moved: bool = False


@engines.register("tnls")
@dataclass(frozen=True)
class TNLS(AbstractEngine[TNLSState]):
    """Sample ranks and permutations around a centre, and move to the best sample if it is no worse.

    Beyond the published program, the schedule of step sizes starts again when it has run out: from the centre, or
    elsewhere if the centre has not changed for a whole schedule.

    Attributes:
        samples: Structures per generation.
        generations: After so many the step sizes start again.
        rounds: How often they do; None goes on to the end of the budget, 1 is the published program.
        rank_decay: By what the standard deviation of a rank's step, 1 at first, shrinks per generation.
        swap_decay: By what the probability of exchanging two modes, 1 at first, shrinks per generation.
        max_size: Parameters per entry of the tensor up to which a structure is fitted; 10 in the published program.
    """

    samples: int = 60
    generations: int = 20
    rounds: int | None = None
    rank_decay: float = 0.9
    swap_decay: float = 0.94
    max_size: float = 1.0

    paper: ClassVar[str] = "Li 2022: https://arxiv.org/abs/2206.06597"
    families: ClassVar[tuple[str, ...]] = ("ring", "any")
    best_of_batch: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> TNLSState:
        coding = Coding(problem, self.max_size)
        first = coding.random(generator)
        return TNLSState(coding, (first,), first)

    @override
    def ask(self, state: TNLSState, generator: torch.Generator) -> Iterable[Proposal]:
        if self.rounds is not None and state.generation > self.rounds * self.generations:
            return
        for code in state.batch:
            yield Proposal(state.coding.structure(code), move="sampled around the centre")

    @override
    def tell(self, state: TNLSState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> TNLSState:
        best = min(range(len(evaluations)), key=lambda place: evaluations[place].score)
        if evaluations[best].score <= state.score:
            moved = state.moved or evaluations[best].score < state.score
            state = replace(state, centre=state.batch[best], score=evaluations[best].score, moved=moved)
        age = state.generation % self.generations
        if age == 0 and state.generation:
            state = replace(state, moved=False) if state.moved else self._elsewhere(state, generator)
        drawn = (self._sample(state, age, generator) for _ in range(self.samples))
        batch = tuple(code for code in drawn if code is not None)
        return replace(state, batch=batch or (state.centre,), generation=state.generation + 1)

    @override
    def cutoff(self, state: TNLSState) -> float:
        return state.score

    def _elsewhere(self, state: TNLSState, generator: torch.Generator) -> TNLSState:
        return replace(state, centre=state.coding.random(generator), score=math.inf)

    def _sample(self, state: TNLSState, age: int, generator: torch.Generator) -> Code | None:
        coding, centre = state.coding, state.centre
        for _ in range(TRIES):
            steps = torch.randn(len(centre.ranks), generator=generator, dtype=torch.float32) * self.rank_decay**age
            ranks = [
                self._step(rank, float(step), coding.limit) for rank, step in zip(centre.ranks, steps, strict=True)
            ]
            code = Code(tuple(ranks), centre.modes)
            swap = uniform(generator) < self.swap_decay**age
            if swap and coding.permutes:
                code = code.swapped(*two_places(coding.problem.order, generator))
            if coding.small(code):
                return code
        return None

    @staticmethod
    def _step(rank: int, step: float, limit: int) -> int:
        """Return the rank a step away, turned round at the ends of its range."""
        size = min(math.ceil(abs(step) - 0.5), LARGEST_STEP)
        down = rank == limit or (rank > 1 and step < 0)
        return max(1, min(limit, rank - size if down else rank + size))
