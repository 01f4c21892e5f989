"""TNLS: local search that samples ranks and mode orders around the best structure, in steps that shrink."""

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

LARGEST_STEP = 4  # largest change of a rank in one sample
TRIES = 20  # draws for one sample, which is left out if all of them are too large


@dataclass(frozen=True, eq=False)
class TNLSState:
    """State of TNLS: the centre of the samples and the samples of the next generation.

    Attributes:
        coding: Encoding of structures.
        batch: Codes of the next generation.
        centre: Code that samples are drawn around.
        score: Score of the centre; infinite if unknown.
        generation: Number of generations told.
        moved: Whether the centre's score has improved since step sizes last started again.
    """

    coding: Coding
    batch: tuple[Code, ...]
    centre: Code
    score: float = math.inf
    generation: int = 0
    moved: bool = False


@engines.register("tnls")
@dataclass(frozen=True)
class TNLS(AbstractEngine[TNLSState]):
    """Sample ranks and permutations around a centre, and move the centre to the best sample if it is no worse.

    Unlike in the published program, step sizes start again when their schedule has run out: around the centre, or
    around a random structure if the centre has not improved for a whole schedule.

    Attributes:
        samples: Structures per generation.
        generations: Number of generations after which step sizes start again.
        rounds: Number of such schedules, 1 in the published program; None goes on to the end of the budget.
        rank_decay: Factor per generation of the standard deviation of a rank's step, which is 1 at first.
        swap_decay: Factor per generation of the probability of exchanging two modes, which is 1 at first.
        max_size: Largest number of parameters of a proposal, per entry of the tensor; 10 in the published program.
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
        """Return a rank changed by a rounded step of at most 4; steps at rank 1 go up, at the largest rank down."""
        size = min(math.ceil(abs(step) - 0.5), LARGEST_STEP)
        down = rank == limit or (rank > 1 and step < 0)
        return max(1, min(limit, rank - size if down else rank + size))
