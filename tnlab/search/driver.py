"""The loop that every search shares: ask, look up, consult the certificate, fit, tell.

A proposal that was met before costs a look-up. One that cannot score below the engine's cutoff is not fitted: first
its parameters are looked at, then its certificate. The engine is told a score that is above its cutoff and not above
what the fit would have come to, so that its trajectory stays what it would have been.
"""

import math
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from tnlab.bounds.error_bound import error_bound
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import StructureError
from tnlab.network.isomorphism import canonical_form
from tnlab.search.engine import AbstractEngine
from tnlab.search.evaluation import Counts, Evaluation, Fate, Proposal
from tnlab.search.evaluator import Evaluator
from tnlab.search.neighbours import Neighbours
from tnlab.search.problem import Problem
from tnlab.search.study import Study


@dataclass(frozen=True, eq=False)
class Progress:
    """A search after one evaluation. Nothing in it changes later.

    Attributes:
        evaluation: The latest one.
        incumbent: The best so far: of those that reach the target the one with the fewest parameters, and the nearest
            to it while none does; without a target the one with the least score.
        counts: Work done.
        pareto: Evaluations that no other beats in parameters and error at once, by ascending parameters.
        bound: What no structure of the family can do without; None where there is no target.
        seconds: Wall time since the search began.
        status: Why the search has ended, as a sentence; empty while it goes on.
    """

    evaluation: Evaluation | None
    incumbent: Evaluation | None
    counts: Counts
    pareto: tuple[Evaluation, ...]
    bound: ParameterBound | None
    seconds: float
    status: str = ""


