"""A study as a file for the person to keep."""

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
    """Return a name for the file and its content; ``kind`` is a key of ``EXPORTS``."""
    return f"{location.stem}.{kind}", EXPORTS[kind](location)
