"""Export of studies: the evaluations as CSV, or a whole study as JSON; and import from that JSON.

The JSON form is one object: ``{"tnlab_study_export": 1, "header": {...}, "records": [...]}``, with the lines of the
study in their order. Numbers that JSON cannot write are ``{"nonfinite": "NaN"}``, ``"Infinity"`` or ``"-Infinity"``.
"""

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tnlab.errors import DataError, StudyBusyError
from tnlab.network import structure_json
from tnlab.structure_search.evaluation import Evaluation
from tnlab.structure_search.studies.lines import VERSION, StudyRecord, evaluation_of, header_of, parsed
from tnlab.structure_search.studies.logs.base import MARK
from tnlab.structure_search.studies.reader import LEFT_OUT, StudyReader
from tnlab.structure_search.studies.study import study_log

EXPORT = 1  # version of the JSON form
COLUMNS = ("number", "fate", "parameters", "relative_error", "score", "move", "sweeps", "seconds", "structure")
NONFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def to_csv(reader: StudyReader) -> str:
    """Return the valid evaluations of a study as CSV, one row each; no text cell begins like a spreadsheet formula."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(map(_row, reader.evaluations))
    return text.getvalue()


def to_json(location: str | Path, *, cores: bool = True) -> str:
    """Return a whole study as JSON.

    Args:
        location: A path, or ``DATABASE_URL#NAME``.
        cores: Whether to include the cores of fitted networks. Without them the text is small and the study can be
            read and compared, but not resumed.

    Raises:
        DataError: No study is at the location, or it is damaged.
    """
    header, *records = _records(lines_of(location), str(location))
    if not cores:
        header = header | {"cores": LEFT_OUT}
        records = [record | {"cores": None} if "number" in record else record for record in records]
    first, *rest = (json.dumps(_finite(record), allow_nan=False) for record in (header, *records))
    lines = ",\n".join(rest)
    return f'{{"tnlab_study_export": {EXPORT},\n"header": {first},\n"records": [\n{lines}\n]}}\n'


def lines_of(location: str | Path) -> list[bytes]:
    """Return all lines of the study at a location, as they are stored.

    Raises:
        DataError: No study is at the location, or it cannot be read.
    """
    log = study_log(location)
    lines, _ = log.read()
    if not lines:
        raise DataError(f"There is no study at {log.location!r}.")
    return lines


def lines_from(content: bytes, name: str) -> list[bytes]:
    """Return the lines of a study from the content of a file: a study file, or the JSON that ``to_json`` writes.

    Args:
        content: Content of the file.
        name: Name of the file, for error messages.

    Raises:
        DataError: The content is neither, or it is damaged.
    """
    if content.startswith(MARK):
        lines = content[: content.rfind(b"\n") + 1].splitlines(keepends=True)  # the last line may be incomplete
        _check(lines, name)
        return lines
    try:
        record = json.loads(content)
        if record["tnlab_study_export"] != EXPORT:
            raise ValueError(f"it is of version {record['tnlab_study_export']!r:.40}, but {EXPORT} is known")
        header, records = _back(record["header"]), _back(record["records"])
        ordered = [{"tnlab_study": header["tnlab_study"], **header}, *map(_number_first, records)]
        lines = [json.dumps(each).encode() + b"\n" for each in ordered]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DataError(f"{name!r:.200} is no study that was exported as JSON: {error!r:.200}.") from None
    _check(lines, name)
    return lines


def write_study(lines: Sequence[bytes], location: str | Path) -> None:
    """Create a study from its lines at a location that has none.

    Args:
        lines: Header line first, each line ending in a newline.
        location: A path, or ``DATABASE_URL#NAME``.

    Raises:
        DataError: The location has a study already, or cannot be written.
        StudyBusyError: Another process is writing a study there.
    """
    log = study_log(location)
    if log.read()[0]:
        raise DataError(f"There is a study at {log.location!r} already; name another place, or delete it first.")
    log.acquire()
    try:
        if log.read()[0]:
            raise StudyBusyError(f"Another process has begun a study at {log.location!r}; name another place.")
        log.append(b"".join(lines))
    finally:
        log.release()


def _row(found: Evaluation) -> list[object]:
    """Return an evaluation as the cells of a CSV row, in the order of ``COLUMNS``."""
    structure = json.dumps(structure_json.to_dict(found.structure), separators=(",", ":"))
    return [
        found.number,
        _safe(found.fate.name.lower()),
        found.parameters,
        _number(found.relative_error),
        _number(found.score),
        _safe(found.move),
        found.sweeps,
        _number(found.seconds),
        _safe(structure),
    ]


def _number(value: float) -> object:
    """Return a number as text that reads back exactly; empty if it is not finite."""
    return repr(value) if math.isfinite(value) else ""


def _safe(text: str) -> str:
    """Return text without control characters, with an apostrophe before a first =, +, - or @, for a spreadsheet."""
    text = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _check(lines: Sequence[bytes], name: str) -> None:
    """Raise a DataError unless the lines are a study of this version whose records can all be read."""
    for place, record in enumerate(_records(lines, name), start=1):
        if "number" in record:
            evaluation_of(record, name)
        elif place == 1 and record["tnlab_study"] != VERSION:
            raise DataError(
                f"{name!r:.200} is a study of version {record['tnlab_study']!r:.40}, but {VERSION} is read."
            )


def _records(lines: Sequence[bytes], name: str) -> list[StudyRecord]:
    """Return the header of a study and its other records, parsed from its lines."""
    header = header_of(lines[0] if lines else b"", name)
    return [header, *(parsed(line, place, name) for place, line in enumerate(lines[1:], start=2))]


def _number_first(record: StudyRecord) -> StudyRecord:
    """Return a record with ``number`` as its first key, as readers of lines expect."""
    return {"number": record["number"], **record} if "number" in record else record


def _finite(value: Any) -> Any:
    """Return a JSON value with ``{"nonfinite": ...}`` in the place of every number that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"nonfinite": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list) else value


def _back(value: Any) -> Any:
    """Return a JSON value with the numbers that ``_finite`` replaced."""
    if isinstance(value, dict):
        if value.keys() == {"nonfinite"}:
            return NONFINITE[value["nonfinite"]]
        return {name: _back(part) for name, part in value.items()}
    return [_back(part) for part in value] if isinstance(value, list) else value
