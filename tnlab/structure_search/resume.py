"""Resume the search of a recorded study: settings from the study's header, budget from its last opening."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor

from tnlab.data.recipe import source_from_recipe
from tnlab.data.source import Source
from tnlab.data.tensor_hash import tensor_hash
from tnlab.errors import DataError, TnlabError
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.executors import executors
from tnlab.structure_search.objective import FewestParameters, Objective, WeightedSum
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import Budget, Dispatch, FitSettings, StudyPlace, updated
from tnlab.structure_search.studies.lines import StudyRecord, described
from tnlab.structure_search.studies.reader import LEFT_OUT, StudyReader, opened

OBJECTIVES: dict[str, type[Objective]] = {part.__name__: part for part in (FewestParameters, WeightedSum)}


@dataclass(frozen=True, eq=False)
class Resumed:
    """The search of a study, ready to be continued.

    Attributes:
        search: The search; iterating over it begins it.
        source: Source that the tensor was read from; None if the caller gave the tensor.
        evaluations: Number of recorded evaluations, which the search replays first.
    """

    search: Search
    source: Source | None
    evaluations: int


def resumed(
    location: str,
    *,
    tensor: Tensor | None = None,
    max_evaluations: int | None = None,
    max_seconds: float | None = None,
    executor: Any = None,
) -> Resumed:
    """Return the search of a study, which continues as if it had not been interrupted.

    Args:
        location: The study: a path, or ``DATABASE_URL#NAME``.
        tensor: The study's tensor; needed if the study records no source of it.
        max_evaluations: Budget of fits, recorded ones included; by default that of the last run.
        max_seconds: Budget of search time in seconds, recorded time included; by default that of the last run.
        executor: Runs the fits; by default the executor of the last run.

    Raises:
        DataError: There is no study, it is damaged, or its data are gone or have changed.
        NotInstalledError: The engine needs a package that is not installed here.
    """
    reader = opened(location)
    kept = reader.header
    if kept.get("cores") == LEFT_OUT:
        raise DataError(
            f"The study {reader.location!r} was exported without its cores and cannot be resumed; resume the original."
        )
    source = None if tensor is not None else _source_of(reader)
    if tensor is None:
        assert source is not None
        tensor = source.tensor
    _check_shape(tensor, reader)
    last = reader.openings[-1] if reader.openings else {}
    asked = {"max_evaluations": max_evaluations, "max_seconds": max_seconds}
    budget = updated(updated(Budget(), last), {name: value for name, value in asked.items() if value})
    search = _search_of(reader, tensor, location=location, budget=budget, executor=executor or _executor_of(last))
    if tensor_hash(tensor) != kept.get("tensor"):
        name = f" {source.name!r:.200}" if source is not None else ""
        raise DataError(
            f"The data{name} has changed since the study {reader.location!r} began: its entries differ. "
            "Restore the earlier data, or begin another study."
        )
    return Resumed(search, source, len(reader.evaluations))


def _source_of(reader: StudyReader) -> Source:
    if reader.source is None:
        raise DataError(
            f"The study {reader.location!r} does not say where its tensor is from, because it was begun in Python; "
            "resume it there, with Search(X, ..., study=...)."
        )
    try:
        return source_from_recipe(reader.source)
    except TnlabError as error:
        raise DataError(f"The study {reader.location!r} cannot be resumed without its data: {error}") from None


def _check_shape(tensor: Tensor, reader: StudyReader) -> None:
    shape, dtype = list(tensor.shape), str(tensor.dtype).removeprefix("torch.")
    kept = reader.header
    if shape != kept.get("shape") or dtype != kept.get("dtype"):
        raise DataError(
            f"The study {reader.location!r} is of a tensor of shape {kept.get('shape')} and type "
            f"{kept.get('dtype')}, but the data has shape {shape} and type {dtype}."
        )


def _search_of(reader: StudyReader, tensor: Tensor, *, location: str, budget: Budget, executor: Any) -> Search:
    kept = reader.header
    try:
        if type(kept["seed"]) is not int:
            raise ValueError(f"its seed is {kept['seed']!r:.80}, which only a Python session can supply")
        objective = _part_of(kept["objective"], OBJECTIVES.get(str(kept["objective"]["name"])))
        aims_at_error = objective == FewestParameters(kept["target_error"] or 0.0)
        return Search(
            tensor,
            kept["target_error"] if aims_at_error else None,
            objective=None if aims_at_error else objective,
            engine=_engine_of(kept),
            family=kept["family"],
            max_rank=kept["max_rank"],
            seed=kept["seed"],
            budget=budget,
            fits=FitSettings(**{each.name: kept[each.name] for each in fields(FitSettings)}),
            dispatch=Dispatch(executor, ahead=kept["ahead"], prune=kept["prune"]),
            study=StudyPlace(location, source=kept["source"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        said = error.args[0] if error.args else error
        raise DataError(
            f"The study {reader.location!r} cannot be resumed from its own record: {said!s:.300}. "
            "Resume it in Python, with the Search that began it."
        ) from None


def _engine_of(kept: Mapping[str, Any]) -> AbstractEngine[Any]:
    return _part_of(kept["engine_settings"], engines[str(kept["engine"])])


def _part_of(settings: Mapping[str, Any], own: type | None) -> Any:
    """Return an instance of the dataclass ``own`` from recorded settings, which include its name.

    Raises:
        ValueError: The settings are not those of ``own``, or do not determine an instance.
    """
    if own is None or settings["name"] != own.__name__:
        raise ValueError(f"its {settings['name']!s:.80} is not one of tnlab's own")
    given = {name: _tuples(value) for name, value in settings.items() if name != "name"}
    unknown = given.keys() - {each.name for each in fields(own)}
    if unknown:
        raise ValueError(f"{own.__name__} has no {', '.join(sorted(unknown))} in this version")
    part = own(**given)
    if described(part) != settings:
        raise ValueError(f"the settings of its {own.__name__} cannot be restored from text")
    return part


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _executor_of(last: StudyRecord) -> str:
    """Return the name of the executor of the last run, ``"inline"`` if it cannot be opened by name."""
    spec = str(last.get("executor", "inline"))
    if spec == "pool":
        return f"pool:{last.get('workers', 1)}"
    return spec if spec.partition(":")[0] in executors else "inline"
