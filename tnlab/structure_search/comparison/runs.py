"""A comparison: every engine on every case with every seed, a study each, gone on with where it was left.

A run that has ended leaves its outcome beside its study, with the budget it had. Asked for again with this budget it is
read back; with another one, or after it was killed, its search goes on from the study.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tnlab.data.recipe import recipe_of
from tnlab.errors import DataError, StudyBusyError, TnlabError
from tnlab.structure_search.comparison.outcomes import Improvement, Outcome, RunLimits, keep, kept
from tnlab.structure_search.comparison.plan import Plan, Run
from tnlab.structure_search.comparison.processes import in_processes
from tnlab.structure_search.driver import STOPPED
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.run import Search


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
        budget = RunLimits(plan.max_evaluations, plan.max_seconds, plan.executor, plan.output / "runs")
        try:
            budget.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"The folder {str(budget.folder)!r} cannot be made: {error.strerror or error}.") from None
        found = {run: outcome for run in runs if (outcome := kept(run, budget)) is not None}
        self.outcomes, before = dict(found), len(found)
        yield from (Standing(run, own, True, done, len(runs)) for done, (run, own) in enumerate(found.items(), 1))
        left = [run for run in runs if run not in found]
        made = in_processes(_made, left, budget, self.jobs) if self.jobs > 1 else _here(left, budget)
        for done, (run, outcome) in enumerate(made, before + 1):
            found[run] = outcome
            self.outcomes = {one: found[one] for one in runs if one in found}
            yield Standing(run, outcome, False, done, len(runs))


def _here(runs: list[Run], budget: RunLimits) -> Iterator[tuple[Run, Outcome]]:
    if not runs:
        return
    with executor_of(budget.executor) as executor:
        for run in runs:
            yield run, _made(run, replace(budget, executor=executor), _ignore)


def _ignore(search: Search) -> None:
    """Do nothing with the search that has begun."""


def _made(run: Run, budget: RunLimits, begun: Callable[[Search], object]) -> Outcome:
    """Search, or go on searching, to the end of the budget; what goes wrong is an outcome too.

    Args:
        run: What to search.
        budget: What may be spent.
        begun: Told the search, so that somebody can stop it.
    """
    try:
        outcome = _searched(run, budget, begun)
        if outcome.status != STOPPED:
            keep(run, budget, outcome)
    except StudyBusyError:
        return Outcome("Another process is making this run.")
    except (TnlabError, ValueError) as error:
        return Outcome(" ".join(str(error).split()))
    except Exception as error:  # noqa: BLE001 - whatever an engine does, the other runs go on
        return Outcome(" ".join(f"{type(error).__name__}: {error}".split()))
    return outcome


def _searched(run: Run, budget: RunLimits, begun: Callable[[Search], object]) -> Outcome:
    case, source = run.case, run.case.origin.load()
    search = Search(
        source.tensor, case.target_error, engine=run.entrant.engine(), family=case.family,
        max_rank=case.max_rank, max_evaluations=budget.max_evaluations, max_seconds=budget.max_seconds, seed=run.seed,
        study=budget.study(run), executor=budget.executor, source=None if case.origin.planted else recipe_of(source),
    )  # fmt: skip
    begun(search)
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
        "", search.problem.family, tuple(steps), best.relative_error if best is not None else math.inf, counts.fitted,
        counts.proposed, latest.seconds, bound.parameters if bound is not None else 0, latest.status,
    )  # fmt: skip
