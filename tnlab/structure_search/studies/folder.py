"""The default folder of studies, and the list of studies in a folder or database."""

import os
from pathlib import Path

from tnlab.errors import DataError
from tnlab.structure_search.studies.logs.base import MARK
from tnlab.structure_search.studies.logs.database import DatabaseLog

SUFFIX = ".study"


def studies_folder() -> Path:
    """Return the folder that TNLAB_STUDIES names, else the user's data folder ``tnlab/studies``; it need not exist."""
    chosen = os.environ.get("TNLAB_STUDIES", "")
    home = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return Path(chosen).expanduser() if chosen else home / "tnlab" / "studies"


def studies_in(place: str | Path) -> list[str]:
    """List the studies at a place.

    Args:
        place: A folder, whose studies are the files ``*.study``; a database URL; or the location of one study.

    Returns:
        Locations of the studies: paths, or ``DATABASE_URL#NAME``.

    Raises:
        DataError: The place does not exist, or cannot be read.
        NotInstalledError: The place is a database, and SQLAlchemy or its driver is not installed.
    """
    text = str(place)
    if "://" in text:
        return [text] if "#" in text else [f"{text}#{name}" for name in DatabaseLog.names(text)]
    path = Path(place)
    if not path.is_dir():
        if not path.exists():
            raise DataError(f"There is no study, and no folder of studies, at {text!r:.200}.")
        return [text]
    try:
        return sorted(
            str(own)
            for own in path.iterdir()
            if own.suffix.lower() == SUFFIX and own.is_file() and _begins_as_study(own)
        )
    except OSError as error:
        raise DataError(f"The folder {text!r:.200} cannot be read: {error.strerror}.") from None


def _begins_as_study(path: Path) -> bool:
    """Return whether a file begins with the first bytes of every study."""
    try:
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False
