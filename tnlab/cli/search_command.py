"""``tnlab search``: find the structure of one tensor; ``tnlab resume`` goes on; ``tnlab engines`` lists how."""

from pathlib import Path
from typing import Annotated

import typer

from tnlab.cli.following import follow
from tnlab.cli.inputs import AsJson, EntryOrder, Input, Shape, source_of, tensor_text
from tnlab.cli.outputs import check_target
from tnlab.data.recipe import recipe_of
from tnlab.errors import FormatError
from tnlab.structure_search.driver import AHEAD
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader

Save = Annotated[Path | None, typer.Option(help="Write the fitted network here (safetensors).")]
Log = Annotated[Path | None, typer.Option(help="Add a line for every evaluation to this file.")]
Location = Annotated[str, typer.Argument(metavar="STUDY", help="A study: its file, or DATABASE_URL#NAME.")]
WHERE = "Where fits run: inline, pool, pool:4 (processes), dask or dask:ADDRESS."


def search(
    data: Input,
    target_error: Annotated[float, typer.Option(help="Relative error to reach with the fewest parameters.")],
    shape: Shape = "",
    order: EntryOrder = "",
    engine: Annotated[str, typer.Option(help="How to search (see tnlab engines).")] = "auto",
    family: Annotated[
        str, typer.Option(help="ring, tree, degree3, any or latent; by default what the engine is meant for.")
    ] = "",
    max_rank: Annotated[int | None, typer.Option(min=1, help="Largest rank of a bond.")] = None,
    max_evaluations: Annotated[int, typer.Option(min=1, help="Structures that may be fitted.")] = 10_000,
    max_seconds: Annotated[float, typer.Option(min=0.01, help="Wall time.")] = 60.0,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same search, unless time ends it.")] = 0,
    executor: Annotated[str, typer.Option(help=WHERE)] = "inline",
    ahead: Annotated[
        int, typer.Option(min=1, help="Structures decided on ahead of the answers, to keep workers busy.")
    ] = AHEAD,
    save: Save = None,
    study: Annotated[
        str, typer.Option(metavar="STUDY", help="Keep every evaluation here: a file, or DATABASE_URL#NAME.")
    ] = "",
    log: Log = None,
    as_json: AsJson = False,
) -> None:
    """Search for the structure with the fewest parameters that reaches a target error.

    Ctrl-C ends the search, and what was found by then is printed and saved. With --study, "tnlab resume" or the same
    command goes on from there, and "tnlab watch" shows it meanwhile. Seconds and evaluations recorded there count as
    spent: allow more to go on after the budget has ended.
    """
    if not 0 < target_error < 1:
        raise FormatError(f"--target-error must lie between 0 and 1, but is {target_error!r}.")
    source = source_of(data, shape, order)
    check_target(save)
    executor_of(executor)  # a bad one is refused before anything is written
    run = Search(
        source.tensor, target_error, engine=engine, family=family or None, max_rank=max_rank,
        max_evaluations=max_evaluations, max_seconds=max_seconds, seed=seed, study=study or None, executor=executor,
        ahead=ahead, source=recipe_of(source),
    )  # fmt: skip
    after = len(StudyReader(study).evaluations) if study else 0
    follow(run, tensor_text(source), after=after, log=log, save=save, as_json=as_json)


def resume(
    study: Location,
    max_evaluations: Annotated[int | None, typer.Option(min=1, help="By default as before.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.01, help="By default as before.")] = None,
    executor: Annotated[str, typer.Option(help=f"{WHERE} By default as before.")] = "",
    save: Save = None,
    log: Log = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a study that was left, to the same result as without the break.

    All that is needed is in the study. What is recorded counts as spent: allow more to go on after the budget has
    ended.
    """
    check_target(save)
    if executor:
        executor_of(executor)
    found = resumed(study, max_evaluations=max_evaluations, max_seconds=max_seconds, executor=executor or None)
    assert found.source is not None
    follow(found.search, tensor_text(found.source), after=found.evaluations, log=log, save=save, as_json=as_json)


def list_engines() -> None:
    """List the search engines with the families they search and their papers."""
    for name, engine in engines.items():
        summary = (engine.__doc__ or "").strip().splitlines()[0]
        typer.echo(f"{name:14} {summary}\n{'':14} searches {', '.join(engine.families)}; {engine.paper}")
