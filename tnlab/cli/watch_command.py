"""``tnlab watch``: show the progress of a search that another process runs, on this machine or another."""

import json
import time
from typing import Annotated

import typer

from tnlab.cli.following import resume_command
from tnlab.cli.inputs import AsJson, table
from tnlab.cli.interruption import last_code, raised
from tnlab.cli.outputs import tell
from tnlab.cli.progress_bar import ProgressBar
from tnlab.cli.search_command import Location
from tnlab.cli.text import plain
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.progress_log import best_words
from tnlab.structure_search.studies.reader import StudyReader, opened
from tnlab.structure_search.studies.summary import Summary, data_of

PAUSE = 0.5  # seconds between two reads of the study


def watch(
    study: Location,
    once: Annotated[bool, typer.Option("--once", help="Print the present state and exit.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the progress of a search that another process runs, until that search ends.

    Ctrl-C ends the watching, not the search. Without a terminal, a line is printed for every better structure. With
    --once or --json the present state is printed.
    """
    reader = opened(study)
    if not once and not as_json:
        try:
            with raised():
                _watched(reader)
        except KeyboardInterrupt:
            tell("Stopped watching; the search goes on.")
            raise typer.Exit(last_code()) from None
    summary = Summary.of(reader)
    typer.echo(json.dumps(summary.record()) if as_json else table(rows_of(reader, summary)))


def rows_of(reader: StudyReader, summary: Summary) -> dict[str, str]:
    """Return the rows of a table that shows a study: settings, best structure, counts, state, how to continue."""
    target = f", target error {summary.target_error:g}" if summary.target_error is not None else ""
    rows = {
        "study": plain(summary.location),
        "search": plain(f"{data_of(reader)}: {summary.engine}, family {summary.family}{target}, seed {summary.seed}"),
    }
    progress = reader.progress
    if progress is not None:
        counts = progress.counts
        missed = ": the target is not reached yet" if summary.writer else ": the target was not reached"
        rows["best"] = best_words(progress) + ("" if progress.reached else missed)
        rows["proposed"] = f"{counts.proposed:,} structures: {counts.repeated:,} repeated, {counts.pruned:,} pruned"
        rows["fitted"] = f"{counts.fitted:,} structures in {counts.sweeps:,} sweeps"
        rows["seconds"] = f"{progress.seconds:.3g} of {progress.budget.max_seconds:g}"
        if progress.bound is not None:
            rows["at least"] = str(progress.bound).removeprefix("At least ")
    rows["state"] = f"being written by {plain(summary.writer)}" if summary.writer else summary.status or "left"
    if not summary.writer and not (progress is not None and progress.gap == 0):
        rows["to go on"] = resume_command(summary.location) + (_more(progress) if progress is not None else "")
    return rows


def _more(progress: Progress) -> str:
    """Return the option that raises the budget that is spent, for the command that continues; else an empty text."""
    if progress.seconds >= progress.budget.max_seconds:
        return " --max-seconds MORE"
    return " --max-evaluations MORE" if progress.counts.fitted >= progress.budget.max_evaluations else ""


def _watched(reader: StudyReader) -> None:
    """Show the progress of a study until no process writes it."""
    with ProgressBar() as bar:
        best = None
        while True:
            busy = reader.busy
            reader.poll()
            progress = reader.progress
            if progress is not None:
                bar.show(progress)
                if not bar.live and progress.incumbent is not best:
                    typer.echo(f"{progress.counts.fitted:,} fitted: {best_words(progress)}")
                best = progress.incumbent
            if not busy:
                return
            time.sleep(PAUSE)
