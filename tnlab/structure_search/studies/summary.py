"""What a study came to, in one row: for a list of studies, and to compare them."""

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
    """One study.

    Attributes:
        location: Where it is, without a password.
        name: Of its file without the suffix, or in its database.
        data: What was searched, by name or by shape.
        tensor: Tells tensors apart.
        engine: Name of the engine.
        family: Family of structures.
        seed: Of the search.
        target_error: Relative error to reach; None where there is none.
        parameters: Of the best so far; None before the first fit.
        relative_error: Of the best so far.
        reached: Whether it reaches the target.
        bound: Parameters that no structure of the family can do without; None if nothing was proved.
        gap: How many more the best has, as a part of these; None unless both are known and the target is reached.
        evaluations: Evaluations that count.
        fitted: Of these, structures that were fitted.
        fitted_to_best: Structures fitted until the best was met, itself included.
        seconds: Time spent searching.
        seconds_to_best: Seconds until the best was met.
        status: Why it ended; empty if it has not, or was killed.
        writer: Who writes it; empty if nobody does.
        modified: When it was last opened, or its file last written (ISO 8601, UTC).
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
        """Read a study.

        Raises:
            DataError: There is none at this location, or it is damaged.
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
        """Whether it is being written, has ended, or was left."""
        return "being written" if self.writer else "ended" if self.status else "left"

    def record(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self) | {"state": self.state}


def comparable(rows: Sequence[Summary]) -> str:
    """Return why the best of several studies cannot be held against each other; empty if they can."""
    for name, word in (("tensor", "tensors"), ("target_error", "target errors"), ("family", "families")):
        if len({getattr(row, name) for row in rows}) > 1:
            return f"They are of different {word}, so that one number is not better than the other by itself."
    return ""


def data_of(reader: StudyReader) -> str:
    """Return what the data of a study are called."""
    source = reader.source if isinstance(reader.source, dict) else {}
    shape = "x".join(map(str, reader.header.get("shape", ())))
    return Path(str(source.get("label") or source.get("name") or f"a tensor of {shape}")).name[:160]


def _fitted(evaluations: Sequence[Evaluation]) -> int:
    return sum(found.fate is Fate.FITTED for found in evaluations)


def _stamp(reader: StudyReader) -> tuple[str, int | None]:
    """Return when it was last written, and its size."""
    if "://" in reader.location:
        return str(reader.openings[-1].get("at", "")) if reader.openings else "", None
    try:
        stat = Path(reader.location).stat()
    except OSError as error:
        raise DataError(f"The study {reader.location!r} cannot be read: {error.strerror}.") from None
    return datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="seconds"), stat.st_size
