"""``tnlab compare``: run the comparison of engines that a TOML file describes, and write its results and report."""

import json
import math
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from tnlab.bounds.families import FAMILIES
from tnlab.cli.entry import INTERRUPTED, MISSED
from tnlab.cli.inputs import AsJson
from tnlab.cli.interruption import last_code, raised
from tnlab.cli.outputs import tell
from tnlab.figures.comparison_report import write_report
from tnlab.structure_search.comparison.plan import read_plan
from tnlab.structure_search.comparison.results import circumstances, write_results
from tnlab.structure_search.comparison.runs import Comparison, Standing
from tnlab.structure_search.comparison.summary import Row, summarised


def compare(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.toml", help="Engines, data sets and budgets to compare (docs/compare.md has the keys)."
        ),
    ],
    jobs: Annotated[
        int, typer.Option(min=1, max=1024, help="Number of processes that run searches at the same time.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Compare search engines on several data sets and seeds, and write a report.

    Every run is a study in the output folder. After Ctrl-C or a crash the same command continues the runs that were
    interrupted; after a change of the file it makes only the runs that are new.
    """
    plan = read_plan(file)
    comparison = Comparison(plan, jobs)
    kept = _follow(comparison, file)
    said = f"{len(plan.runs) - kept} made now, {jobs} at a time, and {kept} read back"
    made_with = circumstances() | {"runs": said}
    results = *write_results(plan, comparison.outcomes, made_with), write_report(plan, comparison.outcomes, made_with)
    if as_json:
        typer.echo(json.dumps({path.name: str(path) for path in results}))
    else:
        for line in _table(summarised(plan, comparison.outcomes)):
            typer.echo(line)
        typer.echo("written: " + ", ".join(str(path) for path in results))
    if any(outcome.failure for outcome in comparison.outcomes.values()):
        raise typer.Exit(MISSED)


def _follow(comparison: Comparison, file: Path) -> int:
    """Make all runs and return how many were read back; show a bar on a terminal, else print a line for each run."""
    plan = comparison.plan
    try:
        with raised():
            return _with_bar(comparison) if sys.stderr.isatty() else _with_lines(comparison)
    except KeyboardInterrupt:
        done, total = len(comparison.outcomes), len(plan.runs)
        tell(
            f"Stopped: {done} of {total} runs are done and kept in {plan.output}, and so are those that were running. "
            f"tnlab compare {file} goes on from there."
        )
        raise typer.Exit(last_code() or INTERRUPTED) from None


def _with_lines(comparison: Comparison) -> int:
    kept = 0
    for standing in comparison:
        kept += standing.kept
        typer.echo(_line(standing), err=True)
    return kept


def _with_bar(comparison: Comparison) -> int:
    kept = 0
    clocks = (TimeElapsedColumn(), TimeRemainingColumn(compact=True))
    rest = Column(
        ratio=1, no_wrap=True, overflow="ellipsis"
    )  # a long description is cut off and leaves the bar its width
    words = TextColumn("{task.description}", markup=False, table_column=rest)
    columns = (BarColumn(20), MofNCompleteColumn(), *clocks, words)
    with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as progress:
        bar = progress.add_task("", total=len(comparison.plan.runs))
        for standing in comparison:
            kept += standing.kept
            progress.update(bar, completed=standing.done, description=_said(standing))
            if standing.outcome.failure:
                progress.console.print(Text(f"{standing.run.label} failed: {standing.outcome.failure}"))
    return kept


def _line(standing: Standing) -> str:
    return f"[{standing.done}/{standing.total}] {_said(standing)}" + (" (read back)" if standing.kept else "")


def _said(standing: Standing) -> str:
    outcome = standing.outcome
    if outcome.failure:
        return f"{standing.run.label}: failed: {outcome.failure}"
    found = f"{outcome.parameters:,.0f} parameters" if outcome.reached else "target not reached"
    return f"{standing.run.label}: {found} in {outcome.evaluations:,} fits and {outcome.seconds:.1f} s"


def _table(rows: tuple[Row, ...]) -> list[str]:
    """Return the lines of the printed table: a heading per case, then one line per engine."""
    lines, width = [], max(len(row.entrant.label) for row in rows)
    for place, row in enumerate(rows):
        if place == 0 or row.case != rows[place - 1].case:
            lines.append(row.case.label)
        lines.append(f"  {row.entrant.label:{width}}  {_words(row)}")
    return lines


def _words(row: Row) -> str:
    if row.failed == row.runs:
        return f"failed: {' '.join(row.failures)}"
    reached = f"reached {row.reached} of {row.runs}"
    if math.isinf(row.parameters.median):
        spent = f"in {row.evaluations:,.0f} fits and {row.seconds:.3g} s"
        return f"{reached}, error {row.relative_error:.3g} {spent}{_proof(row)}"
    fits, seconds = row.evaluations_to_best.median, row.seconds_to_best.median
    found = f"{reached}, median {row.parameters.median:,.6g} parameters after {fits:,.6g} fits and {seconds:.3g} s"
    return f"{found}{_proof(row)}"


def _proof(row: Row) -> str:
    """Return the bound that was proved, with the family that the engine searched and it holds for."""
    return f" (proved for {FAMILIES[row.family].kind}: not below {row.bound:,})" if row.bound else ""
