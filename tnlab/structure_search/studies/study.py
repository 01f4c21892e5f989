"""A study: what a search writes as it goes on, and replays when it is gone on with. Its lines are in study_lines."""

import dataclasses
import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.structure_search.evaluation import Evaluation
from tnlab.structure_search.studies.lines import (
    StudyRecord,
    evaluation_of,
    header_of,
    json_of,
    line_of,
    parameter_bound_of,
    parsed,
    record_of,
)
from tnlab.structure_search.studies.logs.base import AbstractLog
from tnlab.structure_search.studies.logs.file import FileLog

NOT_COMPARED = ("source",)  # parts of a header that say where something is, not what


def study_log(location: str | Path) -> AbstractLog:
    """Return the lines at a location: a path, or ``DATABASE_URL#NAME`` as SQLAlchemy writes it.

    Raises:
        NotInstalledError: It is a database, and SQLAlchemy is not installed.
        DataError: The URL names no study, or makes no sense.
    """
    if "://" not in str(location):
        return FileLog(Path(location))
    from tnlab.structure_search.studies.logs.database import DatabaseLog  # noqa: PLC0415 (optional)

    return DatabaseLog(str(location))


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

    def __init__(self, log: AbstractLog, asked: StudyRecord, device: torch.device | str = "cpu") -> None:
        self._log, self._device = log, device
        self._records: dict[int, StudyRecord] = {}
        self.bound: ParameterBound | None = None
        self.planned_seconds = 0.0
        self._compare(log.read()[0][:1], asked)
        log.acquire()
        try:
            lines, _ = log.read()
            self._compare(lines[:1], asked)
            if not lines:
                log.append(line_of(asked))
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

    def _write(self, record: StudyRecord) -> None:
        self._log.append(line_of(record))

    def _take(self, record: StudyRecord) -> None:
        if "number" in record:
            self._records[record["number"]] = record
        elif "forget" in record:
            self._records = {number: kept for number, kept in self._records.items() if number < record["forget"]}
        elif "bound" in record:
            self.bound = parameter_bound_of(record["bound"], self._log.location)
        elif "opened" in record:
            self.planned_seconds = self.planned_seconds or record["opened"]["max_seconds"]

    def _compare(self, first: Sequence[bytes], asked: StudyRecord) -> None:
        if not first:
            return
        kept, location = header_of(first[0], self._log.location), self._log.location
        for name in [*asked, *kept]:
            old, new = (json_of(part.get(name)) for part in (kept, asked))
            if old != new and name not in NOT_COMPARED:
                raise DataError(f"The study {location!r} is of another search: {name} is {old:.300} there, but "
                                f"{new:.300} was asked for. Ask for the same, or name another file.")  # fmt: skip
