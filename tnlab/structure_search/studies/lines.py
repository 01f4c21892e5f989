"""Format of the lines of a study: conversion between JSON lines and headers, evaluations and bounds, with checks.

The first line, the header, describes the problem, the fits and the engine, but no budget, which may grow. Other lines:

- an evaluation, written when its fit has ended, so not always in the order of numbers; its cores are safetensors in
  base64, and nothing is pickled;
- ``forget``: evaluations from a number on are no longer valid. A resumed engine that looks at the clock may propose
  other structures than before; the old lines stay in the file, and are not replayed;
- ``opened``, ``bound`` and ``closed``: the writer and its budget; a proved bound; why a search has ended.
"""

import base64
import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any, TypeGuard

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from tnlab.bounds.families import FAMILIES
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.data.tensor_hash import tensor_hash
from tnlab.errors import DataError, TnlabError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.evaluator import Evaluator

VERSION = 2  # of the format of a study
StudyRecord = dict[str, Any]  # a line, parsed from JSON


def header(evaluator: Evaluator, **settings: object) -> StudyRecord:
    """Return the header of a study: tensor, problem, settings of fits, and further settings.

    A search can resume a study only if its header is the same.
    """
    problem = evaluator.problem
    return {
        "tnlab_study": VERSION,
        "shape": list(problem.modes),
        "dtype": str(problem.tensor.dtype).removeprefix("torch."),
        "tensor": tensor_hash(problem.tensor),
        "target_error": problem.target_error,
        "objective": described(problem.objective),
        "family": problem.family,
        "max_rank": problem.max_rank,
        "solver": evaluator.fits.solver,
        "max_sweeps": evaluator.fits.max_sweeps,
        "restarts": evaluator.fits.restarts,
        "tolerance": evaluator.fits.tolerance,
        **settings,
    }


def described(part: Any) -> StudyRecord:
    """Return a dataclass instance as a JSON object: class name and fields, as ``repr`` where JSON lacks the type."""
    settings = {each.name: getattr(part, each.name) for each in dataclasses.fields(part)}
    plain = {name: value if _is_plain(value) else repr(value) for name, value in settings.items()}
    return json.loads(json_of({"name": type(part).__name__, **plain}))


def header_of(line: bytes, location: str) -> StudyRecord:
    """Parse and check the first line of a study.

    Args:
        line: The line.
        location: Location of the study, for error messages.

    Raises:
        DataError: The line is not the header of a study, or a value in it is wrong.
    """
    try:
        kept = json.loads(line)
    except (ValueError, RecursionError):
        kept = None
    if not isinstance(kept, dict) or "tnlab_study" not in kept:
        raise DataError(f"{location!r} is not a study; name another file, which need not exist.")
    try:
        check_header(kept)
    except ValueError as error:
        raise damaged(location, str(error)) from None
    return kept


def parsed(line: bytes, place: int, location: str) -> StudyRecord:
    """Parse and check a line of a study after the first.

    Args:
        line: The line.
        place: Its number, from 1, for error messages.
        location: Location of the study, for error messages.

    Raises:
        DataError: The line is no JSON, or a value in it is wrong.
    """
    try:
        record = json.loads(line)
        check_record(record)
    except (ValueError, RecursionError) as error:
        raise damaged(location, f"line {place}: {error!r:.200}") from None
    return record


def damaged(location: str, what: str) -> DataError:
    """Return the DataError for a study that cannot be parsed; ``what`` says which line and why."""
    return DataError(f"The study {location!r} is damaged ({what}); name another file.")


def record_of(structure: Structure, found: Evaluation) -> StudyRecord:
    """Return an evaluation of a structure as a record, with its cores if it was fitted; ``number`` comes first."""
    fitted = found.network if found.fate is Fate.FITTED else None
    return {
        "number": found.number,
        "fate": found.fate.name.lower(),
        "move": found.move,
        "structure": structure_json.to_dict(structure),
        "relative_error": found.relative_error,
        "score": found.score,
        "sweeps": found.sweeps,
        "seconds": found.seconds,
        "finished": found.finished,
        "cores": _text(fitted) if fitted is not None else None,
    }


def evaluation_of(
    record: Mapping[str, Any], location: str, device: torch.device | str = "cpu", *, cores: bool = True
) -> Evaluation:
    """Return the evaluation that a record describes.

    Args:
        record: A record with a ``number``.
        location: Location of the study, for error messages.
        device: Device for the cores.
        cores: Whether to read the cores; without them the evaluation has no network.

    Raises:
        DataError: The record is damaged.
    """
    try:
        structure = structure_json.from_dict(record["structure"])
        return Evaluation(
            structure=structure,
            relative_error=float(record["relative_error"]),
            score=float(record["score"]),
            network=_network(structure, record["cores"], device) if cores else None,
            fate=Fate[str(record["fate"]).upper()],
            move=str(record["move"]),
            number=record["number"],
            sweeps=int(record["sweeps"]),
            seconds=float(record["seconds"]),
            finished=bool(record["finished"]),
        )
    except (KeyError, OverflowError, TypeError, ValueError, SafetensorError) as error:
        raise damaged(location, f"evaluation {record['number']}: {error!r:.200}") from None


def parameter_bound_of(record: Mapping[str, Any], location: str) -> ParameterBound:
    """Return the parameter bound that the content of a ``bound`` record describes; its scope says that it is recorded.

    A search that goes on proves its bound anew.

    Raises:
        DataError: The record is damaged.
    """
    try:
        structure = structure_json.from_dict(record["structure"]) if record["structure"] is not None else None
        scope = record["scope"].removesuffix(RECORDED) + RECORDED
        FAMILIES[record["family"]]
        return ParameterBound(**{**record, "structure": structure, "scope": scope})
    except (AttributeError, KeyError, TypeError, TnlabError) as error:
        raise damaged(location, f"its bound: {error!r:.200}") from None


