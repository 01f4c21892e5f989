"""``tnlab search``, ``tnlab resume`` and ``tnlab engines``: search for a structure, continue, list the engines."""

from pathlib import Path
from typing import Annotated

import typer

from tnlab.cli.following import follow
from tnlab.cli.inputs import AsJson, EntryOrder, Input, Shape, source_of, tensor_text
from tnlab.cli.outputs import check_target
from tnlab.data.recipe import recipe_of
from tnlab.errors import FormatError
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import AHEAD, Budget, Dispatch, StudyPlace
from tnlab.structure_search.studies.reader import StudyReader

Save = Annotated[Path | None, typer.Option(help="Write the fitted network here (safetensors).")]
Log = Annotated[Path | None, typer.Option(help="Append a line for every evaluation to this file.")]
Location = Annotated[str, typer.Argument(metavar="STUDY", help="A study: a file, or DATABASE_URL#NAME.")]
WHERE = "Where fits run: inline, pool, pool:4 (processes), dask or dask:ADDRESS."


def search(
    data: Input,
    target_error: Annotated[float, typer.Option(help="Relative error to reach with the fewest parameters.")],
    shape: Shape = "",
    order: EntryOrder = "",
    engine: Annotated[str, typer.Option(help="Name of the engine (see tnlab engines).")] = "auto",
    family: Annotated[
        str, typer.Option(help="Family to search: ring, tree, degree3, any or latent; by default that of the engine.")
    ] = "",
    max_rank: Annotated[int | None, typer.Option(min=1, help="Largest rank of a bond.")] = None,
    max_evaluations: Annotated[int, typer.Option(min=1, help="Largest number of structures to fit.")] = 10_000,
    max_seconds: Annotated[float, typer.Option(min=0.01, help="Largest wall time, in seconds.")] = 60.0,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same search, unless --max-seconds ends it.")
    ] = 0,
    executor: Annotated[str, typer.Option(help=WHERE)] = "inline",
    ahead: Annotated[
        int, typer.Option(min=1, help="Structures proposed before earlier ones are fitted, to keep workers busy.")
    ] = AHEAD,
    save: Save = None,
    study: Annotated[
        str, typer.Option(metavar="STUDY", help="Keep every evaluation here: a file, or DATABASE_URL#NAME.")
    ] = "",
    log: Log = None,
    as_json: AsJson = False,
) -> None:
    """Search for the structure with the fewest parameters that reaches a target error.

    Ctrl-C ends the search; the best structure found by then is printed and saved. With --study, "tnlab resume" or the
    same command continues the search, and "tnlab watch" shows it in another terminal. Seconds and evaluations recorded
    in the study count as spent: after the budget has ended, allow more of them.
    """
    if not 0 < target_error < 1:
        raise FormatError(f"--target-error must lie between 0 and 1, but is {target_error!r}.")
    source = source_of(data, shape, order)
    check_target(save)
    executor_of(executor)  # raises for a bad name before a study is begun
    run = Search(
        source.tensor,
        target_error,
        engine=engine,
        family=family or None,
        max_rank=max_rank,
        seed=seed,
        budget=Budget(max_evaluations, max_seconds),
        dispatch=Dispatch(executor, ahead=ahead),
        study=StudyPlace(study or None, source=recipe_of(source)),
    )
    after = len(StudyReader(study).evaluations) if study else 0
    follow(run, tensor_text(source), after=after, log=log, save=save, as_json=as_json)


def resume(
    study: Location,
    max_evaluations: Annotated[int | None, typer.Option(min=1, help="By default that of the study.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.01, help="By default that of the study.")] = None,
    executor: Annotated[str, typer.Option(help=f"{WHERE} By default that of the study.")] = "",
    save: Save = None,
    log: Log = None,
    as_json: AsJson = False,
) -> None:
    """Continue a stopped search from its study; the result is that of an uninterrupted search.

    The study holds the data's name and all settings. Seconds and evaluations recorded in it count as spent: after the
    budget has ended, allow more of them.
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
