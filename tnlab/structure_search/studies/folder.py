"""Where studies are kept when nobody says where, and which there are in a place."""

import os
from pathlib import Path

from tnlab.errors import DataError
from tnlab.structure_search.studies.logs.base import MARK
from tnlab.structure_search.studies.logs.database import DatabaseLog

SUFFIX = ".study"


def studies_folder() -> Path:
    """Return the user's folder of studies, or what TNLAB_STUDIES says; it need not exist."""
    chosen = os.environ.get("TNLAB_STUDIES", "")
    home = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return Path(chosen).expanduser() if chosen else home / "tnlab" / "studies"


def studies_in(place: str | Path) -> list[str]:
    """Return the locations of the studies in a folder (files that end in ``.study``) or a database, or the one study.

    Raises:
        DataError: There is nothing there, or it cannot be read.
        NotInstalledError: It is a database, and SQLAlchemy or its driver is not installed.
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
        return sorted(str(own) for own in path.glob(f"*{SUFFIX}") if own.is_file() and _begins_as_study(own))
    except OSError as error:
        raise DataError(f"The folder {text!r:.200} cannot be read: {error.strerror}.") from None


def _begins_as_study(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False
