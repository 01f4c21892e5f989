"""The outcome of one run of a comparison, and the JSON file beside its study that stores it."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tnlab.structure_search.comparison.plan import Run
from tnlab.structure_search.executors import AbstractExecutor
from tnlab.structure_search.settings import Budget
from tnlab.writing import write_file

VERSION = 1  # of the JSON file of an outcome
Improvement = tuple[int, float, int]  # structures fitted so far, seconds so far, parameters of the new best


@dataclass(frozen=True)
class Outcome:
    """Result of one run: the smallest structure found, the course towards it, and what it cost.

    Attributes:
        failure: Why the run failed, as a sentence; empty if it did not.
        family: Family of structures that was searched.
        steps: One entry for each structure that reached the target with fewer parameters than all before it.
        relative_error: Relative error of the best structure: the smallest that reaches the target, or, if none does,
            the one with the least error.
        evaluations: Structures fitted.
        proposed: Structures proposed.
        seconds: Wall time of the run, in seconds.
        bound: Proved lower bound on the parameters of any structure of the family that reaches the target; 0 if
            nothing was proved.
        status: Why the search ended, as a sentence.
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
        """Parameters of the smallest structure that reached the target; infinite if none did."""
        return self.steps[-1][2] if self.steps else math.inf

    @property
    def to_reach(self) -> tuple[float, float]:
        """Structures fitted, and seconds, until a structure first reached the target; both infinite if none did."""
        return self.steps[0][:2] if self.steps else (math.inf, math.inf)

    @property
    def to_best(self) -> tuple[float, float]:
        """Structures fitted, and seconds, until the smallest structure was found; both infinite without ``steps``."""
        return self.steps[-1][:2] if self.steps else (math.inf, math.inf)


@dataclass(frozen=True)
class RunSettings:
    """Settings that all runs of a comparison share; sent to every process that makes runs.

    Attributes:
        budget: What a run may spend.
        executor: Where the fits of a run are made: a name as ``executor_of`` reads it, or the executor itself.
        folder: Folder of the studies and outcomes.
    """

    budget: Budget
    executor: str | AbstractExecutor
    folder: Path

    def study(self, run: Run) -> Path:
        """Return the path of the study file of a run."""
        return self.folder / f"{run.name}.study"

    @property
    def spent(self) -> dict[str, Any]:
        """The budget, stored with every outcome: an outcome is read back only for the same budget."""
        return asdict(self.budget)


def keep(run: Run, settings: RunSettings, outcome: Outcome) -> None:
    """Write the outcome of a run, with the budget it had, to a JSON file beside its study.

    Raises:
        DataError: The file cannot be written.
    """
    record = {"tnlab_outcome": VERSION, **settings.spent, **asdict(outcome)}
    write_file(settings.study(run).with_suffix(".json"), json.dumps(record).encode())


def kept(run: Run, settings: RunSettings) -> Outcome | None:
    """Return the stored outcome of a run; None if there is none, it is damaged, or it was made with another budget."""
    try:
        record = json.loads(settings.study(run).with_suffix(".json").read_text(encoding="utf-8"))
        if any(record.pop(key, None) != value for key, value in {"tnlab_outcome": VERSION, **settings.spent}.items()):
            return None
        steps = tuple((int(fitted), float(seconds), int(size)) for fitted, seconds, size in record.pop("steps"))
        return Outcome(steps=steps, **record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
