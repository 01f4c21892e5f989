"""Summary of a comparison: per case and engine the success rate, and medians and quantiles over seeds."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan, Run

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)  # quantiles of a Spread: quartiles, and tails that ten seeds still show


@dataclass(frozen=True)
class Spread:
    """Five quantiles of a quantity over seeds; infinite values stand for runs that did not reach the target."""

    q10: float
    q25: float
    median: float
    q75: float
    q90: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the quantiles of at least one value."""
        ordered = sorted(values)
        return cls(*(quantile(ordered, level) for level in LEVELS))


def quantile(ordered: list[float], level: float) -> float:
    """Return a quantile of ascending values by linear interpolation; infinite if a neighbour it lies between is.

    Example:
        >>> quantile([1.0, 2.0, math.inf], 0.5), quantile([1.0, 2.0, math.inf], 0.75)
        (2.0, inf)
    """
    place = level * (len(ordered) - 1)
    low = math.floor(place)
    if place == low or ordered[low] == ordered[low + 1]:
        return ordered[low]
    return ordered[low] + (place - low) * (ordered[low + 1] - ordered[low])


@dataclass(frozen=True)
class Row:
    """Summary of the runs of one engine on one case.

    Attributes:
        case: The case.
        entrant: The engine.
        runs: Number of runs that have ended.
        failures: Messages of the runs that failed, each once.
        failed: Number of runs that failed.
        reached: Number of runs that reached the target.
        least: Parameters of the smallest structure that reached the target in any run; infinite if none did.
        parameters: Quantiles of the parameters of each run's smallest structure that reached the target; a run without
            one, or a failed one, counts as infinite here and in the next four.
        evaluations_to_best: Quantiles of the structures fitted until that structure was found.
        seconds_to_best: Quantiles of the seconds until then.
        evaluations_to_reach: Quantiles of the structures fitted until a structure first reached the target.
        seconds_to_reach: Quantiles of the seconds until then.
        evaluations: Median of the structures fitted in a whole run, over the runs that did not fail.
        seconds: Median of the wall time of a whole run, in seconds.
        relative_error: Median of the relative error of the best structure.
        family: Family of structures that was searched.
        bound: Largest lower bound on the parameters that any run of the case proved for that family; 0 if none did.
    """

    case: Case
    entrant: Entrant
    runs: int
    failures: tuple[str, ...]
    failed: int
    reached: int
    least: float
    parameters: Spread
    evaluations_to_best: Spread
    seconds_to_best: Spread
    evaluations_to_reach: Spread
    seconds_to_reach: Spread
    evaluations: float
    seconds: float
    relative_error: float
    family: str
    bound: int

    @property
    def success(self) -> float:
        """Fraction of the runs that reached the target, from 0 to 1."""
        return self.reached / self.runs

    @property
    def gap(self) -> float:
        """Median parameters over the proved lower bound, minus 1; infinite without a bound."""
        return self.parameters.median / self.bound - 1 if self.bound else math.inf


def summarised(plan: Plan, outcomes: Mapping[Run, Outcome]) -> tuple[Row, ...]:
    """Return one row per case and engine that has runs, in the order of the plan."""
    groups: dict[tuple[Case, Entrant], list[Outcome]] = {}
    for run, outcome in outcomes.items():
        groups.setdefault((run.case, run.entrant), []).append(outcome)
    bounds: dict[tuple[Case, str], int] = {}
    for (case, _), group in groups.items():
        for one in group:
            bounds[case, one.family] = max(bounds.get((case, one.family), 0), one.bound)
    pairs = [(case, entrant) for case in plan.cases for entrant in plan.entrants if (case, entrant) in groups]
    return tuple(_row(case, entrant, groups[case, entrant], bounds) for case, entrant in pairs)


def _row(case: Case, entrant: Entrant, group: list[Outcome], bounds: Mapping[tuple[Case, str], int]) -> Row:
    """Summarise the outcomes of one engine on one case."""
    ran = [one for one in group if not one.failure]
    family = ran[0].family if ran else case.family or ""
    return Row(
        case=case,
        entrant=entrant,
        runs=len(group),
        failures=tuple(dict.fromkeys(one.failure for one in group if one.failure)),
        failed=len(group) - len(ran),
        reached=sum(one.reached for one in group),
        least=min(one.parameters for one in group),
        parameters=Spread.of(one.parameters for one in group),
        evaluations_to_best=Spread.of(one.to_best[0] for one in group),
        seconds_to_best=Spread.of(one.to_best[1] for one in group),
        evaluations_to_reach=Spread.of(one.to_reach[0] for one in group),
        seconds_to_reach=Spread.of(one.to_reach[1] for one in group),
        evaluations=_median(one.evaluations for one in ran),
        seconds=_median(one.seconds for one in ran),
        relative_error=_median(one.relative_error for one in ran),
        family=family,
        bound=bounds.get((case, family), 0),
    )


def _median(values: Iterable[float]) -> float:
    """Return the median of values; infinite if there are none."""
    ordered = sorted(float(value) for value in values)
    return quantile(ordered, 0.5) if ordered else math.inf
