"""A study: every evaluation of a search as a line of JSON, so that the same search can go on from it, or be watched.

The first line says what is searched, and how; budgets are not part of that, for they may grow. Further lines are:

- an evaluation, written when its fit has ended, so not always in the order of its number; cores are safetensors in
  base64, and nothing is pickled;
- ``forget``: the evaluations from a number on count no more. An engine that looks at the clock may go another way than
  it did: what it left stays in the file, and is not replayed;
- ``opened``, ``bound`` and ``closed``: who writes, with which budget; what was proved; why a search has ended.
"""

import base64
import dataclasses
import hashlib
import json
import os
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import DataError, TnlabError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.search.evaluation import Evaluation, Fate
from tnlab.search.evaluator import Evaluator
from tnlab.search.logs.base import AbstractLog
from tnlab.search.logs.file import FileLog
from tnlab.search.study_checks import check_header, check_record

VERSION = 2
NOT_COMPARED = ("source",)  # parts of a header that say where something is, not what
Record = dict[str, Any]


def study_log(location: str | Path) -> AbstractLog:
    """Return the lines at a location: a path, or ``DATABASE_URL#NAME`` as SQLAlchemy writes it.

    Raises:
        NotInstalledError: It is a database, and SQLAlchemy is not installed.
        DataError: The URL names no study, or makes no sense.
    """
    if "://" not in str(location):
        return FileLog(Path(location))
    from tnlab.search.logs.database import DatabaseLog  # noqa: PLC0415 (optional)

    return DatabaseLog(str(location))


def header(evaluator: Evaluator, **settings: object) -> Record:
    """Return what a study must agree on to be gone on from: the tensor, the problem, the fits, and further settings."""
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
        "solver": evaluator.solver,
        "max_sweeps": evaluator.max_sweeps,
        "restarts": evaluator.restarts,
        "tolerance": evaluator.tolerance,
        **settings,
    }


def tensor_hash(tensor: Tensor) -> str:
    """Return what tells a tensor's entries from all others."""
    return hashlib.blake2b(tensor.detach().cpu().contiguous().numpy().data, digest_size=16).hexdigest()


def described(part: Any) -> Record:
    """Return a dataclass as JSON can hold it: its name and its settings."""
    settings = {each.name: getattr(part, each.name) for each in dataclasses.fields(part)}
    plain = {name: value if _is_plain(value) else repr(value) for name, value in settings.items()}
    return json.loads(_json({"name": type(part).__name__, **plain}))


class Study:
    """What a search writes, and what it had written before. Whoever opens it is its only writer until it is left.

    Args:
        log: Where the lines are.
        asked: The header of the search that is to be kept here.
        device: Where recorded cores are put.

    Raises:
        DataError: There is no study, but something else; it is of another search, or damaged; or it cannot be read and
            written.
        StudyBusyError: Somebody else writes it.

    Attributes:
        bound: What was proved by then; None if nothing was.
        planned_seconds: The budget with which it began, once it is open. Engines go on planning with it, whatever is
            allowed by now.
    """

    def __init__(self, log: AbstractLog, asked: Record, device: torch.device | str = "cpu") -> None:
        self._log, self._device = log, device
        self._records: dict[int, Record] = {}
        self.bound: ParameterBound | None = None
        self.planned_seconds = 0.0
        self._compare(log.read()[0][:1], asked)
        log.acquire()
        try:
            lines, _ = log.read()
            self._compare(lines[:1], asked)
            if not lines:
                log.append(_line(asked))
            for place, line in enumerate(lines[1:], start=2):
                self._take(parsed(line, place, log.location))
        except BaseException:
            log.release()
            raise

    def open(self, *, executor: str, workers: int, max_evaluations: int, max_seconds: float) -> None:
        """Write down who writes from here on, and how much may be spent."""
        self.planned_seconds = self.planned_seconds or max_seconds
        self._write({"opened": {
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "host": socket.gethostname(), "pid": os.getpid(),
            "executor": executor, "workers": workers, "max_evaluations": max_evaluations, "max_seconds": max_seconds,
        }})  # fmt: skip

    def prove(self, bound: ParameterBound) -> None:
        """Write down what was proved, so that going on need not prove it again, or less of it."""
        self.bound = bound
        structure = structure_json.to_dict(bound.structure) if bound.structure is not None else None
        self._write({"bound": {**dataclasses.asdict(bound), "structure": structure}})

    def recorded(self, number: int, structure: Structure) -> Evaluation | None:
        """Return the evaluation with this number; where it is of another structure, forget what is recorded from there.

        That of a repetition has no network: the one it repeats has it.

        Raises:
            DataError: The record is damaged.
        """
        record = self._records.pop(number, None)
        if record is None:
            return None
        found = evaluation_of(record, self._log.location, self._device)
        if found.structure == structure:
            return dataclasses.replace(found, structure=structure)
        self._write({"forget": number})
        self._records = {}
        return None

    def append(self, structure: Structure, found: Evaluation) -> None:
        """Write what became of the proposal of a structure.

        Raises:
            DataError: It cannot be written.
            StudyBusyError: Somebody else has become its writer.
        """
        self._write(record_of(structure, found))

    def close(self, status: str, seconds: float) -> None:
        """Write down why the search has ended."""
        self._write({"closed": {"status": status, "seconds": seconds}})

    def release(self) -> None:
        """Let others write."""
        self._log.release()

    def _write(self, record: Record) -> None:
        self._log.append(_line(record))

    def _take(self, record: Record) -> None:
        if "number" in record:
            self._records[record["number"]] = record
        elif "forget" in record:
            self._records = {number: kept for number, kept in self._records.items() if number < record["forget"]}
        elif "bound" in record:
            self.bound = bound_of(record["bound"], self._log.location)
        elif "opened" in record:
            self.planned_seconds = self.planned_seconds or record["opened"]["max_seconds"]

    def _compare(self, first: Sequence[bytes], asked: Record) -> None:
        if not first:
            return
        kept, location = header_of(first[0], self._log.location), self._log.location
        for name in [*asked, *kept]:
            old, new = (_json(part.get(name)) for part in (kept, asked))
            if old != new and name not in NOT_COMPARED:
                raise DataError(f"The study {location!r} is of another search: {name} is {old:.300} there, but "
                                f"{new:.300} was asked for. Ask for the same, or name another file.")  # fmt: skip


