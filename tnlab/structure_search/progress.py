"""Snapshots of a search (``Progress``), and the running counts, incumbent and Pareto front behind them (``Books``)."""

import math
from dataclasses import dataclass, field, replace

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.structure_search.evaluation import Counts, Evaluation, Fate
from tnlab.structure_search.settings import Budget


@dataclass(frozen=True, eq=False)
class Progress:
    """An immutable snapshot of a search after one evaluation.

    Attributes:
        evaluation: The latest evaluation; None before the first.
        incumbent: The best fitted evaluation so far: the fewest parameters among those that reach the target, the
            least error while none does; without a target the least score.
        counts: Numbers of evaluations by outcome, and of sweeps.
        pareto: Fitted evaluations that no other beats in both parameters and error, by ascending parameters.
        bound: Lower bound on the parameters of every structure of the family that reaches the target; None if none
            was proved.
        seconds: Search time in seconds.
        budget: Fits and search time that the search may spend.
        target_error: Relative error to reach; None without a target.
        status: Why the search has ended, as a sentence; empty while it runs.
    """

    evaluation: Evaluation | None
    incumbent: Evaluation | None
    counts: Counts
    pareto: tuple[Evaluation, ...]
    bound: ParameterBound | None
    seconds: float
    budget: Budget
    target_error: float | None = None
    status: str = ""

    @property
    def reached(self) -> bool:
        """Whether the incumbent reaches the target; without a target, whether there is an incumbent."""
        best = self.incumbent
        return best is not None and (self.target_error is None or best.relative_error <= self.target_error)

    @property
    def gap(self) -> float:
        """``incumbent.parameters / bound.parameters - 1``; infinite without a bound or an incumbent that reaches it."""
        if self.bound is None or self.incumbent is None or not self.reached:
            return math.inf
        return self.incumbent.parameters / self.bound.parameters - 1

    @property
    def fraction(self) -> float:
        """Fraction of the budget that is spent: the larger of that of fits and that of seconds."""
        return min(1.0, max(self.counts.fitted / self.budget.max_evaluations, self.seconds / self.budget.max_seconds))

    @property
    def seconds_left(self) -> float:
        """Estimated seconds until a budget is spent, from the mean time per fit so far; 0 once the search has ended."""
        if self.status:
            return 0.0
        each = self.seconds / self.counts.fitted if self.counts.fitted else math.inf
        left = self.budget.max_evaluations - self.counts.fitted
        return max(0.0, min(self.budget.max_seconds - self.seconds, each * left if left else 0.0))


@dataclass(eq=False)
class Books:
    """Running counts, incumbent and Pareto front of a search, updated evaluation by evaluation.

    Attributes:
        target_error: Relative error to reach; None if the incumbent is that of least score.
        budget: Fits and search time that the search may spend.
        bound: Lower bound on the parameters of every structure of the family that reaches the target.
        counts: Numbers of evaluations by outcome, and of sweeps.
        incumbent: The best fitted evaluation so far.
    """

    target_error: float | None
    budget: Budget
    bound: ParameterBound | None = None
    counts: Counts = field(default_factory=Counts, init=False)
    incumbent: Evaluation | None = field(default=None, init=False)
    _latest: Evaluation | None = field(default=None, init=False)
    _pareto: list[Evaluation] = field(default_factory=list, init=False)

    def record(self, found: Evaluation) -> None:
        """Update counts, incumbent and Pareto front with the next evaluation."""
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
        """Return the snapshot after the latest evaluation, at a search time of ``seconds``."""
        return Progress(
            evaluation=self._latest,
            incumbent=self.incumbent,
            counts=self.counts,
            pareto=tuple(self._pareto),
            bound=self.bound,
            seconds=seconds,
            budget=self.budget,
            target_error=self.target_error,
            status=status,
        )

    def reached(self, found: Evaluation) -> bool:
        """Return whether an evaluation's error is at most the target; always true without a target."""
        return self.target_error is None or found.relative_error <= self.target_error

    def proved(self) -> bool:
        """Return whether the incumbent reaches the target with no more parameters than the proved lower bound."""
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
