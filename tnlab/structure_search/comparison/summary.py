"""What a comparison comes to: per case and engine how often the target was reached, medians, and quantiles."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan, Run

LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)


@dataclass(frozen=True)
class Spread:
    """Quantiles over seeds; infinite where so many runs did not get there."""

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
    """Return a quantile of ascending values, with straight lines between them; towards an infinite one it is infinite.

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
    """What one engine did in one case.

    Attributes:
        case: The case.
        entrant: The engine.
        runs: Runs that are there.
        failures: Why runs failed, each reason once.
        failed: How many did.
        reached: How many reached the target.
        least: Parameters of the smallest that any run found to reach it; infinite if none did.
        parameters: Of the best that reached it; a run that did not, or failed, counts as infinite here and below.
        evaluations_to_best: Structures fitted until the best was found.
        seconds_to_best: Wall time until then.
        evaluations_to_reach: Structures fitted until the target was reached first.
        seconds_to_reach: Wall time until then.
        evaluations: Structures fitted in all; median.
        seconds: Wall time in all; median.
        relative_error: Of the best, or of the nearest where the target was not reached; median.
        family: What was searched.
        bound: Parameters that no structure of that family goes below, the most that any run of the case proved; 0 if
            nothing was.
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
        """Part of the runs that reached the target."""
        return self.reached / self.runs

    @property
    def gap(self) -> float:
        """How many more parameters the median best has than was proved necessary, as a part of these; else infinite."""
        return self.parameters.median / self.bound - 1 if self.bound else math.inf


def summarised(plan: Plan, outcomes: Mapping[Run, Outcome]) -> tuple[Row, ...]:
    """Return a row per case and engine, in the order of the plan; without those that have no run yet."""
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
    ordered = sorted(float(value) for value in values)
    return quantile(ordered, 0.5) if ordered else math.inf
