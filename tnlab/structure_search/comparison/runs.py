"""Make the runs of a comparison: one resumable study for every engine on every case with every seed.

A finished run stores its outcome and its budget beside its study. With the same budget the outcome is read back; with
another budget, or after the run was interrupted, its search resumes from the study.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tnlab.data.recipe import recipe_of
from tnlab.errors import DataError, StudyBusyError, TnlabError
from tnlab.structure_search.comparison.outcomes import Improvement, Outcome, RunSettings, keep, kept
from tnlab.structure_search.comparison.plan import Plan, Run
from tnlab.structure_search.comparison.processes import in_processes
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import Dispatch, StudyPlace


@dataclass(frozen=True)
class Standing:
    """Progress of a comparison after one more run.

    Attributes:
        run: The run that has ended.
        outcome: Its outcome.
        kept: Whether the outcome was read from disk rather than computed now.
        done: Runs that have ended so far.
        total: Runs of the whole comparison.
    """

    run: Run
    outcome: Outcome
    kept: bool
    done: int
    total: int


@dataclass(eq=False)
class Comparison:
    """All runs of a plan; iterating over it makes them and yields the progress after each.

    Leaving the loop stops the comparison; iterating again resumes it.

    Attributes:
        plan: The plan.
        jobs: Processes that make runs at the same time; 1 makes them in this process, one after the other.
        outcomes: Outcomes of the runs that have ended, in the order of the plan.
    """

    plan: Plan
    jobs: int = 1
    outcomes: dict[Run, Outcome] = field(default_factory=dict, init=False)

    def __iter__(self) -> Iterator[Standing]:
        """Yield the progress after every run; runs whose outcomes are stored already come first.

        Raises:
            DataError: The output folder cannot be created.
            ExecutorError: A run lost its process, and those that replaced it; or one of its engines is defined in a
                script, which other processes do not import.
        """
        runs, plan = self.plan.runs, self.plan
        settings = RunSettings(plan.budget, plan.executor, plan.output / "runs")
        try:
            settings.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"The folder {str(settings.folder)!r} cannot be made: {error.strerror or error}.") from None
        found = {run: outcome for run in runs if (outcome := kept(run, settings)) is not None}
        self.outcomes, before = dict(found), len(found)
        yield from (
            Standing(run=run, outcome=own, kept=True, done=done, total=len(runs))
            for done, (run, own) in enumerate(found.items(), 1)
        )
        left = [run for run in runs if run not in found]
        made = in_processes(_made, left, settings, self.jobs) if self.jobs > 1 else _here(left, settings)
        for done, (run, outcome) in enumerate(made, before + 1):
            found[run] = outcome
            self.outcomes = {one: found[one] for one in runs if one in found}
            yield Standing(run=run, outcome=outcome, kept=False, done=done, total=len(runs))


def _here(runs: list[Run], settings: RunSettings) -> Iterator[tuple[Run, Outcome]]:
    """Make runs one after the other in this process, with one executor for all, and yield each with its outcome."""
    if not runs:
        return
    with executor_of(settings.executor) as executor:
        for run in runs:
            yield run, _made(run, replace(settings, executor=executor))


def _made(run: Run, settings: RunSettings) -> Outcome:
    """Make or resume a run to the end of its budget, store its outcome and return it; an error becomes its failure."""
    try:
        outcome = _searched(run, settings)
        keep(run, settings, outcome)
    except StudyBusyError:
        return Outcome("Another process is making this run.")
    except (TnlabError, ValueError) as error:
        return Outcome(" ".join(str(error).split()))
    except Exception as error:  # noqa: BLE001 - whatever an engine does, the other runs go on
        return Outcome(" ".join(f"{type(error).__name__}: {error}".split()))
    return outcome


def _searched(run: Run, settings: RunSettings) -> Outcome:
    """Search to the end of the budget, note every improvement that reaches the target, and return the outcome."""
    case, source = run.case, run.case.origin.load()
    search = Search(
        source.tensor,
        case.target_error,
        engine=run.entrant.engine(),
        family=case.family,
        max_rank=case.max_rank,
        seed=run.seed,
        budget=settings.budget,
        dispatch=Dispatch(settings.executor),
        study=StudyPlace(settings.study(run), source=None if case.origin.planted else recipe_of(source)),
    )
    steps: list[Improvement] = []
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
        family=search.problem.family,
        steps=tuple(steps),
        relative_error=best.relative_error if best is not None else math.inf,
        evaluations=counts.fitted,
        proposed=counts.proposed,
        seconds=latest.seconds,
        bound=bound.parameters if bound is not None else 0,
        status=latest.status,
    )