def _is_plain(value: object) -> bool:
    """Return whether JSON can hold a value: None, numbers (of numpy too), text, and lists and dicts of these."""
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(part) for key, part in value.items())
    return value is None or isinstance(value, bool | int | float | str | np.number | np.bool_)


def line_of(record: Mapping[str, object]) -> bytes:
    """Return a record as one line of JSON, ending in a newline."""
    return json_of(record).encode() + b"\n"


def json_of(value: object) -> str:
    """Return a value as JSON; numpy numbers in it are written as plain numbers."""
    return json.dumps(value, default=_number)


def _number(value: object) -> object:
    if isinstance(value, np.number | np.bool_):
        return value.item()
    raise TypeError(f"{value!r:.80} cannot be kept in a study")


def _text(network: Network) -> str:
    """Return the cores of a network as safetensors in base64, under their places."""
    cores = {str(place): core.detach().cpu().contiguous().clone() for place, core in enumerate(network.cores)}
    return base64.b64encode(save(cores)).decode()


def _network(structure: Structure, text: str | None, device: torch.device | str) -> Network | None:
    """Return the network whose cores ``_text`` wrote; None without text."""
    if text is None:
        return None
    cores = load(base64.b64decode(text))
    # Cloned: tensors from safetensors may be unaligned, and sums over unaligned memory are rounded differently.
    return Network(structure, tuple(cores[str(place)].clone().to(device) for place in range(len(structure.cores))))


RECORDED = " As recorded in the study; not proved again here."
KINDS = ("number", "forget", "opened", "bound", "closed")  # keys, of which every line after the first has one
MAX_SETTING = 10**6  # in a header: a larger count of starts, sweeps or proposals would fill the memory of a machine
LARGEST = 2**63  # whole numbers in a study are smaller, so that they fit into 64 bits


def check_header(kept: Mapping[str, Any]) -> None:
    """Check the types and ranges of the known values of a header.

    Raises:
        ValueError: A value is wrong; the message names it.
    """
    for name in ("dtype", "tensor", "family", "engine", "solver"):
        if name in kept and not isinstance(kept[name], str):
            raise ValueError(f"its {name} is {kept[name]!r:.40}")
    shape = kept.get("shape", [])
    if not isinstance(shape, list) or not all(_is_count(size) for size in shape):
        raise ValueError(f"its shape is {shape!r:.40}")
    target = kept.get("target_error")
    if target is not None and not (_is_number(target) and 0 < target < 1):
        raise ValueError(f"its target error is {target!r:.40}")
    if not isinstance(kept.get("source"), dict | None):
        raise ValueError(f"its source is {kept['source']!r:.40}")
    for name in ("max_sweeps", "restarts", "ahead", "max_rank"):
        if not _is_setting(kept.get(name) or 1) or isinstance(kept.get(name), float):
            raise ValueError(f"its {name} is {kept[name]!r:.40}")
    for name in ("tolerance", "engine_settings", "objective"):
        if not _is_setting(kept.get(name)):
            raise ValueError(f"its {name} is {kept[name]!r:.80}")


def check_record(record: object) -> None:
    """Check the types and ranges of the values of a line after the first, except structures and cores.

    Raises:
        ValueError: A value is missing or wrong; the message names it.
    """
    if not isinstance(record, dict) or not any(kind in record for kind in KINDS):
        raise ValueError("it has none of the keys " + ", ".join(KINDS))
    for name in ("number", "forget"):
        if name in record and not _is_count(record[name]):
            raise ValueError(f"{name} is {record[name]!r:.40}")
    for name in ("opened", "bound", "closed"):
        if not isinstance(record.get(name, {}), dict):
            raise ValueError(f"{name} is {record[name]!r:.40}")
    if "number" in record:
        _check_evaluation(record)
    if "opened" in record:
        _check_budget(record["opened"])
    if "closed" in record:
        _check_seconds(record["closed"].get("seconds"))
        if not isinstance(record["closed"].get("status"), str):
            raise ValueError("it is closed without a reason")


def _check_evaluation(record: Mapping[str, Any]) -> None:
    _check_seconds(record.get("seconds"))
    for name in ("relative_error", "score"):
        if not _is_number(record.get(name)):
            raise ValueError(f"{name} is {record.get(name)!r:.40}")
    if not isinstance(record.get("cores", 0), str | None):
        raise ValueError("the cores are no text")


def _check_seconds(seconds: object) -> None:
    if not _is_number(seconds) or not 0 <= seconds < math.inf:
        raise ValueError(f"the seconds are {seconds!r:.40}")


def _check_budget(opened: Mapping[str, Any]) -> None:
    evaluations, seconds = opened.get("max_evaluations"), opened.get("max_seconds")
    if not _is_count(evaluations):
        raise ValueError(f"max_evaluations is {evaluations!r:.40}")
    if not _is_number(seconds) or not seconds > 0:
        raise ValueError(f"max_seconds is {seconds!r:.40}")


def _is_setting(value: object) -> bool:
    """Return whether every number in a value is finite and at most ``MAX_SETTING`` in size."""
    if isinstance(value, dict):
        return all(_is_setting(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_is_setting(inner) for inner in value)
    return not isinstance(value, int | float) or abs(value) <= MAX_SETTING


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < LARGEST


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < LARGEST and not isinstance(value, bool))
