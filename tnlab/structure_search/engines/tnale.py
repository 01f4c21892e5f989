"""TnALE: coordinate descent over ranks and exchanges of modes, in round trips from the first rank to the last."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

import numpy as np
import torch
from typing_extensions import override

from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.rank_codes import Code, Coding
from tnlab.structure_search.problem import Problem

MODES = -1  # stands for the exchange of modes in a route, where other entries are indices of ranks


@dataclass(frozen=True, eq=False)
class TnALEState:
    """State of TnALE: the current round trip, its stop, and the candidates at the stop.

    A stop optimises one variable: one rank, or the exchange of two modes.

    Attributes:
        coding: Encoding of structures.
        candidates: Codes with every value of the current variable, the other variables unchanged.
        asked: Indices of the candidates to evaluate; the errors of the others are interpolated.
        centre: Code that the windows of ranks surround.
        centre_score: Its score; infinite if unknown.
        here: Code chosen at the last stop.
        known: Its squared error; infinite if unknown.
        best: Best code of the trip, its score and its squared error.
        stop: Number of stops made in this trip.
        trips: Number of trips completed.
        unchanged: Number of stops in a row at which the centre was chosen.
        scattered: Whether the trip began at a random code instead of the centre.
    """

    coding: Coding
    candidates: tuple[Code, ...]
    asked: tuple[int, ...]
    centre: Code
    here: Code
    centre_score: float = math.inf
    known: float = math.inf
    best: tuple[Code, float, float] | None = None
    stop: int = 0
    trips: int = 0
    unchanged: int = 0
    scattered: bool = False


@engines.register("tnale")
@dataclass(frozen=True)
class TnALE(AbstractEngine[TnALEState]):
    """Optimise ranks one by one, then exchanges of modes, then ranks in reverse order; repeat around the best found.

    As in the published program, interpolated errors decide on the centre; the result of a search is always fitted.

    Attributes:
        first_trips: Number of first trips, which evaluate the first, middle and last rank of a window and interpolate
            the errors of the others.
        first_radius: Largest change of the centre's ranks in the windows of the first trips.
        radius: Largest change of the centre's ranks in later windows, where every rank is evaluated.
        sparsity: Probability that a bond starts with rank 1 in the family ``"any"``.
        max_size: Largest number of parameters of a proposal, per entry of the tensor; 10 in the published program.
    """

    first_trips: int = 2
    first_radius: int = 2
    radius: int = 1
    sparsity: float = 0.6
    max_size: float = 1.0

    paper: ClassVar[str] = "Li 2023: https://arxiv.org/abs/2304.12875"
    families: ClassVar[tuple[str, ...]] = ("ring", "any")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> TnALEState:
        coding = Coding(problem, self.max_size)
        first = coding.random(generator, sparsity=self.sparsity if problem.family == "any" else 0.0)
        return self._at_stop(TnALEState(coding=coding, candidates=(), asked=(), centre=first, here=first))

    @override
    def ask(self, state: TnALEState, generator: torch.Generator) -> Iterable[Proposal]:
        move = "exchanged modes" if self._variable(state) == MODES else f"changed rank {self._variable(state)}"
        for place in state.asked:
            yield Proposal(state.coding.structure(state.candidates[place]), move=move)

    @override
    def tell(self, state: TnALEState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> TnALEState:
        if len(evaluations) < len(state.asked):  # the budget has ended
            return state
        squares = self._squared_errors(state, evaluations)
        scores = [
            state.coding.problem.score(state.coding.parameters(code), math.sqrt(square))
            for code, square in zip(state.candidates, squares, strict=True)
        ]
        place = int(np.argmin(scores))
        chosen = state.candidates[place], scores[place], squares[place]
        best = chosen if state.best is None or chosen[1] <= state.best[1] else state.best
        unchanged = state.unchanged + 1 if chosen[0] == state.centre else 0
        state = replace(state, here=chosen[0], known=chosen[2], best=best, stop=state.stop + 1, unchanged=unchanged)
        return self._at_stop(self._after(state, generator))

    @override
    def cutoff(self, state: TnALEState) -> float:
        if self._interpolates(state):
            return math.inf
        return state.coding.problem.score(state.coding.parameters(state.here), math.sqrt(min(state.known, 1e100)))

    @override
    def cutoff_within(self, state: TnALEState, told: Sequence[Evaluation]) -> float:
        if self._interpolates(state):
            return math.inf
        return min([self.cutoff(state), *(found.score for found in told)])

    def _route(self, coding: Coding) -> tuple[int, ...]:
        there = tuple(range(len(coding.pairs)))
        return (*there, MODES, *there[::-1]) if coding.permutes else (*there, *there[-2::-1])

    def _variable(self, state: TnALEState) -> int:
        return self._route(state.coding)[state.stop]

    def _interpolates(self, state: TnALEState) -> bool:
        return state.trips < self.first_trips and self._variable(state) != MODES

    def _at_stop(self, state: TnALEState) -> TnALEState:
        """Return the state with the candidates of its current stop."""
        variable = self._variable(state)
        if variable == MODES:
            pairs = combinations(range(state.coding.problem.order), 2)
            candidates = (state.here, *(state.here.swapped(*pair) for pair in pairs))
            return replace(state, candidates=candidates, asked=tuple(range(len(candidates))))
        window = self._window(state, variable)
        candidates = tuple(state.here.with_rank(variable, rank) for rank in window)
        small = tuple(code for code in candidates if state.coding.small(code)) or candidates[:1]
        places = (0, (len(small) - 1) // 2, len(small) - 1)
        asked = tuple(sorted(set(places))) if self._interpolates(state) else tuple(range(len(small)))
        return replace(state, candidates=small, asked=asked)

    def _window(self, state: TnALEState, variable: int) -> range:
        """Return the window of one rank: ranks around that of the centre, shifted to lie between 1 and the largest."""
        reach = self.first_radius if state.trips < self.first_trips else self.radius
        limit = state.coding.limit
        low = max(1, min(state.centre.ranks[variable] - reach, limit - 2 * reach))
        return range(low, min(low + 2 * reach, limit) + 1)

    def _squared_errors(self, state: TnALEState, evaluations: Sequence[Evaluation]) -> list[float]:
        """Return the squared error of every candidate: fitted, known from the last stop, or interpolated linearly."""
        found = {place: told.relative_error**2 for place, told in zip(state.asked, evaluations, strict=True)}
        for place in state.asked:
            if state.candidates[place] == state.here:
                found[place] = min(found[place], state.known)
        squares = np.interp(range(len(state.candidates)), list(found), list(found.values()))
        return [
            min(float(square), state.known) if code == state.here else float(square)
            for code, square in zip(state.candidates, squares, strict=True)
        ]

    def _after(self, state: TnALEState, generator: torch.Generator) -> TnALEState:
        """Return the state at the start of a new trip if the current one is complete; else the state unchanged."""
        assert state.best is not None
        stuck = state.trips > 0 and state.unchanged > len(state.coding.pairs)
        met = state.trips > 0 and state.scattered and state.here == state.centre
        if state.stop < len(self._route(state.coding)) and not stuck and not met:
            return state
        better = state.best[1] <= state.centre_score and not met
        square = state.best[2]
        if better:
            state = replace(state, centre=state.best[0], centre_score=state.best[1])
        state = replace(state, stop=0, trips=state.trips + 1, best=None, unchanged=0, scattered=False)
        if state.trips == self.first_trips:  # later trips do not compare with interpolated errors
            return replace(state, here=state.centre, known=math.inf, centre_score=math.inf)
        if better and not stuck:
            return replace(state, here=state.centre, known=square)
        return replace(state, here=self._scattered(state, generator), known=math.inf, scattered=True)

    def _scattered(self, state: TnALEState, generator: torch.Generator) -> Code:
        """Return a random code: ranks from the windows around the centre, and at most one exchange of two modes.

        It is drawn again if it equals the centre or has too many parameters; after 100 draws it is the centre.
        """
        coding, centre = state.coding, state.centre
        for _ in range(100):
            code = centre
            for variable in range(len(coding.pairs)):
                window = self._window(state, variable)
                rank = window[int(torch.randint(len(window), (), generator=generator))]
                code = code.with_rank(variable, rank)
            if coding.permutes:
                swaps = [None, *combinations(range(coding.problem.order), 2)]
                swap = swaps[int(torch.randint(len(swaps), (), generator=generator))]
                code = code.swapped(*swap) if swap else code
            if code != centre and coding.small(code):
                return code
        return centre
