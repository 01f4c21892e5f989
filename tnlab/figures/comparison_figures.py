"""Data of all figures of a comparison: performance profiles, ranks of the engines, and a convergence per case."""

from collections.abc import Mapping
from dataclasses import dataclass

from tnlab.bounds.families import kinds_of
from tnlab.figures.convergence import Convergence, convergence_info
from tnlab.figures.critical_difference import CriticalDifference, critical_difference_info
from tnlab.figures.performance_profile import PerformanceProfile, performance_profile_info
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan, Run
from tnlab.structure_search.comparison.summary import Row, summarised

Outcomes = Mapping[Run, Outcome]


@dataclass(frozen=True)
class ComparisonFigures:
    """Data of all figures of a comparison, and the table rows that they are computed from.

    Attributes:
        rows: Summary over the seeds of each engine in each case.
        by_parameters: Performance profile of the parameters of the best structure; a problem is a case with a seed.
        by_evaluations: Performance profile of the number of structures fitted until the target was reached.
        ranks: Ranks of the engines by their median parameters in each case; None with fewer than two engines or cases.
        courses: For each case, the parameters of the best structure over the structures fitted.
    """

    rows: tuple[Row, ...]
    by_parameters: PerformanceProfile
    by_evaluations: PerformanceProfile
    ranks: CriticalDifference | None
    courses: Mapping[Case, Convergence]


def comparison_figures(plan: Plan, outcomes: Outcomes) -> ComparisonFigures:
    """Compute the data of all figures of a comparison from the outcomes of all its runs.

    Raises:
        ValueError: A run of the plan has no outcome.
    """
    if missing := sum(run not in outcomes for run in plan.runs):
        raise ValueError(f"{missing} of {len(plan.runs)} runs are missing.")
    rows = summarised(plan, outcomes)
    by_engine = {
        entrant.label: [outcomes[Run(case, entrant, seed)] for case in plan.cases for seed in plan.seeds]
        for entrant in plan.entrants
    }
    sizes = {name: [one.parameters for one in own] for name, own in by_engine.items()}
    fits = {name: [one.to_reach[0] for one in own] for name, own in by_engine.items()}
    medians = {name: [row.parameters.median for row in rows if row.entrant.label == name] for name in by_engine}
    enough = len(plan.entrants) > 1 and len(plan.cases) > 1
    return ComparisonFigures(
        rows=rows,
        by_parameters=performance_profile_info(sizes, "parameters of the best"),
        by_evaluations=performance_profile_info(fits, "fits to reach the target"),
        ranks=critical_difference_info(medians) if enough else None,
        courses={case: _courses(case, plan, outcomes, rows) for case in plan.cases},
    )


def case_bound(case: Case, rows: tuple[Row, ...]) -> tuple[int, str] | None:
    """Return the least parameter bound proved by the engines that ran on a case, and the families it holds for.

    The result is None if one of the engines proved nothing.
    """
    ran = [row for row in rows if row.case == case and row.failed < row.runs]
    least = min((row.bound for row in ran), default=0)
    return (least, kinds_of(row.family for row in ran)) if least > 0 else None


def _courses(case: Case, plan: Plan, outcomes: Outcomes, rows: tuple[Row, ...]) -> Convergence:
    runs = {
        entrant.label: [
            [(float(fitted), float(size)) for fitted, _, size in outcomes[Run(case, entrant, seed)].steps]
            for seed in plan.seeds
        ]
        for entrant in plan.entrants
    }
    end = max(1, *(outcomes[run].evaluations for run in plan.runs if run.case == case))
    bound, families = case_bound(case, rows) or (None, "")
    return convergence_info(runs, bound, float(end), families)
