"""The summary of a study as one row: problem, best structure, bound, cost and state; and whether rows compare."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tnlab.errors import DataError
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.studies.reader import StudyReader, opened


@dataclass(frozen=True)
class Summary:
    """Summary of one study.

    Attributes:
        location: Path, or ``DATABASE_URL#NAME`` with the password hidden.
        name: Name of the file without its suffix, or of the study in its database.
        data: Name of the tensor, or its shape if it has none.
        tensor: Hash of the tensor's entries.
        engine: Name of the engine.
        family: Family of structures.
        seed: Seed of the search.
        target_error: Relative error to reach; None for an objective without one.
        parameters: Parameters of the best structure so far; None before the first fit.
        relative_error: Relative error of the best structure so far; None before the first fit.
        reached: Whether the best structure reaches the target.
        bound: Proved lower bound on the parameters of any structure of the family; None if nothing was proved.
        gap: ``parameters / bound - 1``; None unless both are known and the target is reached.
        evaluations: Number of valid evaluations.
        fitted: Number of these whose structure was fitted.
        fitted_to_best: Structures fitted until the best was found, itself included.
        seconds: Seconds spent on the search.
        seconds_to_best: Seconds until the best was found.
        status: Why the search ended; empty if it runs or was killed.
        writer: Process that writes it, in words; empty if none does.
        modified: Time when its file was last written, or in a database when it was last opened (ISO 8601, UTC).
        bytes: Size of its file; None in a database.
    """

    location: str
    name: str
    data: str
    tensor: str
    engine: str
    family: str
    seed: int | str | None
    target_error: float | None
    parameters: int | None
    relative_error: float | None
    reached: bool
    bound: int | None
    gap: float | None
    evaluations: int
    fitted: int
    fitted_to_best: int | None
    seconds: float
    seconds_to_best: float | None
    status: str
    writer: str
    modified: str
    bytes: int | None

    @classmethod
    def of(cls, study: str | Path | StudyReader) -> "Summary":
        """Summarise a study.

        Args:
            study: Its location, or a reader of it.

        Raises:
            DataError: No study is at the location, or it is damaged.
        """
        reader = study if isinstance(study, StudyReader) else opened(str(study))
        progress = reader.progress
        best = progress.incumbent if progress is not None else None
        modified, size = _stamp(reader)
        return cls(
            location=reader.location,
            name=reader.location.rpartition("#")[2] if "://" in reader.location else Path(reader.location).stem,
            data=data_of(reader),
            tensor=str(reader.header.get("tensor", "")),
            engine=reader.engine,
            family=reader.family,
            seed=reader.header.get("seed"),
            target_error=reader.target_error,
            parameters=best.parameters if best is not None else None,
            relative_error=best.relative_error if best is not None else None,
            reached=progress is not None and progress.reached,
            bound=progress.bound.parameters if progress is not None and progress.bound is not None else None,
            gap=progress.gap if progress is not None and math.isfinite(progress.gap) else None,
            evaluations=len(reader.evaluations),
            fitted=_fitted(reader.evaluations),
            fitted_to_best=_fitted(reader.evaluations[: best.number]) if best is not None else None,
            seconds=progress.seconds if progress is not None else 0.0,
            seconds_to_best=best.seconds if best is not None else None,
            status=progress.status if progress is not None else "",
            writer=reader.busy,
            modified=modified,
            bytes=size,
        )

    @property
    def state(self) -> str:
        """The state of the search: "being written", "ended", or "left" if it stopped before its end."""
        return "being written" if self.writer else "ended" if self.status else "left"

    def record(self) -> dict[str, Any]:
        """Return the summary as a JSON object of its attributes, with ``state``."""
        return asdict(self) | {"state": self.state}


def comparable(rows: Sequence[Summary]) -> str:
    """Return why the best structures of several studies cannot be compared, as a sentence; empty if they can."""
    for name, word in (("tensor", "tensors"), ("target_error", "target errors"), ("family", "families")):
        if len({getattr(row, name) for row in rows}) > 1:
            return f"They are of different {word}, so that one number is not better than the other by itself."
    return ""


def data_of(reader: StudyReader) -> str:
    """Return the name of a study's tensor: its label or name in the recipe, else its shape in words."""
    source = reader.source if isinstance(reader.source, dict) else {}
    shape = "x".join(map(str, reader.header.get("shape", ())))
    return Path(str(source.get("label") or source.get("name") or f"a tensor of {shape}")).name[:160]


def _fitted(evaluations: Sequence[Evaluation]) -> int:
    """Return how many evaluations were fitted."""
    return sum(found.fate is Fate.FITTED for found in evaluations)


def _stamp(reader: StudyReader) -> tuple[str, int | None]:
    """Return the time of the last change (ISO 8601, UTC) and the size in bytes of a study; None in a database."""
    if "://" in reader.location:
        return str(reader.openings[-1].get("at", "")) if reader.openings else "", None
    try:
        stat = Path(reader.location).stat()
    except OSError as error:
        raise DataError(f"The study {reader.location!r} cannot be read: {error.strerror}.") from None
    return datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="seconds"), stat.st_size
