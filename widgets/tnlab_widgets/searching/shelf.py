"""The folder of studies as the page uses it: studies by name, and their data, never a path outside the folder."""

import hashlib
import io
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tnlab.data import Source, datasets
from tnlab.data.recipe import source_from_recipe
from tnlab.errors import DataError, TnlabError
from tnlab.structure_search.studies.export import lines_from, write_study
from tnlab.structure_search.studies.folder import SUFFIX
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader
from tnlab.structure_search.studies.summary import Summary, data_of
from tnlab.writing import write_file
from tnlab_widgets.searching.plan import LanePlan

MOST_KNOWN = 10_000  # studies that a page may know
LONGEST = 160  # characters of the name of a study
BEST = ("parameters", "relative_error", "evaluations")
NAME = re.compile(r"[\w][\w.-]*", re.ASCII)


class Shelf:
    """Lists, opens, stores and deletes the studies of one folder by name.

    Args:
        folder: Folder of the studies; it is made when the first one is written.
        private: Whether a page lists only the studies whose names it knows, and reads no data outside the folder.
    """

    def __init__(self, folder: Path, *, private: bool = False) -> None:
        self.folder, self.private = folder, private
        self.mine: set[str] = set()
        self._known: dict[Path, tuple[tuple[int, int], dict[str, Any]]] = {}

    def location(self, name: object) -> Path:
        """Return the path of the study with this name.

        Raises:
            DataError: The name is not valid, or no study has it.
        """
        path = self._path(name)
        if not path.is_file():
            raise DataError(f"There is no study {name!r:.80}; it may have been deleted.")
        return path

    def fresh(self, label: str, engine: str) -> Path:
        """Return the path for a new study, named after its data, its engine and the time.

        Raises:
            DataError: The folder cannot be made.
        """
        self._make()
        stem = f"{_word(Path(label).stem)[:60]}_{engine}_{datetime.now(UTC):%Y%m%d-%H%M%S}"
        if self.private:
            stem += f"_{secrets.token_hex(8)}"  # a name that another visitor cannot guess
        name, more = stem, 2
        while self._path(name).exists() or name in self.mine:
            name, more = f"{stem}_{more}", more + 1
        self.mine.add(name)
        return self._path(name)

    def recipe(self, source: Source) -> dict[str, Any]:
        """Return the recipe {name, modes, order, label} to load a source again; data not built in are stored as .npy.

        Raises:
            DataError: The data cannot be written beside the studies.
        """
        name = source.name
        if name not in datasets or not np.array_equal(datasets[name].load(), source.array):
            name = str(self._kept(source))
        return {"name": name, "modes": list(source.modes), "order": source.order, "label": source.label}

    def source(self, recipe: Any) -> Source | None:
        """Return the source of a recipe from a study's header; None where its data are missing, or may not be read."""
        try:
            if not isinstance(recipe, dict) or not self._may_read(str(recipe.get("name"))):
                return None
            return source_from_recipe(recipe)
        except (OSError, TnlabError):
            return None

    def plan(self, name: object) -> tuple[LanePlan, StudyReader]:
        """Return the plan that continues a study, and a reader of its evaluations.

        Raises:
            DataError: No study has this name, or it is damaged.
        """
        location = self.location(name)
        reader = StudyReader(location)
        source = self.source(reader.source)
        label = data_of(reader)
        if source is not None and source.name not in datasets:
            source = replace(source, name=label, label=label)
        plan = LanePlan(
            engine=reader.engine,
            location=location,
            label=label,
            target_error=reader.target_error,
            family=reader.family,
            source=source,
        )
        return plan, reader

    def entries(self, shown: Mapping[str, dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """Return name, time, size, writer, engine, target and best structure of every study, the newest first.

        Studies that have changed since the last call are read whole.

        Args:
            shown: Summaries by name of searches that run here, which are taken instead of reading the study.
        """
        found = []
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            if NAME.fullmatch(path.stem) and (not self.private or path.stem in self.mine):
                try:
                    found.append(self._entry(path, (shown or {}).get(path.stem)))
                except (OSError, TnlabError):  # deleted meanwhile, or no study
                    continue
        return sorted(found, key=lambda entry: entry["modified"], reverse=True)

    def delete(self, name: object) -> None:
        """Delete a study, and the data stored for it where no other study uses them.

        Raises:
            StudyBusyError: The study is being written.
            DataError: No study has this name, or it cannot be deleted.
        """
        location = self.location(name)
        recipe = StudyReader(location).source
        FileLog(location).delete()
        self.mine.discard(location.stem)
        kept = Path(str(recipe.get("name"))) if isinstance(recipe, dict) else None
        if kept is not None and kept.suffix == ".npy" and kept.resolve().parent == self.folder.resolve():
            needle = kept.name.encode()
            if not any(needle in _head(path) for path in self.folder.glob(f"*{SUFFIX}")):
                kept.unlink(missing_ok=True)

    def take_in(self, name: str, content: bytes) -> str:
        """Store an uploaded study in the folder under a new name, and return that name.

        Args:
            name: Name of the uploaded file.
            content: Its bytes: the file of a study, or one exported as JSON.

        Raises:
            DataError: The bytes are no study, or a damaged one.
        """
        lines = lines_from(content, name)
        self._make()
        path = self._path(f"{_word(Path(name).stem)[:60]}_{secrets.token_hex(4)}")
        write_study(lines, path)
        self.mine.add(path.stem)
        return path.stem

    def know(self, names: Iterable[object]) -> None:
        """Add the names that a page knows to those that a private folder lists."""
        known = {name for name in names if isinstance(name, str) and len(name) <= LONGEST and NAME.fullmatch(name)}
        self.mine |= set(islice(known, max(0, MOST_KNOWN - len(self.mine))))

    def _path(self, name: object) -> Path:
        if not isinstance(name, str) or len(name) > LONGEST or not NAME.fullmatch(name):
            raise DataError(f"{name!r:.80} is not the name of a study: letters, digits, dots, dashes, underscores.")
        path = self.folder / f"{name}{SUFFIX}"
        if path.is_symlink():
            raise DataError(f"The study {name!r:.80} lies elsewhere, and is left alone.")
        return path

    def _may_read(self, name: str) -> bool:
        return not self.private or name in datasets or Path(name).resolve().parent == self.folder.resolve()

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"The folder of studies {str(self.folder)!r} cannot be made: {error.strerror}.") from None

    def _kept(self, source: Source) -> Path:
        """Store the array of a source as .npy beside the studies, named by its hash, and return the path."""
        self._make()
        content = io.BytesIO()
        whole = source.array if source.known is None else np.where(source.known, source.array, np.nan)
        np.save(content, whole, allow_pickle=False)
        digest = hashlib.blake2b(content.getvalue(), digest_size=16).hexdigest()
        path = self.folder / f"{_word(Path(source.name).stem)[:40]}-{digest}.npy"
        if not path.exists():
            write_file(path, content.getvalue())
        return path.absolute()

    def _entry(self, path: Path, shown: dict[str, Any] | None) -> dict[str, Any]:
        stat = path.stat()
        known = shown or self._read(path, (stat.st_mtime_ns, stat.st_size))
        return {
            "name": path.stem,
            "modified": datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="seconds"),
            "bytes": stat.st_size,
            "busy": FileLog(path).busy(),
            "mine": path.stem in self.mine,
            **known,
        }

    def _read(self, path: Path, stamp: tuple[int, int]) -> dict[str, Any]:
        """Return engine, target and best structure of a study, read again only if its time or size has changed."""
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            read = Summary.of(path)
            record = {name: getattr(read, name) for name in ("engine", "target_error", *BEST)} | {"label": read.data}
            known = self._known[path] = stamp, record
        return known[1]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.readline(1 << 20)
    except OSError:
        return b""


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "data"
