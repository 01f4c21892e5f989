"""A search after one evaluation, and the books that say so: the driver keeps them, and so does who only watches."""

import math
from dataclasses import dataclass, field, replace

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.structure_search.evaluation import Counts, Evaluation, Fate


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
        seconds: Time spent searching.
        max_evaluations: Structures that may be fitted.
        max_seconds: Seconds that may be spent.
        target_error: Relative error to reach; None where there is none.
        status: Why the search has ended, as a sentence; empty while it goes on.
    """

    evaluation: Evaluation | None
    incumbent: Evaluation | None
    counts: Counts
    pareto: tuple[Evaluation, ...]
    bound: ParameterBound | None
    seconds: float
    max_evaluations: int
    max_seconds: float
    target_error: float | None = None
    status: str = ""

    @property
    def reached(self) -> bool:
        """Whether the best so far reaches the target; where there is none, whether there is a best."""
        best = self.incumbent
        return best is not None and (self.target_error is None or best.relative_error <= self.target_error)

    @property
    def gap(self) -> float:
        """How many more parameters the best has than was proved necessary, as a part of these; else infinite."""
        if self.bound is None or self.incumbent is None or not self.reached:
            return math.inf
        return self.incumbent.parameters / self.bound.parameters - 1

    @property
    def fraction(self) -> float:
        """Part of the budget that is spent, of fits or of seconds, whichever is more."""
        return min(1.0, max(self.counts.fitted / self.max_evaluations, self.seconds / self.max_seconds))

    @property
    def seconds_left(self) -> float:
        """Seconds until the budget is spent, if fits go on to take as long as they did; 0 at the end."""
        if self.status:
            return 0.0
        each = self.seconds / self.counts.fitted if self.counts.fitted else math.inf
        left = self.max_evaluations - self.counts.fitted
        return max(0.0, min(self.max_seconds - self.seconds, each * left if left else 0.0))


@dataclass(eq=False)
class Books:
    """What is known of a search: told every evaluation in order, it says how things stand.

    Attributes:
        target_error: Relative error to reach; None where score alone counts.
        max_evaluations: Structures that may be fitted.
        max_seconds: Seconds that may be spent.
        bound: What no structure of the family can do without.
    """

    target_error: float | None
    max_evaluations: int
    max_seconds: float
    bound: ParameterBound | None = None
    counts: Counts = field(default_factory=Counts, init=False)
    incumbent: Evaluation | None = field(default=None, init=False)
    _latest: Evaluation | None = field(default=None, init=False)
    _pareto: list[Evaluation] = field(default_factory=list, init=False)

    def record(self, found: Evaluation) -> None:
        """Take the next evaluation."""
        self._latest = found
        self.counts = _counted(self.counts, found)
        if found.fate is not Fate.FITTED:
            return
        if self.incumbent is None or self._rank(found) < self._rank(self.incumbent):
            self.incumbent = found
        if not any(_beats(other, found) for other in self._pareto):
            kept = [other for other in self._pareto if not _beats(found, other)]
            self._pareto = sorted([*kept, found], key=lambda own: own.parameters)

    def progress(self, seconds: float, status: str = "") -> Progress:
        """Return how things stand, so many seconds after the search began."""
        return Progress(
            self._latest, self.incumbent, self.counts, tuple(self._pareto), self.bound, seconds,
            self.max_evaluations, self.max_seconds, self.target_error, status,
        )  # fmt: skip

    def reached(self, found: Evaluation) -> bool:
        """Return whether an evaluation is good enough; where there is no target, every one is."""
        return self.target_error is None or found.relative_error <= self.target_error

    def proved(self) -> bool:
        """Return whether nothing better than the incumbent is left."""
        best, least = self.incumbent, self.bound
        return best is not None and least is not None and self.reached(best) and best.parameters <= least.parameters

    def _rank(self, found: Evaluation) -> tuple[float, ...]:
        if self.target_error is None:
            return (found.score,)
        if self.reached(found):
            return (0.0, found.parameters, found.relative_error)
        return (1.0, found.relative_error, found.parameters)


def _counted(counts: Counts, found: Evaluation) -> Counts:
    return replace(
        counts,
        proposed=counts.proposed + 1,
        repeated=counts.repeated + (found.fate is Fate.REPEATED),
        pruned_by_size=counts.pruned_by_size + (found.fate is Fate.PRUNED_BY_SIZE),
        pruned_by_certificate=counts.pruned_by_certificate + (found.fate is Fate.PRUNED_BY_CERTIFICATE),
        too_costly=counts.too_costly + (found.fate is Fate.TOO_COSTLY),
        fitted=counts.fitted + (found.fate is Fate.FITTED),
        sweeps=counts.sweeps + found.sweeps,
    )


def _beats(first: Evaluation, second: Evaluation) -> bool:
    return first.parameters <= second.parameters and first.relative_error <= second.relative_error