@dataclass(eq=False)
class Driver:
    """Runs one engine on one problem, and keeps the books.

    Attributes:
        problem: What is searched.
        engine: Who proposes.
        evaluator: Who fits.
        generator: The engine's randomness.
        bound: What no structure of the family can do without.
        prune: Whether to consult sizes and certificates before a fit, and to leave a fit that is certain to lose; with
            cold starts (``warm=False``) the engine's path is the same without, only later.
        warm: Whether a fit that is given no cores starts from those of the nearest structure fitted so far.
        begun: When the search began (``time.monotonic``); the budget of seconds counts from there. What is replayed
            from a study moves it, so that just the seconds recorded there are spent, and replaying is free.
        study: Where evaluations are kept, and those of an earlier run are replayed from while the proposals agree.
    """

    problem: Problem
    engine: AbstractEngine[Any]
    evaluator: Evaluator
    generator: torch.Generator
    bound: ParameterBound | None = None
    prune: bool = True
    warm: bool = True
    begun: float = field(default_factory=time.monotonic)
    study: Study | None = None
    counts: Counts = field(default_factory=Counts, init=False)
    incumbent: Evaluation | None = field(default=None, init=False)
    _known: dict[Hashable, Evaluation] = field(default_factory=dict, init=False)
    _pareto: list[Evaluation] = field(default_factory=list, init=False)
    _neighbours: Neighbours = field(default_factory=Neighbours, init=False)

    def run(self) -> Iterator[Progress]:
        """Yield after every evaluation; the last snapshot carries the reason for the end."""
        state = self.engine.start(self.problem, self.generator)
        ended, latest = "", None
        while not ended:
            told: list[Evaluation] = []
            for proposal in self.engine.ask(state, self.generator):
                ended = self._ended()
                if ended:
                    break
                latest = self._evaluate(proposal, self.engine.cutoff_within(state, told))
                told.append(latest)
                yield self._progress(latest)
            if not told:
                ended = ended or self._ended() or "The engine has nothing more to propose."
            else:
                state = self.engine.tell(state, told, self.generator)
        yield replace(self._progress(latest), status=ended)

    def _evaluate(self, proposal: Proposal, cutoff: float) -> Evaluation:
        if not self.problem.admits(proposal.structure):
            raise StructureError(
                f"The engine proposed a structure outside the family {self.problem.family!r} with ranks up to "
                f"{self.problem.max_rank}: {proposal.structure}."
            )
        key = canonical_form(proposal.structure)
        known = self._known.get(key)
        found = self._replayed(proposal, known)
        if found is None:
            found = self._found(proposal, known, cutoff)
            if self.study is not None:
                self.study.append(proposal.structure, found)
        if known is None or (
            found.fate is not Fate.REPEATED and (known.pruned or found.relative_error < known.relative_error)
        ):
            self._known[key] = found
        self._record(found)
        return found

    def _replayed(self, proposal: Proposal, known: Evaluation | None) -> Evaluation | None:
        """Return what the study has recorded at this place for this structure; None if nothing."""
        number = self.counts.proposed + 1
        found = self.study.recorded(number, proposal.structure) if self.study is not None else None
        if found is None or (found.fate is Fate.REPEATED and known is None):
            return None
        self.begun = time.monotonic() - found.seconds
        if found.fate is Fate.REPEATED and known is not None:
            return replace(known, fate=found.fate, move=found.move, number=number, sweeps=0, seconds=found.seconds)
        return found

    def _found(self, proposal: Proposal, known: Evaluation | None, cutoff: float) -> Evaluation:
        if known is not None and not proposal.again and _settled(known, proposal, cutoff):
            return replace(known, fate=Fate.REPEATED, move=proposal.move, number=self.counts.proposed + 1, sweeps=0,
                           seconds=self._seconds)  # fmt: skip
        found = self._pruned(proposal, cutoff) if self.prune else None
        if found is None and not self.evaluator.affordable(proposal.structure, self._deadline):
            return self._record_of(proposal, 1.0, Fate.TOO_COSTLY)
        return self._fitted(proposal, cutoff) if found is None else found

    def _pruned(self, proposal: Proposal, cutoff: float) -> Evaluation | None:
        """Return the record of a proposal that cannot score below the cutoff; None if it could."""
        parameters = proposal.structure.parameters
        if self.problem.score(parameters, 0.0) > cutoff:
            return self._record_of(proposal, 0.0, Fate.PRUNED_BY_SIZE)
        if cutoff < math.inf:
            least = error_bound(self.problem.spectra, proposal.structure).error_bound
            if self.problem.score(parameters, least) > cutoff:
                return self._record_of(proposal, least, Fate.PRUNED_BY_CERTIFICATE)
        return None

    def _fitted(self, proposal: Proposal, cutoff: float) -> Evaluation:
        if self.warm and proposal.init is None:
            proposal = replace(proposal, init=self._neighbours.nearest(proposal.structure))
        fitted = self.evaluator(proposal, cutoff if self.prune else math.inf, self._deadline)
        record = self._record_of(proposal, fitted.relative_error, Fate.FITTED)
        return replace(record, network=fitted.network, sweeps=fitted.sweeps, finished=fitted.finished)

    def _record_of(self, proposal: Proposal, error: float, fate: Fate) -> Evaluation:
        structure = proposal.structure
        score = self.problem.score(structure.parameters, error)
        number = self.counts.proposed + 1
        return Evaluation(structure, error, score, None, fate, proposal.move, number, 0, self._seconds)

    def _record(self, found: Evaluation) -> None:
        self.counts = Counts(
            proposed=self.counts.proposed + 1,
            repeated=self.counts.repeated + (found.fate is Fate.REPEATED),
            pruned_by_size=self.counts.pruned_by_size + (found.fate is Fate.PRUNED_BY_SIZE),
            pruned_by_certificate=self.counts.pruned_by_certificate + (found.fate is Fate.PRUNED_BY_CERTIFICATE),
            too_costly=self.counts.too_costly + (found.fate is Fate.TOO_COSTLY),
            fitted=self.counts.fitted + (found.fate is Fate.FITTED),
            sweeps=self.counts.sweeps + found.sweeps,
        )
        if found.network is None or found.fate is Fate.REPEATED:
            return
        if self.warm:
            self._neighbours.add(found.network)
        if self.incumbent is None or self._rank(found) < self._rank(self.incumbent):
            self.incumbent = found
        if not any(_beats(other, found) for other in self._pareto):
            kept = [other for other in self._pareto if not _beats(found, other)]
            self._pareto = sorted([*kept, found], key=lambda own: own.parameters)

    def _rank(self, found: Evaluation) -> tuple[float, ...]:
        if self.problem.target_error is None:
            return (found.score,)
        if self.problem.reached(found.relative_error):
            return (0.0, found.parameters, found.relative_error)
        return (1.0, found.relative_error, found.parameters)

    @property
    def _deadline(self) -> float:
        return self.begun + self.problem.max_seconds

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self.begun

    def _progress(self, latest: Evaluation | None) -> Progress:
        return Progress(latest, self.incumbent, self.counts, tuple(self._pareto), self.bound, self._seconds)

    def _ended(self) -> str:
        if self._proved():
            return "Proved: no structure of the family with fewer parameters reaches the target."
        if self.counts.fitted >= self.problem.max_evaluations:
            return f"The budget of {self.problem.max_evaluations} evaluations is spent."
        if self._seconds >= self.problem.max_seconds:
            return f"The budget of {self.problem.max_seconds:g} seconds is spent."
        return ""

    def _proved(self) -> bool:
        best = self.incumbent
        if best is None or self.bound is None:
            return False
        return self.problem.reached(best.relative_error) and best.parameters <= self.bound.parameters


def _settled(known: Evaluation, proposal: Proposal, cutoff: float) -> bool:
    """Return whether what is known of a structure answers the new proposal of it too."""
    return known.score > cutoff or (known.network is not None and known.finished and proposal.init is None)


def _beats(first: Evaluation, second: Evaluation) -> bool:
    return first.parameters <= second.parameters and first.relative_error <= second.relative_error
