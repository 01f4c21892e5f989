"""The loop that every search shares: ask, look up, consult the certificate, have it fitted, tell.

A proposal that was met before costs a look-up. One that cannot score below the engine's cutoff is not fitted: first
its parameters are looked at, then its certificate. The engine is told a score that is above its cutoff and not above
what the fit would have come to, so that its trajectory stays what it would have been.

Fits run wherever the executor has them run, several at once; what a search finds does not depend on where, nor on how
many. For the next proposal of a batch is decided on, and its warm start chosen, when all but the last few before it
have been told: always the same few, however many fits may run.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Generator, Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from tnlab.bounds.error_bound import error_bound
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import StructureError
from tnlab.network.isomorphism import canonical_form
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.evaluation import Counts, Evaluation, Fate, Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import AbstractChannel, AbstractExecutor, Answer, Cancelled, Task
from tnlab.structure_search.executors.inline import Inline
from tnlab.structure_search.nearest_fits import Neighbours
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.progress import Books, Progress
from tnlab.structure_search.studies.study import Study

AHEAD = 8  # proposals decided on at once
STOPPED = "Stopped on request; the best so far is kept."


@dataclass(eq=False)
class _Asked:
    """A proposal that was decided on and not told yet.

    Attributes:
        proposal: What was asked, with the cores that its fit starts from.
        key: Its structure up to isomorphism.
        number: Of its evaluation.
        cutoff: Score above which its answer does not matter.
        found: Its evaluation, once there is one.
        fitting: Whether it is being fitted.
        recorded: That it repeats another, and when this was seen, from a study.
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
            from a study moves it, so that just the seconds recorded there are spent, and replaying is free; so does
            the time that passes while nobody pulls.
        study: Where evaluations are kept, and those of an earlier run are replayed from while the proposals agree.
        executor: Where fits run.
        ahead: Proposals of a batch that are decided on before the first of them is told. More keep more workers busy;
            fewer let each know more.
        max_seconds: Wall time; by default what the problem says, which engines plan with.
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
    executor: AbstractExecutor = field(default_factory=Inline)
    ahead: int = AHEAD
    max_seconds: float | None = None
    _limit: float = field(init=False)
    _books: Books = field(init=False)
    _known: dict[Hashable, Evaluation] = field(default_factory=dict, init=False)
    _neighbours: Neighbours = field(default_factory=Neighbours, init=False)
    _window: deque[_Asked] = field(default_factory=deque, init=False)
    _spent: float = field(default=0.0, init=False)
    _stopped: threading.Event = field(default_factory=threading.Event, init=False)
    _channel: AbstractChannel | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        self._limit = problem.max_seconds if self.max_seconds is None else self.max_seconds
        self._books = Books(problem.target_error, problem.max_evaluations, self._limit, self.bound)

    def run(self) -> Generator[Progress, None, None]:
        """Yield after every evaluation; the last snapshot carries the reason for the end."""
        opened = time.monotonic()
        self._channel = channel = self.executor.connect(self.evaluator.light())
        self.begun += time.monotonic() - opened  # processes that start are no part of the search
        ended = ""
        try:
            state = self.engine.start(self.problem, self.generator)
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
        """End the run soon; from any thread. What is being fitted is dropped."""
        self._stopped.set()
        if self._channel is not None:
            self._channel.cancel()

    @property
    def counts(self) -> Counts:
        """Work done."""
        return self._books.counts

    def _shown(self, progress: Progress) -> Iterator[Progress]:
        """Yield a snapshot; the time until the next one is asked for is not the search's."""
        shown = time.monotonic()
        yield progress
        waited = time.monotonic() - shown
        self.begun += waited
        if self._channel is not None:
            self._channel.postpone(waited)

    def _batch(self, state: Any, told: list[Evaluation], channel: AbstractChannel) -> Iterator[Evaluation]:
        """Yield what became of the proposals of one batch, in its order; ``told`` is what was taken of it by then."""
        proposals, window = iter(self.engine.ask(state, self.generator)), self._window
        while not self._over():
            while len(window) < self.ahead and not self._budget():
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
        """Return a proposal with its answer, where that is recorded; else begin with it, unless another may answer."""
        if not self.problem.admits(proposal.structure):
            raise StructureError(
                f"The engine proposed a structure outside the family {self.problem.family!r} with ranks up to "
                f"{self.problem.max_rank}: {proposal.structure}."
            )
        key, number = canonical_form(proposal.structure), self.counts.proposed + len(self._window) + 1
        asked = _Asked(proposal, key, number, cutoff)
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
            self._begin(asked, channel)  # the others are looked up when all before them are told
        return asked

    def _begin(self, asked: _Asked, channel: AbstractChannel) -> None:
        """Have a proposal fitted, unless that could not win, or would take too long."""
        asked.found = self._pruned(asked) if self.prune else None
        if asked.found is None and not self.evaluator.affordable(asked.proposal.structure, self._deadline):
            asked.found = self._record_of(asked, 1.0, Fate.TOO_COSTLY)
        if asked.found is None:
            self._submit(asked, channel)
        else:
            self._keep(asked)

    def _pruned(self, asked: _Asked) -> Evaluation | None:
        """Return the record of a proposal that cannot score below the cutoff; None if it could."""
        structure = asked.proposal.structure
        if self.problem.score(structure.parameters, 0.0) > asked.cutoff:
            return self._record_of(asked, 0.0, Fate.PRUNED_BY_SIZE)
        if asked.cutoff < math.inf:
            least = error_bound(self.problem.spectra, structure).error_bound
            if self.problem.score(structure.parameters, least) > asked.cutoff:
                return self._record_of(asked, least, Fate.PRUNED_BY_CERTIFICATE)
        return None

    def _submit(self, asked: _Asked, channel: AbstractChannel) -> None:
        """Have a proposal fitted, from the nearest cores there are."""
        if self.warm and asked.proposal.init is None:
            init = self._neighbours.nearest(asked.proposal.structure)
            asked.proposal = replace(asked.proposal, init=init)
        until = time.time() + self._deadline - time.monotonic()
        channel.submit(Task(asked.number, asked.proposal, asked.cutoff if self.prune else math.inf, until))
        asked.fitting = True

    def _resolved(self, asked: _Asked, channel: AbstractChannel) -> Evaluation:
        """Return the evaluation of the first in the window; wait for it where it is being fitted."""
        if asked.found is None and not asked.fitting:
            known = self._known.get(asked.key)
            if known is not None and (self._budget() or _settled(known, asked)):
                seconds = asked.recorded.seconds if asked.recorded else self._seconds
                asked.found = replace(known, fate=Fate.REPEATED, move=asked.proposal.move, number=asked.number,
                                      sweeps=0, seconds=seconds)  # fmt: skip
                if asked.recorded is None:
                    self._keep(asked)
            else:
                self._begin(asked, channel)
        while asked.found is None:
            self._take(channel.next())
        return asked.found

    def _late(self, asked: _Asked) -> bool:
        """Return whether the time is over, and the first in the window has no answer yet: no more is waited for."""
        return asked.found is None and asked.recorded is None and self._seconds >= self._limit

    def _take(self, answer: Answer) -> None:
        """File an answer under its proposal, and write it down at once: those before it may take long."""
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
        score = self.problem.score(structure.parameters, error)
        return Evaluation(structure, error, score, None, fate, asked.proposal.move, asked.number, 0, self._seconds)

    def _record(self, key: Hashable, found: Evaluation) -> None:
        known = self._known.get(key)
        if known is None or (
            found.fate is not Fate.REPEATED and (known.pruned or found.relative_error < known.relative_error)
        ):
            self._known[key] = found
        if self.warm and found.fate is Fate.FITTED and found.network is not None:
            self._neighbours.add(found.network)
        self._books.record(found)

    @property
    def _deadline(self) -> float:
        return self.begun + self._limit

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self.begun

    def _over(self) -> str:
        """Return why nothing more is needed, not even what is being fitted."""
        if self._books.proved():
            return "Proved: no structure of the family with fewer parameters reaches the target."
        return STOPPED if self._stopped.is_set() else ""

    def _budget(self) -> str:
        """Return which budget is spent, what is being fitted included."""
        promised = sum(asked.found.fate is Fate.FITTED if asked.found else asked.fitting for asked in self._window)
        if self.counts.fitted + promised >= self.problem.max_evaluations:
            return f"The budget of {self.problem.max_evaluations} evaluations is spent."
        if self._seconds >= self._limit:
            return f"The budget of {self._limit:g} seconds is spent."
        return ""

    def _ended(self) -> str:
        return self._over() or self._budget()


def _settled(known: Evaluation, asked: _Asked) -> bool:
    """Return whether what is known of a structure answers the new proposal of it too."""
    return known.score > asked.cutoff or (known.network is not None and known.finished and asked.proposal.init is None)
