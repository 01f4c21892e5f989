"""Search by certificates: fit the structures that no cut rules out, by ascending parameters, until one succeeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

import numpy as np
import torch
from typing_extensions import override

from tnlab.network.rank_matrix import from_ranks, to_matrix
from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.moves import pair_ranks
from tnlab.structure_search.parts.rank_gains import rank_gains
from tnlab.structure_search.problem import Problem

Rung = tuple[str, int]  # a family, and the number of its structures to fit before the next rung
# Rungs by the family searched. The first structures that cuts allow are tried in each family before more of any: where
# cuts say little about one, all its first structures miss the target, and a few fits show that.
LADDERS: dict[str, tuple[Rung, ...]] = {
    "ring": (("ring", 8),),
    "tree": (("tree", 8),),
    "degree3": (("degree3", 2), ("ring", 3), ("degree3", 6)),
    "any": (("any", 2), ("ring", 3), ("tree", 2), ("degree3", 4), ("any", 6)),
}
LADDERS["latent"] = LADDERS["any"]  # latent networks have weak certificates, and every graph is one of them


@dataclass(frozen=True, eq=False)
class CertificateState:
    """State of the certificate search: the rung of the ladder of families, and the successes and failures so far.

    Attributes:
        problem: The problem.
        seconds: Search time of the latest evaluation; the engine reads no clock, so that a replay repeats it.
        stage: ``"climb"`` the ladder, ``"retry"`` failed structures, or ``"mend"``: grow the nearest miss.
        question: The next proposal; None ends the search.
        rung: Index of the current rung.
        asked: Structures of this rung that were fitted.
        failed: Structures of the ladder whose fits missed the target.
        retried: Number of failed structures that were fitted again.
        best: Smallest evaluation that reached the target.
        nearest: Evaluation of least error; while it is mended, the latest.
    """

    problem: Problem
    seconds: float = 0.0
    stage: str = "climb"
    question: Proposal | None = None
    rung: int = 0
    asked: int = 0
    failed: tuple[Structure, ...] = ()
    retried: int = 0
    best: Evaluation | None = None
    nearest: Evaluation | None = None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The ladder of the problem's family."""
        return LADDERS[self.problem.family]


