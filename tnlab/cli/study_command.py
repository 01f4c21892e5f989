"""``tnlab studies`` and ``tnlab study ...``: list, show, export, import, compare and delete studies."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tnlab.cli.app import PLAIN
from tnlab.cli.inputs import AsJson, table
from tnlab.cli.outputs import print_or_write
from tnlab.cli.search_command import Location
from tnlab.cli.text import columns, plain
from tnlab.cli.watch_command import rows_of
from tnlab.errors import DataError, FormatError, StudyBusyError, TnlabError
from tnlab.reading import read_file
from tnlab.structure_search.studies.export import lines_from, lines_of, to_csv, to_json, write_study
from tnlab.structure_search.studies.folder import studies_folder, studies_in
from tnlab.structure_search.studies.reader import opened
from tnlab.structure_search.studies.study import study_log
from tnlab.structure_search.studies.summary import Summary, comparable

study = typer.Typer(
    name="study", help="Show, export, import, compare and delete studies.", invoke_without_command=True, **PLAIN
)
Output = Annotated[Path | None, typer.Option(help="Write to this file instead of printing; - prints.")]
Places = Annotated[list[str] | None, typer.Argument(metavar="[STUDY|FOLDER|DATABASE_URL]...", show_default=False)]


@study.callback()
def help_alone(context: typer.Context) -> None:
    """Show, export, import, compare and delete studies."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def studies(places: Places = None, as_json: AsJson = False) -> None:
    """List studies; by default those in this folder and in the search workbench's folder.

    In a folder, files that end in .study are listed. Give a database by its URL, without #NAME.
    """
    if not places:
        places = [str(place) for place in (Path(), studies_folder()) if place.is_dir()]
    found = [_summary(location) for place in places for location in studies_in(place)]
    if as_json:
        typer.echo(json.dumps([row if isinstance(row, dict) else row.record() for row in found]))
    elif not found:
        typer.echo("There are no studies here; tnlab search --study FILE.study begins one.")
    else:
        head = ("study", "data", "engine", "target", "best", "error", "evaluations", "state", "size")
        typer.echo(columns(head, [_listed(row) for row in found]))


@study.command()
def show(location: Location, as_json: AsJson = False) -> None:
    """Show the settings, progress and best structure of a study."""
    reader = opened(location)
    summary = Summary.of(reader)
    typer.echo(json.dumps(summary.record()) if as_json else table(rows_of(reader, summary)))


@study.command()
def export(
    location: Location,
    to: Annotated[str, typer.Option(help="csv: a row for every evaluation; json: all that the study holds.")] = "csv",
    cores: Annotated[
        bool, typer.Option(help="With json: whether to include the cores, which tnlab resume needs.")
    ] = True,
    output: Output = None,
) -> None:
    """Write a study as CSV or JSON."""
    if to not in ("csv", "json"):
        raise FormatError(f"--to must be csv or json, but is {to!r:.80}.")
    reader = opened(location)
    text = to_csv(reader) if to == "csv" else to_json(location, cores=cores)
    print_or_write(text, output, suffixes=(f".{to}",))


@study.command("import")
def import_(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A study, or a JSON file that tnlab study export wrote.")
    ],
    location: Annotated[str, typer.Argument(metavar="STUDY", help="The new study: a file, or DATABASE_URL#NAME.")],
) -> None:
    """Copy a study to a file or database, from another or from its JSON export."""
    lines = lines_of(source) if "://" in source else lines_from(read_file(source), source)
    write_study(lines, location)
    summary = Summary.of(location)
    typer.echo(f"{plain(summary.location)} has {summary.evaluations:,} evaluations.")


@study.command()
def compare(
    locations: Annotated[
        list[str], typer.Argument(metavar="STUDY|FOLDER...", help="Two or more studies, or folders of them.")
    ],
    as_json: AsJson = False,
) -> None:
    """Compare studies: best structure, error, bound, evaluations and time of each."""
    found = [Summary.of(location) for place in locations for location in studies_in(place)]
    why = comparable(found)
    if as_json:
        typer.echo(json.dumps({"studies": [row.record() for row in found], "comparable": not why}))
        return
    head = (
        "study",
        "data",
        "engine",
        "family",
        "seed",
        "target",
        "best",
        "error",
        "fitted to best",
        "fitted",
        "seconds to best",
        "seconds",
        "at least (recorded)",
        "gap %",
    )
    rows = [
        (
            row.name,
            row.data,
            row.engine,
            row.family,
            row.seed,
            row.target_error,
            row.parameters,
            row.relative_error,
            row.fitted_to_best,
            row.fitted,
            row.seconds_to_best,
            row.seconds,
            row.bound,
            100 * row.gap if row.gap is not None else None,
        )
        for row in sorted(found, key=_rank)
    ]
    typer.echo(columns(head, rows) + (f"\n{why}" if why else ""))


@study.command()
def delete(
    locations: Annotated[list[str], typer.Argument(metavar="STUDY...")],
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Delete studies permanently, asking before each."""
    for location in locations:
        log = study_log(location)
        if not log.read()[0]:
            raise DataError(f"There is no study at {log.location!r}.")
        busy = log.busy()
        if busy:
            raise StudyBusyError(f"The study {log.location!r} is being written by {busy}; stop it there first.")
        if not yes:
            typer.confirm(f"Delete {plain(log.location)} ({_worth(location)}) for good?", abort=True, err=True)
        log.delete()
        typer.echo(f"Deleted {plain(log.location)}.")


def _summary(location: str) -> Summary | dict[str, str]:
    """Return the summary of a study, or its location and the message of the error that prevents one."""
    try:
        return Summary.of(location)
    except TnlabError as error:
        return {"location": study_log(location).location, "problem": str(error)}


def _listed(row: "Summary | dict[str, str]") -> tuple[object, ...]:
    if isinstance(row, dict):
        return (row["location"], "-", "-", None, None, None, None, row["problem"], None)
    size = f"{row.bytes / 1e6:.1f} MB" if row.bytes is not None else "-"
    state = f"being written by {row.writer}" if row.writer else row.state
    best = row.parameters
    return (
        row.location,
        row.data,
        row.engine,
        row.target_error,
        best,
        row.relative_error,
        row.evaluations,
        state,
        size,
    )


def _rank(row: Summary) -> tuple[bool, float, float]:
    """Return a sort key: studies that reached the target, by parameters, then the others, by relative error."""
    size, error = (value if value is not None else float("inf") for value in (row.parameters, row.relative_error))
    return (False, size, error) if row.reached else (True, error, size)


def _worth(location: str) -> str:
    found = _summary(location)
    if isinstance(found, dict):
        return "it cannot be read"
    best = f", best {found.parameters:,} parameters" if found.parameters is not None else ""
    return f"{found.evaluations:,} evaluations{best}"
