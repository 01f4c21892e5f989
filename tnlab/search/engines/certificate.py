"""The fewest parameters that every cut allows, then one fit to see: found, proved, and the gap between the two."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import ClassVar

import numpy as np
import torch
from typing_extensions import override

from tnlab.network.adjacency import from_ranks, to_matrix
from tnlab.network.structure import Structure
from tnlab.search.engine import AbstractEngine, engines
from tnlab.search.evaluation import Evaluation, Proposal
from tnlab.search.gains import gains
from tnlab.search.problem import Problem

Rung = tuple[str, int]  # a family, and how many of its structures to fit
LADDERS: dict[str, tuple[Rung, ...]] = {
    "ring": (("ring", 8),),
    "tree": (("tree", 8),),
    "degree3": (("degree3", 2), ("ring", 3), ("degree3", 6)),
    "any": (("any", 2), ("ring", 3), ("tree", 2), ("degree3", 4), ("any", 6)),
}


@dataclass(frozen=True, eq=False)
class Ladder:
    """How far up the families the search is.

    Attributes:
        problem: What is searched.
        begun: When the search began (``time.monotonic``).
        rung: Place in the ladder; past the last rung, the nearest miss is mended.
        asked: Structures of this rung that were fitted.
        failed: Structures whose fits missed the target, whatever their rung.
        retried: How many of these were fitted again, with many starts.
        best: The smallest that reached the target.
        nearest: The one that came nearest to it.
        stuck: Whether ``nearest`` stopped coming nearer when it was mended.
    """

    problem: Problem
    begun: float
    rung: int = 0
    asked: int = 0
    failed: tuple[Structure, ...] = ()
    retried: int = 0
    best: Evaluation | None = None
    nearest: Evaluation | None = None
    stuck: bool = False

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The ladder."""
        return LADDERS[self.problem.family]