@engines.register("certificate")
@dataclass(frozen=True)
class CertificateSearch(AbstractEngine[CertificateState]):
    """Fit the smallest structure whose cut ranks all suffice for the target; if its fit fails, the next one.

    Every structure that reaches the target has sufficient cut ranks, so that the first success by ascending parameters
    is the smallest of its family, unless a smaller one's fit failed wrongly. Structures contained in one that failed
    are skipped; no proof relies on that. Where cores are small, cuts say little about graphs with many bonds, so that a
    ladder of families is climbed: for ``"any"`` two graphs, then rings, trees, graphs of degree 3, and graphs again,
    each only while smaller than the best so far. On small tensors the smallest failures are then fitted again with
    many starts. If all fail, the nearest miss grows rank by rank until it reaches the target.

    Attributes:
        starts: Starts of each fit.
        max_sweeps: Sweeps per start.
        retries: Number of failed structures that are fitted again after the ladder, the smallest first.
        retry_starts: Starts of each of these fits.
        retry_sweeps: Sweeps per start of these fits.
        retry_entries: Largest number of tensor entries with which failures are fitted again.
        seconds: Time to list the structures of one family, as a fraction of the budget of seconds.
        share: Time for the whole ladder, as a fraction of the budget of seconds.
        mend: Whether the nearest miss is grown if the ladder fails.
        growth_sweeps: Sweeps after each rank added to the nearest miss.
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
    families: ClassVar[tuple[str, ...]] = ("any", "ring", "degree3", "tree", "latent")
    needs_target: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> CertificateState:
        return self._next(CertificateState(problem))

    @override
    def ask(self, state: CertificateState, generator: torch.Generator) -> Iterable[Proposal]:
        return () if state.question is None else (state.question,)

    @override
    def tell(
        self, state: CertificateState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> CertificateState:
        found, nearest, best = evaluations[0], state.nearest, state.best
        if state.stage == "mend" or nearest is None or found.relative_error < nearest.relative_error:
            nearest = found
        reached = state.problem.reached(found.relative_error)
        if reached and (best is None or found.parameters < best.parameters):
            best = found
        state = replace(state, best=best, nearest=nearest, seconds=found.seconds)
        if state.stage == "retry":
            state = replace(state, retried=state.retried + 1)
        elif state.stage == "climb":
            full = reached or state.asked + 1 >= state.rungs[state.rung][1]
            rung, asked = (state.rung + 1, 0) if full else (state.rung, state.asked + 1)
            failed = state.failed if reached else (*state.failed, found.structure)
            state = replace(state, rung=rung, asked=asked, failed=failed)
        return self._next(state)

    def _next(self, state: CertificateState) -> CertificateState:
        """Return the state with the next proposal.

        That is a candidate of a family of the ladder, else a failed structure to fit again, else the nearest miss with
        one rank raised.
        """
        while state.rung < len(state.rungs) and self._in_time(state):
            candidate = self._candidate(state)
            if candidate is not None:
                move = f"fewest parameters that every cut allows ({state.rungs[state.rung][0]})"
                question = Proposal(candidate, max_sweeps=self.max_sweeps, starts=self.starts, decide=True, move=move)
                return replace(state, question=question)
            state = replace(state, rung=state.rung + 1, asked=0)
        again = self._again(state)
        if again is not None:
            sweeps, starts, move = self.retry_sweeps, self.retry_starts, "what failed, again with many starts"
            question = Proposal(again, max_sweeps=sweeps, starts=starts, decide=True, again=True, move=move)
            return replace(state, stage="retry", question=question)
        question = self._mended(state) if self.mend and state.best is None else None
        return replace(state, stage="mend", question=question)

    def _in_time(self, state: CertificateState) -> bool:
        if state.nearest is None:  # the first fit is made however long the listing takes
            return True
        return state.seconds < self.share * state.problem.budget.max_seconds

    def _again(self, state: CertificateState) -> Structure | None:
        """Return the next failed structure to fit again; None on large tensors, out of time, or when all are done."""
        if state.problem.entries > self.retry_entries or not self._in_time(state):
            return None
        most = state.best.parameters if state.best is not None else state.problem.entries
        smallest = sorted(dict.fromkeys(state.failed), key=lambda structure: structure.parameters)[: self.retries]
        left = [structure for structure in smallest if structure.parameters < most][state.retried :]
        return left[0] if left else None

    def _candidate(self, state: CertificateState) -> Structure | None:
        """Return the next structure of the current family; None if none is left.

        It is the smallest that no failed structure contains, if it has fewer parameters than the best.
        """
        problem = state.problem
        found = problem.candidates(state.rungs[state.rung][0], self.seconds * problem.budget.max_seconds)
        most = state.best.parameters - 1 if state.best is not None else problem.entries
        for structure in islice(found, 50 * (state.asked + 1)):
            if structure.parameters > most:
                return None
            if problem.admits(structure) and not any(_within(structure, failed) for failed in state.failed):
                return structure
        return None

    def _mended(self, state: CertificateState) -> Proposal | None:
        """Return a proposal of the nearest miss with one rank raised, that of most gain per parameter.

        It is None if no rank can be raised, and has all ranks 1 if nothing has been fitted.
        """
        problem, here = state.problem, state.nearest
        if here is None or here.network is None:
            return Proposal(from_ranks(problem.modes, {}), move="all ranks 1")
        ranks, promise = pair_ranks(here.structure), rank_gains(problem.tensor, here.network)
        options: list[tuple[float, Structure, str]] = []
        for (i, j), gain in promise.items():
            structure = from_ranks(problem.modes, ranks | {(i, j): ranks[i, j] + 1})
            if problem.admits(structure) and structure.parameters < problem.entries:
                cost = max(1, structure.parameters - here.parameters)
                options.append((gain / cost, structure, f"bond {i}-{j} up to rank {ranks[i, j] + 1}"))
        if not options:
            return None
        _, structure, move = max(options, key=lambda option: option[0])
        return Proposal(structure, here.network, max_sweeps=self.growth_sweeps, starts=1, move=move)


def _within(structure: Structure, other: Structure) -> bool:
    """Return whether every rank of a structure is at most that of another."""
    return bool(np.all(to_matrix(structure) <= to_matrix(other)))
