"""The report of a comparison as one HTML file: results, statistical tests, and what it takes to repeat the runs."""

import math
from collections.abc import Mapping
from pathlib import Path

from tnlab.figures.comparison_figures import ComparisonFigures, comparison_figures
from tnlab.figures.comparison_sections import METHOD, cases_section, ranks_section
from tnlab.figures.performance_profile import PerformanceProfile, performance_profile_plot
from tnlab.figures.report_page import Html, html_table, page, plot, plotly_source, tag
from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Plan, Run
from tnlab.structure_search.engines.base import engines
from tnlab.writing import write_file

NO_PLOTLY = "Figures are left out because plotly is not installed: pip install 'tnlab[lab]', and make the report again."


def write_report(plan: Plan, outcomes: Mapping[Run, Outcome], made_with: Mapping[str, str]) -> Path:
    """Write ``report.html`` into the plan's output folder and return its path; without plotly it has tables only.

    Args:
        plan: The comparison.
        outcomes: The outcome of every run of the plan.
        made_with: Versions and circumstances to list, by their names.

    Raises:
        DataError: The file cannot be written.
        ValueError: A run has no outcome.
    """
    source = plotly_source()
    figures = comparison_figures(plan, outcomes)
    sections = {
        "overall": ("Overall", _overall(plan, figures, bool(source))),
        "ranks": ("Which engines can be told apart", ranks_section(figures, bool(source))),
        "cases": ("Case by case", cases_section(figures, bool(source))),
        "again": ("How it was made", _again(plan, made_with)),
    }
    path = plan.output / "report.html"
    write_file(path, page(plan.title, sections, _head(plan, figures, bool(source)), source).encode())
    return path


def _head(plan: Plan, figures: ComparisonFigures, drawn: bool) -> list[Html]:
    counts = (
        f"{_count(len(plan.entrants), 'engine')} on {_count(len(plan.cases), 'case')} with "
        f"{_count(len(plan.seeds), 'seed')}: {_count(len(plan.runs), 'run')} of at most "
        f"{plan.budget.max_evaluations:,} structures and {plan.budget.max_seconds:g} seconds each."
    )
    parts = [tag("p", counts, class_="soft")]
    failed = sum(row.failed for row in figures.rows)
    if failed:
        parts.append(tag("p", f"{_count(failed, 'run')} could not be made; the tables say why.", class_="note"))
    return parts if drawn else [*parts, tag("p", NO_PLOTLY, class_="note")]


def _overall(plan: Plan, figures: ComparisonFigures, drawn: bool) -> list[Html]:
    rows = [("", _engine_cells(entrant, figures)) for entrant in plan.entrants]
    header: list[str | Html] = [
        "engine",
        "reached the target",
        "failed",
        "mean rank",
        "smallest on",
        "fewest fits on",
        tag("th", "what it is", scope="col", class_="text"),
    ]
    caption = "Runs that reached the target; mean rank of the median parameters over cases; part of all problems "
    caption += "(a case with a seed) on which no engine found fewer parameters, or reached the target in fewer fits."
    parts = [html_table(caption, header, rows, "All engines")]
    if not drawn:
        return parts
    said = "For which part of the problems (a case with a seed) each engine is within a factor of the best. The value "
    said += "at 1 is how often it is the best; where the line ends, how often it reached the target at all."
    for name, title, profile in (
        ("profile-parameters", "Parameters of the best", figures.by_parameters),
        ("profile-evaluations", "Fits until the target is reached", figures.by_evaluations),
    ):
        parts.append(tag("h3", f"Performance profile: {title.lower()}"))
        parts.append(plot(name, performance_profile_plot(profile), f"Performance profile. {_in_words(profile)}", said))
    return parts


def _engine_cells(entrant: Entrant, figures: ComparisonFigures) -> list[str | Html]:
    rows = [row for row in figures.rows if row.entrant == entrant]
    runs, reached, failed = (sum(part) for part in zip(*((r.runs, r.reached, r.failed) for r in rows), strict=True))
    ranks = dict(zip(figures.ranks.names, figures.ranks.ranks, strict=True)) if figures.ranks else {}
    shares = [
        next(profile.within(1.0) for profile in part.profiles if profile.name == entrant.label)
        for part in (figures.by_parameters, figures.by_evaluations)
    ]
    what = tag("td", repr(entrant.engine()), tag("small", engines[entrant.name].paper.partition(":")[0]), class_="text")
    rank = f"{ranks[entrant.label]:.2f}" if ranks else "–"
    counts = [f"{reached} of {runs} ({reached / runs:.0%})", str(failed), rank]
    return [entrant.label, *counts, *(f"{share:.0%}" for share in shares), what]


def _in_words(profile: PerformanceProfile) -> str:
    parts = (
        f"{one.name}: best on {one.within(1):.0%}, within twice the best on {one.within(2):.0%}, solved "
        f"{one.within(math.inf):.0%}"
        for one in profile.profiles
    )
    return "; ".join(parts) + "."


def _again(plan: Plan, made_with: Mapping[str, str]) -> list[Html]:
    facts = {
        "seeds": ", ".join(map(str, plan.seeds)),
        "budget of a run": f"{plan.budget.max_evaluations:,} structures fitted, {plan.budget.max_seconds:g} seconds",
        "executor": plan.executor,
        **made_with,
    }
    pairs = [part for name, value in facts.items() for part in (tag("dt", name), tag("dd", value))]
    return [
        tag(
            "p",
            "The comparison file, from which tnlab compare repeats the comparison; it reads back runs whose "
            "studies still exist. Times, and runs that the time limit ended, depend on the machine.",
        ),
        tag("pre", tag("code", plan.text), tabindex="0", aria_label="The comparison file"),
        tag("h3", "Circumstances"),
        tag("dl", *pairs),
        tag("h3", "How to read it"),
        tag("ul", *(tag("li", line) for line in METHOD)),
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
