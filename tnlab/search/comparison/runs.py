"""A comparison: every engine on every case with every seed, a study each, gone on with where it was left.

A run that has ended leaves its outcome beside its study, with the budget it had. Asked for again with this budget it is
read back; with another one, or after it was killed, its search goes on from the study.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tnlab.errors import DataError, StudyBusyError, TnlabError
from tnlab.search.comparison.plan import Plan, Run
from tnlab.search.comparison.pool import in_processes
from tnlab.search.driver import STOPPED
from tnlab.search.executors import AbstractExecutor, executor_of
from tnlab.search.run import Search

VERSION = 1
Step = tuple[int, float, int]  # structures fitted, seconds, parameters


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
    steps: tuple[Step, ...] = ()
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
class Standing:
    """How far a comparison is, after one run.

    Attributes:
        run: The latest.
        outcome: What became of it.
        kept: Whether it was read back rather than made.
        done: Runs made or read back so far.
        total: Runs that there are.
    """

    run: Run
    outcome: Outcome
    kept: bool
    done: int
    total: int


@dataclass(frozen=True)
class Budget:
    """What every run may spend, where its fits are made and where it is kept; small, for it travels."""

    max_evaluations: int
    max_seconds: float
    executor: str | AbstractExecutor
    folder: Path

    def study(self, run: Run) -> Path:
        """Return where the study of a run lies."""
        return self.folder / f"{run.name}.study"


@dataclass(eq=False)
class Comparison:
    """All runs of a plan: an iterator of how far it is. Leave the loop to stop it; the next one goes on from there.

    Attributes:
        plan: What is compared.
        jobs: Processes that runs are spread over; 1 makes them here, one after the other.
        outcomes: What became of the runs so far, in the order of the plan.
    """

    plan: Plan
    jobs: int = 1
    outcomes: dict[Run, Outcome] = field(default_factory=dict, init=False)

    def __iter__(self) -> Iterator[Standing]:
        """Yield after every run, those that are read back first.

        Raises:
            DataError: The output folder cannot be made.
            ExecutorError: A process was lost.
        """
        runs, plan = self.plan.runs, self.plan
        budget = Budget(plan.max_evaluations, plan.max_seconds, plan.executor, plan.output / "runs")
        try:
            budget.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"The folder {str(budget.folder)!r} cannot be made: {error.strerror or error}.") from None
        found = {run: outcome for run in runs if (outcome := _kept(run, budget)) is not None}
        self.outcomes, kept = dict(found), len(found)
        yield from (Standing(run, own, True, done, len(runs)) for done, (run, own) in enumerate(found.items(), 1))
        left = [run for run in runs if run not in found]
        made = in_processes(_made, left, budget, self.jobs) if self.jobs > 1 else _here(left, budget)
        for done, (run, outcome) in enumerate(made, kept + 1):
            found[run] = outcome
            self.outcomes = {one: found[one] for one in runs if one in found}
            yield Standing(run, outcome, False, done, len(runs))


def _here(runs: list[Run], budget: Budget) -> Iterator[tuple[Run, Outcome]]:
    if not runs:
        return
    with executor_of(budget.executor) as executor:
        for run in runs:
            yield run, _made(run, replace(budget, executor=executor), _ignore)


def _ignore(search: Search) -> None:
    """Do nothing with the search that has begun."""


def _made(run: Run, budget: Budget, begun: Callable[[Search], object]) -> Outcome:
    """Search, or go on searching, to the end of the budget; what goes wrong is an outcome too.

    Args:
        run: What to search.
        budget: What may be spent.
        begun: Told the search, so that somebody can stop it.
    """
    try:
        outcome = _searched(run, budget, begun)
    except StudyBusyError:
        return Outcome("Another process is making this run.")
    except (TnlabError, ValueError) as error:
        return Outcome(" ".join(str(error).split()))
    except Exception as error:  # noqa: BLE001 - whatever an engine does, the other runs go on
        return Outcome(" ".join(f"{type(error).__name__}: {error}".split()))
    if outcome.status != STOPPED:
        _keep(run, budget, outcome)
    return outcome


def _searched(run: Run, budget: Budget, begun: Callable[[Search], object]) -> Outcome:
    case = run.case
    search = Search(
        case.origin.load().tensor, case.target_error, engine=run.entrant.engine(), family=case.family,
        max_rank=case.max_rank, max_evaluations=budget.max_evaluations, max_seconds=budget.max_seconds, seed=run.seed,
        study=budget.study(run), executor=budget.executor,
    )  # fmt: skip
    begun(search)
    steps: list[Step] = []
    latest = None
    for latest in search:
        best = latest.incumbent
        if best is None or best.relative_error > case.target_error:
            continue
        if not steps or best.parameters < steps[-1][2]:
            steps.append((latest.counts.fitted, latest.seconds, best.parameters))
    if latest is None:
        raise DataError("The search ended before it began.")
    best, counts, bound = latest.incumbent, latest.counts, latest.bound
    return Outcome(
        "", search.problem.family, tuple(steps), best.relative_error if best is not None else math.inf, counts.fitted,
        counts.proposed, latest.seconds, bound.parameters if bound is not None else 0, latest.status,
    )  # fmt: skip


def _spent(budget: Budget) -> dict[str, Any]:
    return {"max_evaluations": budget.max_evaluations, "max_seconds": budget.max_seconds}


def _keep(run: Run, budget: Budget, outcome: Outcome) -> None:
    record = {"tnlab_outcome": VERSION, **_spent(budget), **asdict(outcome)}
    path = budget.study(run).with_suffix(".json")
    half = path.with_suffix(".half")
    half.write_text(json.dumps(record), encoding="utf-8")
    half.replace(path)


def _kept(run: Run, budget: Budget) -> Outcome | None:
    """Return the outcome of a run that has ended with this budget; None if there is none that can be read."""
    try:
        record = json.loads(budget.study(run).with_suffix(".json").read_text(encoding="utf-8"))
        if any(record.pop(key, None) != value for key, value in {"tnlab_outcome": VERSION, **_spent(budget)}.items()):
            return None
        steps = tuple((int(fitted), float(seconds), int(size)) for fitted, seconds, size in record.pop("steps"))
        return Outcome(steps=steps, **record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
