"""Exports of a study as a file to download: CSV, JSON, or the study file itself."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tnlab.structure_search.studies.export import lines_of, to_csv, to_json
from tnlab.structure_search.studies.reader import StudyReader

EXPORTS: Mapping[str, Callable[[Path], bytes]] = {
    "csv": lambda location: to_csv(StudyReader(location)).encode(),
    "json": lambda location: to_json(location).encode(),
    "study": lambda location: b"".join(lines_of(location)),
}


def exported(location: Path, kind: str) -> tuple[str, bytes]:
    """Return the name and the content of the file that exports a study; ``kind`` is "csv", "json" or "study"."""
    return f"{location.stem}.{kind}", EXPORTS[kind](location)
