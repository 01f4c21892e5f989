"""What becomes of the runs of a comparison, and where that is kept."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tnlab.errors import DataError
from tnlab.structure_search.comparison.plan import Run
from tnlab.structure_search.executors import AbstractExecutor

VERSION = 1
Improvement = tuple[int, float, int]  # structures fitted, seconds, parameters


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        failure: Why there was none, as a sentence; empty if it ran.
        family: The family that was searched.
        steps: Whenever a smaller structure reached the target: structures fitted by then, seconds, and its parameters.
        relative_error: Of the best structure: of those that reach the target the smallest, else the nearest to it.
        evaluations: Structures fitted.
        proposed: Structures proposed.
        seconds: Wall time.
        bound: Parameters below which no structure of the family reaches the target; 0 if nothing was proved.
        status: Why it ended, as a sentence.
    """

    failure: str = ""
    family: str = ""
    steps: tuple[Improvement, ...] = ()
    relative_error: float = math.inf
    evaluations: int = 0
    proposed: int = 0
    seconds: float = 0.0
    bound: int = 0
    status: str = ""

    @property
    def reached(self) -> bool:
        """Whether a structure reached the target."""
        return bool(self.steps)

    @property
    def parameters(self) -> float:
        """Of the smallest structure that reached the target; infinite if none did."""
        return self.steps[-1][2] if self.steps else math.inf

    @property
    def to_reach(self) -> tuple[float, float]:
        """Structures fitted and seconds until the target was reached first; infinite if it was not."""
        return self.steps[0][:2] if self.steps else (math.inf, math.inf)

    @property
    def to_best(self) -> tuple[float, float]:
        """Structures fitted and seconds until the best was found; infinite if the target was not reached."""
        return self.steps[-1][:2] if self.steps else (math.inf, math.inf)


@dataclass(frozen=True)
class RunLimits:
    """What every run may spend, where its fits are made and where it is kept; small, for it travels."""

    max_evaluations: int
    max_seconds: float
    executor: str | AbstractExecutor
    folder: Path

    def study(self, run: Run) -> Path:
        """Return where the study of a run lies."""
        return self.folder / f"{run.name}.study"

    @property
    def spent(self) -> dict[str, Any]:
        """What an outcome is kept with: with another budget it would be another one."""
        return {"max_evaluations": self.max_evaluations, "max_seconds": self.max_seconds}


def keep(run: Run, budget: RunLimits, outcome: Outcome) -> None:
    """Write the outcome of a run that has ended beside its study.

    Raises:
        DataError: It cannot be written.
    """
    record = {"tnlab_outcome": VERSION, **budget.spent, **asdict(outcome)}
    write_text(budget.study(run).with_suffix(".json"), json.dumps(record))


def kept(run: Run, budget: RunLimits) -> Outcome | None:
    """Return the outcome of a run that has ended with this budget; None if there is none that can be read."""
    try:
        record = json.loads(budget.study(run).with_suffix(".json").read_text(encoding="utf-8"))
        if any(record.pop(key, None) != value for key, value in {"tnlab_outcome": VERSION, **budget.spent}.items()):
            return None
        steps = tuple((int(fitted), float(seconds), int(size)) for fitted, seconds, size in record.pop("steps"))
        return Outcome(steps=steps, **record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_text(path: Path, text: str) -> None:
    """Write a file as a whole or not at all.

    Raises:
        DataError: It cannot be written.
    """
    half = path.with_name(f".{path.name}.half")
    try:
        half.write_bytes(text.encode())
        half.replace(path)
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from None
