"""Two sections of the report of a comparison: ranks of the engines over all cases, and the results of each case."""

import math
from collections.abc import Sequence

from tnlab.data import modes_text
from tnlab.figures.comparison_figures import ComparisonFigures, case_bound
from tnlab.figures.convergence import convergence_plot
from tnlab.figures.critical_difference import CriticalDifference, critical_difference_plot
from tnlab.figures.report_page import Html, html_table, plot, tag
from tnlab.structure_search.comparison.plan import Case
from tnlab.structure_search.comparison.summary import Row, Spread

METHOD = (
    "A run is one engine on one case with one seed; a case is a data set at one target error. Every run has a study "
    "of its own, so it can be continued and inspected.",
    "Quantiles are over seeds, with straight lines between values. A run that did not reach the target, or failed, "
    "counts as infinite (∞) in all of them.",
    "Fits are structures that were fitted. A structure that was proposed before, or that its size or a certificate "
    "ruled out, costs no fit.",
    "The gap is how many more parameters the median best has than the bound proved for the family that the engine "
    "searched, the largest that the runs of a case proved.",
    "Performance profile: Dolan 2002, https://doi.org/10.1007/s101070100263. An engine that fails on a problem is "
    "worst there.",
    "Ranks: Demsar 2006, https://jmlr.org/papers/v7/demsar06a.html. Friedman's test in the form of Iman and "
    "Davenport, ties not corrected for; then Nemenyi's critical difference. Wilcoxon's signed-rank tests on logarithms "
    "with Holm's correction need no critical difference, and do not depend on which other engines take part "
    "(Benavoli 2016, https://jmlr.org/papers/v17/benavoli16a.html).",
    "The tests assume independent cases; cases that are several target errors of one tensor are correlated.",
)


def ranks_section(figures: ComparisonFigures, drawn: bool) -> list[Html]:
    """Return the section on the engines' ranks: Friedman's test, a diagram if ``drawn``, and Wilcoxon's p-values."""
    info = figures.ranks
    if info is None:
        return [tag("p", "Ranks need two engines and two cases at least.", class_="note")]
    parts = [tag("p", _verdict(info))]
    if info.caution:
        parts.append(tag("p", info.caution, class_="note"))
    if drawn:
        said = (
            "Mean ranks of the median parameters over cases, 1 is best. Bars join engines that are not told apart"
            + (" by the critical difference." if info.differ else ": here all of them, for Friedman's test finds none.")
        )
        label = "Critical-difference diagram. " + "; ".join(
            f"{name}: mean rank {rank:.2f}" for name, rank in zip(info.names, info.ranks, strict=True)
        )
        parts.append(plot("critical-difference", critical_difference_plot(info), label, said))
    groups = [" ~ ".join(info.names[first : last + 1]) for first, last in info.pair_groups]
    said = "Not told apart by Wilcoxon's test with Holm's correction: " + ("; ".join(groups) or "none") + "."
    caption = "p-values of Wilcoxon's signed-rank test on the median parameters, with Holm's correction"
    parts += [tag("h3", "Two by two"), tag("p", said), html_table(caption, ["engine", *info.names], _pairs(info))]
    return parts


def cases_section(figures: ComparisonFigures, drawn: bool) -> list[Html]:
    """Return the section on the cases: for each a table of the engines and, if ``drawn``, its convergence figure."""
    parts: list[Html] = []
    for place, (case, course) in enumerate(figures.courses.items(), start=1):
        rows = [row for row in figures.rows if row.case == case]
        parts += [tag("h3", case.label, id=f"case-{place}"), tag("p", _about(case, figures), class_="soft")]
        best = min(row.parameters.median for row in rows)
        kinds = ["best" if row.parameters.median == best < math.inf else "" for row in rows]
        caption = "Median over seeds; below it the middle half (25 to 75 %) and the middle 80 % (10 to 90 %)"
        header = ["engine", "reached", "parameters", "fits to reach", "seconds to reach", "fits to best",
                  "seconds to best", "gap to bound", "fits in all", "seconds in all"]  # fmt: skip
        cells = [(kind, _cells(row)) for kind, row in zip(kinds, rows, strict=True)]
        parts.append(html_table(caption, header, cells, case.label))
        reasons = [f"{row.entrant.label}: {reason}" for row in rows for reason in row.failures]
        parts += [tag("ul", *(tag("li", reason) for reason in reasons), class_="note")] if reasons else []
        if drawn:
            said = "Median parameters of the best against structures fitted, with the middle half of the seeds as a "
            said += (
                "band. A line begins when half of the seeds have reached the target, a band when three quarters have."
            )
            label = f"Best parameters against structures fitted, {case.label}; the table above has the numbers."
            parts.append(plot(f"course-{place}", convergence_plot(course), label, said))
    return parts


