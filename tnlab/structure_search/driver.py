"""The loop of a structure search: ask an engine for structures, have them evaluated, tell it the evaluations.

A structure that was evaluated before is looked up, not fitted again. A structure that cannot score below the engine's
cutoff is pruned: not fitted, because its number of parameters, or else the certified lower bound on its error, is
already too large. The score of a pruned structure lies above the cutoff and at or below the score of its fit, so that
pruning does not change which structures the engine proposes.

An executor runs several fits at once. What a search finds depends neither on the executor nor on its number of workers,
for a proposal is decided on, and its warm start chosen, when just ``ahead - 1`` evaluations of its batch before it are
outstanding, however many fits are running.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Generator, Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from tnlab.bounds.error_bound import MAX_SECONDS, error_bound
from tnlab.bounds.families import FAMILIES
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import StructureError
from tnlab.network.isomorphism import canonical_form
from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.evaluation import Counts, Evaluation, Fate, Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.executors.base import AbstractChannel, Answer, Cancelled, Task
from tnlab.structure_search.nearest_fits import Neighbours
from tnlab.structure_search.problem import CUT_SHARE
from tnlab.structure_search.progress import Books, Progress
from tnlab.structure_search.settings import Budget, Dispatch
from tnlab.structure_search.studies.study import Study

STOPPED = "Stopped on request; the best so far is kept."


@dataclass(eq=False)
class _Asked:
    """A proposal whose evaluation is still outstanding.

    Attributes:
        proposal: The proposal, with the cores that its fit starts from.
        key: Canonical form of its structure, equal for isomorphic structures.
        number: Number of its evaluation, counted from 1.
        cutoff: Score above which the engine makes no use of its evaluation.
        found: Its evaluation; None until there is one.
        fitting: Whether it was handed to the executor.
        recorded: Its evaluation in the study, where that is a repetition of an earlier one.
    """

    proposal: Proposal
    key: Hashable
    number: int
    cutoff: float
    found: Evaluation | None = None
    fitting: bool = False
    recorded: Evaluation | None = None


@dataclass(eq=False)
class Driver:
    """Runs one engine on one problem until the engine, the budget or a proof of optimality ends the search.

    Attributes:
        engine: Proposes structures.
        evaluator: Fits structures; its problem is the one to solve.
        generator: Random numbers of the engine.
        budget: What the search may spend; None takes the problem's, which engines plan with.
        dispatch: Which proposals are fitted, where, and how many at a time.
        bound: Proved lower bound on the parameters of every structure of the family that reaches the target.
        study: Records evaluations, and supplies those of an earlier run while the proposals agree.
        begun: Start of the search, in seconds of ``time.monotonic``. The driver moves it later by the time between
            two snapshots in which the caller does not iterate, and sets it so that evaluations replayed from a study
            cost the seconds recorded with them.
    """

    engine: AbstractEngine[Any]
    evaluator: Evaluator
    generator: torch.Generator
    budget: Budget | None = None
    dispatch: Dispatch = field(default_factory=Dispatch)
    bound: ParameterBound | None = None
    study: Study | None = None
    begun: float = field(default_factory=time.monotonic)
    _books: Books = field(init=False)
    _known: dict[Hashable, Evaluation] = field(default_factory=dict, init=False)
    _neighbours: Neighbours = field(default_factory=Neighbours, init=False)
    _window: deque[_Asked] = field(default_factory=deque, init=False)
    _spent: float = field(default=0.0, init=False)
    _stopped: threading.Event = field(default_factory=threading.Event, init=False)
    _channel: AbstractChannel | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._problem = self.evaluator.problem
        self._allowed = self.budget or self._problem.budget
        self._books = Books(self._problem.target_error, self._allowed, self.bound)
        self._cut_seconds = CUT_SHARE * self._allowed.max_seconds  # left for spectra of cuts

    def run(self) -> Generator[Progress, None, None]:
        """Yield a snapshot after every evaluation, and a last one whose ``status`` says why the search ended."""
        opened = time.monotonic()
        self._channel = channel = executor_of(self.dispatch.executor).connect(self.evaluator.light())
        self.begun += time.monotonic() - opened  # starting worker processes does not count as search time
        ended = ""
        try:
            state = self.engine.start(self._problem, self.generator)
            while not ended:
                told: list[Evaluation] = []
                for found in self._batch(state, told, channel):
                    yield from self._shown(self._books.progress(self._seconds))
                    told.append(found)
                ended = self._ended() or ("" if told else "The engine has nothing more to propose.")
                if told:
                    state = self.engine.tell(state, told, self.generator)
            if self.study is not None:
                self.study.close(ended, self._seconds)
            yield self._books.progress(self._seconds, ended)
        finally:
            channel.close()

    def stop(self) -> None:
        """End the run soon and cancel the fits under way; may be called from any thread."""
        self._stopped.set()
        if self._channel is not None:
            self._channel.cancel()

    @property
    def counts(self) -> Counts:
        """Numbers of proposals, repetitions, pruned structures, fits and sweeps so far."""
        return self._books.counts

    def _shown(self, progress: Progress) -> Iterator[Progress]:
        """Yield a snapshot, and exclude the time until the caller asks for the next one from the search time."""
        shown = time.monotonic()
        yield progress
        waited = time.monotonic() - shown
        self.begun += waited
        if self._channel is not None:
            self._channel.postpone(waited)

    def _batch(self, state: Any, told: list[Evaluation], channel: AbstractChannel) -> Iterator[Evaluation]:
        """Yield the evaluations of one batch of proposals in order; the caller appends each to ``told``."""
        proposals, window = iter(self.engine.ask(state, self.generator)), self._window
        while not self._over():
            while len(window) < self.dispatch.ahead and not self._budget():
                proposal = next(proposals, None)
                if proposal is None:
                    break
                window.append(self._decided(proposal, self.engine.cutoff_within(state, told), channel))
            if not window:
                return
            if self._late(window[0]):
                break
            try:
                found = self._resolved(window[0], channel)
            except Cancelled:
                break
            self._record(window.popleft().key, found)
            yield found
        window.clear()
        channel.cancel()

    def _decided(self, proposal: Proposal, cutoff: float, channel: AbstractChannel) -> _Asked:
        """Return the record of a proposal: replayed from the study, begun, or left until an equal one is evaluated.

        Raises:
            StructureError: The engine proposed a structure outside the problem's family.
        """
        if not self._problem.admits(proposal.structure):
            raise StructureError(
                f"The engine proposed a structure outside the family {self._problem.family!r} with ranks up to "
                f"{self._problem.max_rank}: {proposal.structure}."
            )
        key, number = canonical_form(proposal.structure), self.counts.proposed + len(self._window) + 1
        asked = _Asked(proposal=proposal, key=key, number=number, cutoff=cutoff)
        recorded = self.study.recorded(number, proposal.structure) if self.study is not None else None
        if recorded is not None:
            self._spent = max(self._spent, recorded.seconds)
            self.begun = time.monotonic() - self._spent
            if recorded.fate is Fate.REPEATED:
                asked.recorded = recorded
            else:
                asked.found = recorded
            return asked
        known = self._known.get(key)
        twin = any(other.key == key and not other.proposal.again for other in self._window)
        if proposal.again or not (twin or (known is not None and _settled(known, asked))):
            self._begin(asked, channel)  # the others are looked up once all proposals before them are evaluated
        return asked

    def _begin(self, asked: _Asked, channel: AbstractChannel) -> None:
        """Prune a proposal, reject it as too costly, or hand it to the executor."""
        asked.found = self._pruned(asked) if self.dispatch.prune else None
        if asked.found is None and not self.evaluator.affordable(asked.proposal.structure, self._deadline):
            asked.found = self._record_of(asked, 1.0, Fate.TOO_COSTLY)
        if asked.found is None:
            self._submit(asked, channel)
        else:
            self._keep(asked)

    def _pruned(self, asked: _Asked) -> Evaluation | None:
        """Return the evaluation of a proposal that cannot score below its cutoff; None if it could."""
        structure = asked.proposal.structure
        if self._problem.score(structure.parameters, 0.0) > asked.cutoff:
            return self._record_of(asked, 0.0, Fate.PRUNED_BY_SIZE)
        if asked.cutoff < math.inf:
            least = self._least_error(structure)
            if self._problem.score(structure.parameters, least) > asked.cutoff:
                return self._record_of(asked, least, Fate.PRUNED_BY_CERTIFICATE)
        return None

    def _least_error(self, structure: Structure) -> float:
        """Return the error bound of a structure; all bounds together spend a share of the budget on new spectra."""
        begun, spectra = time.monotonic(), self._problem.spectra
        known = spectra.complete
        least = error_bound(spectra, structure, max_seconds=min(MAX_SECONDS, self._cut_seconds)).error_bound
        if not known:
            self._cut_seconds = max(0.0, self._cut_seconds - time.monotonic() + begun)
        return least

    def _submit(self, asked: _Asked, channel: AbstractChannel) -> None:
        """Hand a proposal to the executor, with the nearest fitted network as its start if it has none."""
        if self.evaluator.fits.warm and asked.proposal.init is None:
            init = self._neighbours.nearest(asked.proposal.structure)
            asked.proposal = replace(asked.proposal, init=init)
        until = time.time() + self._deadline - time.monotonic()
        cutoff = asked.cutoff if self.dispatch.prune else math.inf
        channel.submit(Task(number=asked.number, proposal=asked.proposal, cutoff=cutoff, until=until))
        asked.fitting = True

    def _resolved(self, asked: _Asked, channel: AbstractChannel) -> Evaluation:
        """Return the evaluation of the oldest outstanding proposal, and wait for its fit if need be."""
        if asked.found is None and not asked.fitting:
            known = self._known.get(asked.key)
            if known is not None and (self._budget() or _settled(known, asked)):
                seconds = asked.recorded.seconds if asked.recorded else self._seconds
                move, number = asked.proposal.move, asked.number
                asked.found = replace(known, fate=Fate.REPEATED, move=move, number=number, sweeps=0, seconds=seconds)
                if asked.recorded is None:
                    self._keep(asked)
            else:
                self._begin(asked, channel)
        while asked.found is None:
            self._take(channel.next())
        return asked.found

    def _late(self, asked: _Asked) -> bool:
        """Return whether the time is over while the oldest outstanding proposal has no evaluation yet."""
        return asked.found is None and asked.recorded is None and self._seconds >= self._allowed.max_seconds

    def _take(self, answer: Answer) -> None:
        """Turn an executor's answer into the evaluation of its proposal, and append that to the study at once."""
        asked = next(asked for asked in self._window if asked.number == answer.number)
        fitted = answer.fitted
        if fitted is None:
            asked.found = self._record_of(asked, 1.0, Fate.TOO_COSTLY)
        else:
            record = self._record_of(asked, fitted.relative_error, Fate.FITTED)
            more = {"network": fitted.network, "sweeps": fitted.sweeps, "finished": fitted.finished}
            asked.found = replace(record, **more)
        self._keep(asked)

    def _keep(self, asked: _Asked) -> None:
        if self.study is not None and asked.found is not None:
            self.study.append(asked.proposal.structure, asked.found)

    def _record_of(self, asked: _Asked, error: float, fate: Fate) -> Evaluation:
        structure = asked.proposal.structure
        score = self._problem.score(structure.parameters, error)
        return Evaluation(
            structure=structure,
            relative_error=error,
            score=score,
            network=None,
            fate=fate,
            move=asked.proposal.move,
            number=asked.number,
            sweeps=0,
            seconds=self._seconds,
        )

    def _record(self, key: Hashable, found: Evaluation) -> None:
        known = self._known.get(key)
        if known is None or (
            found.fate is not Fate.REPEATED and (known.pruned or found.relative_error < known.relative_error)
        ):
            self._known[key] = found
        if self.evaluator.fits.warm and found.fate is Fate.FITTED and found.network is not None:
            self._neighbours.add(found.network)
        self._books.record(found)

    @property
    def _deadline(self) -> float:
        return self.begun + self._allowed.max_seconds

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self.begun

    def _over(self) -> str:
        """Return why the search ends at once, without waiting for fits: a proof or a request; else an empty string."""
        if self._books.proved():
            kind = FAMILIES[self._problem.family].kind
            return f"Proved for {kind}: none with fewer parameters reaches the target."
        return STOPPED if self._stopped.is_set() else ""

    def _budget(self) -> str:
        """Return which budget is spent, counting fits under way as fitted; empty if none is."""
        promised = sum(asked.found.fate is Fate.FITTED if asked.found else asked.fitting for asked in self._window)
        if self.counts.fitted + promised >= self._allowed.max_evaluations:
            return f"The budget of {self._allowed.max_evaluations} evaluations is spent."
        if self._seconds >= self._allowed.max_seconds:
            return f"The budget of {self._allowed.max_seconds:g} seconds is spent."
        return ""

    def _ended(self) -> str:
        return self._over() or self._budget()


def _settled(known: Evaluation, asked: _Asked) -> bool:
    """Return whether the earlier evaluation of a structure also serves for a new proposal of it."""
    return known.score > asked.cutoff or (known.network is not None and known.finished and asked.proposal.init is None)
