"""The study that a search writes: append its evaluations to a log, and return recorded ones when it is resumed."""

import dataclasses
import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.data.intake import Unit
from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.structure_search.evaluation import Evaluation
from tnlab.structure_search.settings import Budget
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

NOT_COMPARED = ("source",)  # keys of a header that may differ on resuming: where the tensor was read from


def study_log(location: str | Path) -> AbstractLog:
    """Return the log at a location, which need not exist.

    Args:
        location: A path, or ``DATABASE_URL#NAME`` with a URL as SQLAlchemy reads it.

    Raises:
        NotInstalledError: The location is in a database, and SQLAlchemy or the driver is not installed.
        DataError: The URL is none, or the name is missing or has other characters.
    """
    if "://" not in str(location):
        return FileLog(Path(location))
    from tnlab.structure_search.studies.logs.database import DatabaseLog  # noqa: PLC0415 (optional)

    return DatabaseLog(str(location))


class Study:
    """A study opened for writing: creates it or reads its records, and is its only writer until ``release``.

    Args:
        log: Log of the lines.
        asked: Header of the search; an existing study must have the same.
        device: Device for recorded cores.
        unit: The unit in which the search computes, if that is not that of the data, in which networks are recorded.

    Raises:
        DataError: The log holds something other than a study, a study of another search, or a damaged one; or it
            cannot be read and written.
        StudyBusyError: Another process is writing it.

    Attributes:
        bound: Parameter bound recorded last; None if none was proved.
        planned_seconds: Budget of seconds of the first opening; 0 before ``open``. Engines plan with it after a resume
            too, so that a larger budget does not change what they propose.
    """

    def __init__(
        self, log: AbstractLog, asked: StudyRecord, device: torch.device | str = "cpu", *, unit: Unit | None = None
    ) -> None:
        self._log, self._device, self._unit = log, device, unit
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

    def open(self, executor: str, workers: int, budget: Budget) -> None:
        """Record the start of a run: time, host, process, executor and budget."""
        self.planned_seconds = self.planned_seconds or budget.max_seconds
        opened = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "executor": executor,
            "workers": workers,
            **dataclasses.asdict(budget),
        }
        self._write({"opened": opened})

    def prove(self, bound: ParameterBound) -> None:
        """Record a proved parameter bound, so that a resumed search need not prove it again."""
        self.bound = bound
        structure = structure_json.to_dict(bound.structure) if bound.structure is not None else None
        self._write({"bound": {**dataclasses.asdict(bound), "structure": structure}})

    def recorded(self, number: int, structure: Structure) -> Evaluation | None:
        """Return the recorded evaluation with this number if it is of this structure; None if there is none.

        If it is of another structure, the search has taken another way: all records from this number on become invalid.
        The evaluation of a repeated structure has no network; the one it repeats has.

        Raises:
            DataError: The record is damaged.
        """
        record = self._records.pop(number, None)
        if record is None:
            return None
        found = evaluation_of(record, self._log.location, self._device)
        if found.structure == structure:
            network = found.network
            if network is not None and self._unit is not None:
                network = self._unit.inward(network)
            return dataclasses.replace(found, structure=structure, network=network)
        self._write({"forget": number})
        self._records = {}
        return None

    def append(self, structure: Structure, found: Evaluation) -> None:
        """Record the evaluation of a structure.

        Raises:
            DataError: The log cannot be written.
            StudyBusyError: Another process has become the writer.
        """
        if found.network is not None and self._unit is not None:
            found = dataclasses.replace(found, network=self._unit.outward(found.network))
        self._write(record_of(structure, found))

    def close(self, status: str, seconds: float) -> None:
        """Record the end of the search: why, and after how many seconds."""
        self._write({"closed": {"status": status, "seconds": seconds}})

    def release(self) -> None:
        """Stop being the writer, so that another process can be."""
        self._log.release()

    def _write(self, record: StudyRecord) -> None:
        self._log.append(line_of(record))

    def _take(self, record: StudyRecord) -> None:
        """Take one recorded line into the state of this study."""
        if "number" in record:
            self._records[record["number"]] = record
        elif "forget" in record:
            self._records = {number: kept for number, kept in self._records.items() if number < record["forget"]}
        elif "bound" in record:
            self.bound = parameter_bound_of(record["bound"], self._log.location)
        elif "opened" in record:
            self.planned_seconds = self.planned_seconds or record["opened"]["max_seconds"]

    def _compare(self, first: Sequence[bytes], asked: StudyRecord) -> None:
        """Raise a DataError that names the first key in which a recorded header differs from the one asked for."""
        if not first:
            return
        kept, location = header_of(first[0], self._log.location), self._log.location
        for name in [*asked, *kept]:
            old, new = (json_of(part.get(name)) for part in (kept, asked))
            if old != new and name not in NOT_COMPARED:
                raise DataError(
                    f"The study {location!r} is of another search: {name} is {old:.300} there, but {new:.300} was "
                    "asked for. Ask for the same, or name another file."
                )