def _verdict(info: CriticalDifference) -> str:
    statistic = f"{info.f_statistic:.2f}" if math.isfinite(info.f_statistic) else "infinite"
    numbers = (
        f"Friedman's chi squared is {info.chi_squared:.2f} and F is {statistic} over {info.sets} cases and "
        f"{len(info.names)} engines (p = {info.p_value:.2g})"
    )
    if not info.differ:
        return f"{numbers}: the ranks differ no more than those of equally good engines would."
    return (
        f"{numbers}: the engines are not all alike. Two of them are told apart if their mean ranks differ by at least "
        f"{info.difference:.2f} (Nemenyi, level {info.alpha:g})."
    )


def _pairs(info: CriticalDifference) -> list[tuple[str, Sequence[str]]]:
    def cell(a: int, b: int) -> str:
        return "–" if a == b else f"{info.pairs[min(a, b), max(a, b)]:.2g}"

    places = range(len(info.names))
    return [("", [name, *(cell(a, b) for b in places)]) for a, name in enumerate(info.names)]


def _about(case: Case, figures: ComparisonFigures) -> str:
    bound = case_bound(case, figures.rows)
    said = [
        f"A tensor of {modes_text(case.modes)} ({math.prod(case.modes):,} entries)",
        f"relative error {case.target_error:g}",
        f"family {case.family}" if case.family else "the family that each engine is meant for",
        f"ranks up to {case.max_rank}" if case.max_rank else "",
        f"made of a structure with {case.planted:,} parameters" if case.planted else "",
        f"proved for {bound[1]}: not below {bound[0]:,} parameters" if bound else "no bound was proved",
    ]
    return ", ".join(part for part in said if part) + "."


def _cells(row: Row) -> list[str | Html]:
    if row.failed == row.runs:
        return [row.entrant.label, tag("td", f"failed: {' '.join(row.failures)}", class_="text", colspan="9")]
    spent = row.evaluations_to_reach, row.seconds_to_reach, row.evaluations_to_best, row.seconds_to_best
    reached = tag("td", f"{row.reached} of {row.runs}", tag("small", f"{row.success:.0%}"))
    missed = "" if row.reached else f"error {row.relative_error:.3g}"
    first, *rest = (_spread(spread) for spread in (row.parameters, *spent))
    if row.reached and math.isinf(row.parameters.median):
        first = tag("td", "∞", tag("small", f"least {row.least:,.0f}"))
    shown = tag("td", "not reached", tag("small", missed)) if missed else first
    gap = f"{row.gap:.1%}" if math.isfinite(row.gap) else "–"
    totals = [_number(row.evaluations), _number(row.seconds)]
    return [row.entrant.label, reached, shown, *([tag("td", "–")] * 4 if missed else rest), gap, *totals]


def _spread(spread: Spread) -> Html:
    """Return a cell with the median above the ranges of 50 % and 80 % of the seeds; one number if all seeds agree."""
    if spread.q10 == spread.q90:
        return tag("td", _number(spread.median))
    ranges = [f"{_number(low)} – {_number(high)}" for low, high in ((spread.q25, spread.q75), (spread.q10, spread.q90))]
    return tag("td", _number(spread.median), *(tag("small", words) for words in ranges))


def _number(value: float) -> str:
    if math.isinf(value):
        return "∞"
    return f"{value:,.0f}" if value == round(value) or value >= 100 else f"{value:.3g}"