def header_of(line: bytes, location: str) -> Record:
    """Return what the first line of a study says.

    Raises:
        DataError: It is no study.
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


def parsed(line: bytes, place: int, location: str) -> Record:
    """Return a further line of a study as a record.

    Raises:
        DataError: It is damaged.
    """
    try:
        record = json.loads(line)
        check_record(record)
    except (ValueError, RecursionError) as error:
        raise damaged(location, f"line {place}: {error!r:.200}") from None
    return record


def damaged(location: str, what: str) -> DataError:
    """Return the error for a study whose lines make no sense."""
    return DataError(f"The study {location!r} is damaged ({what}); name another file.")


def record_of(structure: Structure, found: Evaluation) -> Record:
    """Return an evaluation as JSON can hold it; ``number`` comes first."""
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
    """Return the evaluation that a record holds, with its cores or without.

    Raises:
        DataError: The record is damaged.
    """
    try:
        structure = structure_json.from_dict(record["structure"])
        return Evaluation(
            structure, float(record["relative_error"]), float(record["score"]),
            _network(structure, record["cores"], device) if cores else None, Fate[str(record["fate"]).upper()],
            str(record["move"]), record["number"], int(record["sweeps"]), float(record["seconds"]),
            bool(record["finished"]),
        )  # fmt: skip
    except (KeyError, OverflowError, TypeError, ValueError, SafetensorError) as error:
        raise damaged(location, f"evaluation {record['number']}: {error!r:.200}") from None


def bound_of(record: Mapping[str, Any], location: str) -> ParameterBound:
    """Return the bound that a record holds.

    Raises:
        DataError: The record is damaged.
    """
    try:
        structure = structure_json.from_dict(record["structure"]) if record["structure"] is not None else None
        return ParameterBound(**{**record, "structure": structure})
    except (KeyError, TypeError, TnlabError) as error:
        raise damaged(location, f"its bound: {error!r:.200}") from None


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(part) for key, part in value.items())
    return value is None or isinstance(value, bool | int | float | str | np.number | np.bool_)


def _line(record: Mapping[str, object]) -> bytes:
    return _json(record).encode() + b"\n"


def _json(value: object) -> str:
    """Return a value as JSON, where a number of numpy's is a number like others."""
    return json.dumps(value, default=_number)


def _number(value: object) -> object:
    if isinstance(value, np.number | np.bool_):
        return value.item()
    raise TypeError(f"{value!r:.80} cannot be kept in a study")


def _text(network: Network) -> str:
    """Return cores as safetensors in base64."""
    cores = {str(place): core.detach().cpu().contiguous().clone() for place, core in enumerate(network.cores)}
    return base64.b64encode(save(cores)).decode()


def _network(structure: Structure, text: str | None, device: torch.device | str) -> Network | None:
    if text is None:
        return None
    cores = load(base64.b64decode(text))
    # a copy, for what was read may lie at an odd address, where sums are rounded otherwise
    return Network(structure, tuple(cores[str(place)].clone().to(device) for place in range(len(structure.cores))))