@engines.register("certificate")
@dataclass(frozen=True)
class CertificateSearch(AbstractEngine[Ladder]):
    """Propose the smallest structure that no cut forbids; if its fit fails, the next one.

    Whatever reaches the target satisfies every cut, so that the first success in the order of parameters is the
    smallest there is, up to what the fits missed. A failed fit rules out its sub-structures too, as far as one trusts
    the fit: they are passed over, but no proof counts on it. Where cores are small, the cuts say little about graphs
    with many bonds: after two attempts rings come next, then trees, then three bonds per core, and only then any graph
    again, each only as long as it is smaller than the best so far. Loops whose cores are smaller than what their bonds
    carry are hard to fit, so that of a small tensor the smallest failures are tried again with many starts. Where all
    of it fails, the nearest miss grows rank by rank until it reaches the target.

    Attributes:
        starts: Starts of each fit.
        max_sweeps: Sweeps per start.
        retries: Failures that are fitted again when every rung is through, the smallest ones.
        retry_starts: Starts of each of these.
        retry_sweeps: Sweeps per start of these.
        retry_entries: Entries of a tensor up to which that is done.
        seconds: Time per family to look for structures, as a part of the budget.
        share: Time for the whole ladder, as a part of the budget.
        mend: Whether the nearest miss is grown where the ladder fails.
        growth_sweeps: Sweeps after each rank that the nearest miss is given.
    """

    starts: int = 4
    max_sweeps: int = 150
    retries: int = 3
    retry_starts: int = 24
    retry_sweeps: int = 300
    retry_entries: int = 20_000
    seconds: float = 0.1
    share: float = 0.5
    mend: bool = True
    growth_sweeps: int = 20

    paper: ClassVar[str] = "tnlab, from the bound of Eckart 1936: https://doi.org/10.1007/BF02288367"
    families: ClassVar[tuple[str, ...]] = ("any", "ring", "degree3", "tree")
    needs_target: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> Ladder:
        return Ladder(problem, time.monotonic())

    @override
    def ask(self, state: Ladder, generator: torch.Generator) -> Iterable[Proposal]:
        for rung in range(state.rung, len(state.rungs) if self._in_time(state) else 0):
            candidate = self._candidate(state, rung, state.asked if rung == state.rung else 0)
            if candidate is not None:
                move = f"fewest parameters that every cut allows ({state.rungs[rung][0]})"
                return [Proposal(candidate, max_sweeps=self.max_sweeps, starts=self.starts, decide=True, move=move)]
        again = self._again(state)
        if again is not None:
            move = "what failed, again with many starts"
            sweeps, starts = self.retry_sweeps, self.retry_starts
            return [Proposal(again, max_sweeps=sweeps, starts=starts, decide=True, again=True, move=move)]
        return () if state.best is not None or state.stuck or not self.mend else self._mended(state)

    @override
    def tell(self, state: Ladder, evaluations: Sequence[Evaluation], generator: torch.Generator) -> Ladder:
        found, nearest = evaluations[0], state.nearest
        nearer = nearest is None or found.relative_error < nearest.relative_error
        state = replace(
            state, nearest=found if nearer else nearest, stuck=not nearer and state.rung >= len(state.rungs)
        )
        if state.rung >= len(state.rungs) and found.structure in state.failed:
            state = replace(state, retried=state.retried + 1, stuck=False)
        rung = self._rung_of(state, found)
        if state.problem.reached(found.relative_error):
            better = state.best is None or found.parameters < state.best.parameters
            return replace(state, rung=rung + 1, asked=0, best=found if better else state.best)
        asked = state.asked + 1 if rung == state.rung else 1
        if rung < len(state.rungs) and asked >= state.rungs[rung][1]:
            rung, asked = rung + 1, 0
        return replace(state, rung=rung, asked=asked, failed=(*state.failed, found.structure))

    def _rung_of(self, state: Ladder, found: Evaluation) -> int:
        """Return the rung that a structure was proposed on: those before it had nothing left."""
        names = [f"({family})" for family, _ in state.rungs]
        later = (place for place in range(state.rung, len(names)) if found.move.endswith(names[place]))
        return next(later, len(names))

    def _in_time(self, state: Ladder) -> bool:
        return time.monotonic() - state.begun < self.share * state.problem.max_seconds

    def _again(self, state: Ladder) -> Structure | None:
        """Return the next of the smallest failures to fit once more, where that costs little."""
        if state.problem.entries > self.retry_entries or not self._in_time(state):
            return None
        most = state.best.parameters if state.best is not None else state.problem.entries
        smallest = sorted(dict.fromkeys(state.failed), key=lambda structure: structure.parameters)[: self.retries]
        left = [structure for structure in smallest if structure.parameters < most][state.retried :]
        return left[0] if left else None

    def _candidate(self, state: Ladder, rung: int, asked: int) -> Structure | None:
        """Return the smallest structure of a rung that may reach the target with fewer parameters than the best."""
        problem = state.problem
        found = problem.candidates(state.rungs[rung][0], self.seconds * problem.max_seconds)
        most = state.best.parameters - 1 if state.best is not None else problem.entries
        for structure in islice(found, 50 * (asked + 1)):
            if structure.parameters > most:
                return None
            if problem.admits(structure) and not any(_within(structure, failed) for failed in state.failed):
                return structure
        return None

    def _mended(self, state: Ladder) -> list[Proposal]:
        """Return the nearest miss with the one rank more that promises most per parameter."""
        problem, here = state.problem, state.nearest
        if here is None or here.network is None:
            return [Proposal(from_ranks(problem.modes, {}), move="all ranks 1")]
        matrix, promise, best = to_matrix(here.structure), gains(problem.tensor, here.network), None
        for i, j in combinations(range(problem.order), 2):
            grown = matrix.copy()
            grown[i, j] = grown[j, i] = matrix[i, j] + 1
            structure = from_ranks(problem.modes, {(a, b): int(grown[a, b]) for a, b in promise})
            worth = promise[i, j] / (structure.parameters - here.parameters)
            if problem.admits(structure) and (best is None or worth > best[0]):
                best = worth, structure, f"bond {i}-{j} up to rank {grown[i, j]}"
        if best is None:
            return []
        return [Proposal(best[1], here.network, self.growth_sweeps, 1, move=best[2])]


def _within(structure: Structure, other: Structure) -> bool:
    """Return whether every rank of a structure is at most that of another."""
    return bool(np.all(to_matrix(structure) <= to_matrix(other)))
