"""What the driver does whatever the engine: counts, repetitions, pruning, budgets, endings."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch
from typing_extensions import override

from tnlab.data.planted_tensors import planted
from tnlab.errors import DataError, FormatError, StructureError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search.driver import Driver
from tnlab.structure_search.engines.annealing import Annealing
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.engines.hill_climb import HillClimb
from tnlab.structure_search.engines.tnale import TnALE
from tnlab.structure_search.engines.tnga import TNGA
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.evaluation import Evaluation, Fate, Proposal
from tnlab.structure_search.evaluator import Evaluator, Fitted
from tnlab.structure_search.executors.inline import Inline, InlineChannel
from tnlab.structure_search.objective import FewestParameters, WeightedSum
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.run import Search, search
from tnlab.structure_search.settings import Budget, Dispatch, updated

MODES = (3, 3, 3, 3, 3)
TRUTH = ring(MODES, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3))
X = planted(TRUTH, noise=0.01, seed=1)


@dataclass(frozen=True)
class Listed(AbstractEngine[int]):
    """Proposes given batches, one after the other; remembers what it was told."""

    batches: tuple[tuple[Proposal, ...], ...]
    limit: float = math.inf
    told: tuple[list[Evaluation], ...] = ([],)

    paper: ClassVar[str] = "none"
    families: ClassVar[tuple[str, ...]] = ("ring", "any")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> int:
        return 0

    @override
    def ask(self, state: int, generator: torch.Generator) -> Iterable[Proposal]:
        return self.batches[state] if state < len(self.batches) else ()

    @override
    def tell(self, state: int, evaluations: Sequence[Evaluation], generator: torch.Generator) -> int:
        self.told[0].extend(evaluations)
        return state + 1

    @override
    def cutoff(self, state: int) -> float:
        return self.limit


@dataclass(frozen=True)
class ListedBest(Listed):
    """The same, but of a batch only the best matters."""

    best_of_batch: ClassVar[bool] = True


@dataclass(frozen=True, eq=False)
class BrokenOff(Evaluator):
    """Fits as ever, and says of every fit that it did not run to its own end."""

    @override
    def __call__(self, *arguments) -> Fitted:
        return replace(super().__call__(*arguments), finished=False)


def drive(engine: AbstractEngine, *, objective=None, family="any", evaluator=Evaluator, **settings) -> list[Progress]:
    max_rank = settings.pop("max_rank", None)
    budget, dispatch = updated(Budget(), settings), updated(Dispatch(), settings)
    problem = Problem(X, objective or FewestParameters(0.02), family=family, max_rank=max_rank, budget=budget)
    generator = torch.Generator().manual_seed(0)
    timed = {"begun": settings["begun"]} if "begun" in settings else {}
    return list(Driver(engine, evaluator(problem), generator, dispatch=dispatch, **timed).run())


def proposals(*structures: Structure) -> tuple[Proposal, ...]:
    return tuple(map(Proposal, structures))


def test_a_structure_met_before_is_not_fitted_again():
    """In another order of the cores, and of the bonds, it is the same structure."""
    again = Structure(
        MODES,
        tuple(Core((mode,)) for mode in (4, 3, 2, 1, 0)),
        tuple(Bond(tuple(sorted(4 - core for core in bond.cores)), bond.rank) for bond in reversed(TRUTH.bonds)),
    )
    other = ring(MODES, (0, 1, 2, 3, 4), (2, 2, 2, 2, 3))
    steps = drive(Listed((proposals(TRUTH, again, other, TRUTH),)))
    fates = [step.evaluation.fate for step in steps[:-1]]
    assert fates == [Fate.FITTED, Fate.REPEATED, Fate.FITTED, Fate.REPEATED]
    assert (steps[-1].counts.repeated, steps[-1].counts.fitted) == (2, 2)
    assert steps[1].evaluation.score == steps[0].evaluation.score
    assert steps[-1].counts.sweeps == sum(step.evaluation.sweeps for step in steps[:-1])


@pytest.mark.parametrize(
    ("evaluator", "cores_given", "limit", "fate"),
    [
        (Evaluator, False, math.inf, Fate.REPEATED),
        (BrokenOff, False, math.inf, Fate.FITTED),
        (BrokenOff, False, 0.0, Fate.REPEATED),
        (Evaluator, True, math.inf, Fate.FITTED),
    ],
    ids=["finished", "broken off", "broken off, but not worth more", "finished, but from other cores"],
)
@pytest.mark.parametrize("at_once", [False, True])
def test_a_fit_answers_for_its_structure_once_more_sweeps_would_hardly_help(
    evaluator, cores_given, limit, fate, at_once
):
    init = Network.random(TRUTH, generator=torch.Generator().manual_seed(1)) if cores_given else None
    first, second = Proposal(TRUTH), Proposal(TRUTH, init=init)
    batches = ((first, second),) if at_once else ((first,), (second,))
    steps = drive(Listed(batches, limit), evaluator=evaluator, prune=False)
    assert [step.evaluation.fate for step in steps[:-1]] == [Fate.FITTED, fate]


def test_prunes_by_size_and_by_certificate_and_fits_the_rest():
    """The score of a pruned structure lies above the cutoff, and at or below that of its fit."""
    big = ring(MODES, (0, 2, 4, 1, 3), (5, 5, 5, 5, 5))
    poor = from_ranks(MODES, {})
    limit = FewestParameters(0.02).score(TRUTH.parameters, X.numel(), 0.02)
    steps = drive(Listed((proposals(big, poor, TRUTH),), limit))
    assert [step.evaluation.fate for step in steps[:-1]] == [
        Fate.PRUNED_BY_SIZE,
        Fate.PRUNED_BY_CERTIFICATE,
        Fate.FITTED,
    ]
    whole = drive(Listed((proposals(big, poor, TRUTH),), limit), prune=False)
    for pruned, fitted in zip(steps[:2], whole[:2], strict=True):
        assert limit < pruned.evaluation.score <= fitted.evaluation.score
        assert pruned.evaluation.pruned
        assert fitted.evaluation.fate is Fate.FITTED
    assert steps[-1].incumbent.structure == TRUTH


def test_best_of_batch_lowers_the_cutoff_within_it():
    """After the truth nothing larger need be fitted, unless it was decided on before the truth was told."""
    larger = ring(MODES, (0, 2, 4, 1, 3), (2, 2, 2, 2, 3))
    batches = (proposals(TRUTH, larger),)
    assert drive(ListedBest(batches), ahead=1)[-1].counts.pruned_by_size == 1
    assert drive(ListedBest(batches), ahead=2)[-1].counts.pruned == 0
    assert drive(Listed(batches), ahead=1)[-1].counts.pruned == 0


@pytest.mark.parametrize(
    "engine",
    [
        TNLS(samples=20, generations=4),
        TnALE(first_trips=1),
        TNGA(population=16, keep=6),
        Annealing(warm_up=5, steps=60),
        HillClimb(),
    ],
    ids=["tnls", "tnale", "tnga", "annealing", "hill_climb"],
)
def test_pruning_happens_and_changes_nothing(engine):
    """The proposals and the incumbents are those of a search that fits everything."""
    runs = []
    for prune in (True, False):
        steps = []
        budget = {"max_rank": 3, "max_seconds": 600.0, "ahead": 1}
        for progress in Search(X, 0.02, engine=engine, family="ring", prune=prune, warm=False, seed=4, **budget):
            steps.append(progress)
            if len(steps) == (80 if isinstance(engine, TNLS) else 50):
                break
        runs.append(steps)
    pruned, whole = runs
    assert len(pruned) == len(whole)
    for one, other in zip(pruned, whole, strict=True):
        assert one.evaluation.structure == other.evaluation.structure
        assert _reached(one) == _reached(other)
    assert whole[-1].counts.pruned == 0
    assert pruned[-1].counts.pruned > 0
    if isinstance(engine, TNLS):
        assert pruned[-1].counts.pruned_by_certificate > 0
        assert pruned[-1].counts.pruned_by_size > 0
    assert pruned[-1].counts.fitted < whole[-1].counts.fitted


def _reached(step: Progress) -> Structure | None:
    best = step.incumbent
    return best.structure if best and best.relative_error <= 0.02 else None


def test_ends_with_the_budget():
    """Of evaluations: repetitions are free. Of seconds: at once."""
    batch = proposals(TRUTH, TRUTH, *(ring(MODES, range(5), (rank, 2, 2, 2, 2)) for rank in (1, 2, 3)))
    steps = drive(Listed((batch,)), max_evaluations=2)
    assert steps[-1].counts.fitted == 2
    assert steps[-1].counts.proposed == 3
    assert "2 evaluations" in steps[-1].status
    late = drive(Listed((batch,)), max_seconds=1e-9)
    assert late[-1].counts.fitted == 0
    assert "seconds" in late[-1].status


def test_an_engine_that_proposes_nothing_ends_the_search():
    """There is one last snapshot, and no result."""
    steps = drive(Listed(()))
    assert len(steps) == 1
    assert "nothing more" in steps[0].status
    run = Search(X, 0.02, engine="random", max_seconds=1e-9)
    assert list(run)[-1].evaluation is None
    with pytest.raises(FormatError, match="No structure was fitted"):
        _ = run.result


def test_a_pause_of_the_caller_takes_no_time_from_fits_in_flight(clock):
    """A pause that is longer than the seconds allowed changes no evaluation."""
    batch = proposals(
        *(ring(MODES, around, (2, 2, 2, 2, 2)) for around in ((0, 1, 2, 3, 4), (0, 2, 1, 3, 4), (0, 3, 1, 2, 4)))
    )
    found = {}
    for pause in (0.0, 2.5):
        problem = Problem(X, FewestParameters(0.02), "any", budget=Budget(max_seconds=2.0))
        generator = torch.Generator().manual_seed(0)
        run = Driver(Listed((batch,)), Evaluator(problem), generator, begun=clock.now).run()
        first = next(run)
        clock.now += pause
        found[pause] = [(one.evaluation.relative_error, one.evaluation.sweeps) for one in (first, *run)]
    assert found[0.0] == found[2.5]


def test_starting_processes_is_no_part_of_the_search(clock):
    """They may take seconds; the budget begins when fits can."""

    class Slow(Inline):
        @override
        def connect(self, evaluator: Evaluator) -> InlineChannel:
            clock.now += 2.0
            return super().connect(evaluator)

    steps = drive(Listed((proposals(TRUTH),)), executor=Slow(), max_seconds=2.0, begun=clock.now)
    assert steps[-1].counts.fitted == 1
    assert steps[-1].seconds == 0.0


def test_a_fit_stops_at_the_target():
    """The truth needs few sweeps; going on to convergence would take more."""
    batch = (proposals(TRUTH),)
    reached = drive(Listed(batch))[-1]
    converged = drive(Listed(batch), objective=WeightedSum(200.0))[-1]
    assert reached.incumbent.relative_error <= 0.02
    assert reached.counts.sweeps < converged.counts.sweeps


def test_stops_when_nothing_smaller_can_do():
    """An incumbent with as many parameters as were proved necessary ends the search before the engine does."""
    exact = planted(TRUTH, seed=1)
    run = Search(exact, 1e-4, engine="greedy_tn", family="ring", max_rank=3)
    steps = list(run)
    assert run.result.proved
    assert steps[-1].status.startswith("Proved")


@pytest.mark.parametrize(
    "structure",
    [
        from_ranks(MODES, {(0, 1): 2, (1, 2): 2, (0, 2): 2}),
        ring(MODES, range(5), (4, 1, 1, 1, 1)),
        Structure((3, 3), (Core((0,)), Core((1,))), (Bond((0, 1), 2),)),
    ],
    ids=["an inner triangle", "a rank too large", "other modes"],
)
def test_refuses_proposals_outside_the_problem(structure):
    """The driver raises an error instead of fitting such a structure."""
    with pytest.raises(StructureError, match="outside the family 'ring'"):
        drive(Listed((proposals(structure),)), family="ring", max_rank=3)


def test_weighted_sum_scores_as_the_papers_do():
    """Parameters over entries plus 200 times the squared error; the incumbent is the least score."""
    objective = WeightedSum(200.0, squared=True)
    steps = drive(Listed((proposals(from_ranks(MODES, {}), TRUTH),)), objective=objective)
    for step in steps[:-1]:
        found = step.evaluation
        assert found.score == pytest.approx(found.parameters / 243 + 200 * found.relative_error**2)
    assert steps[-1].incumbent.structure == TRUTH
    assert steps[-1].bound is None


def test_pareto_front_holds_what_nothing_beats():
    """Ascending parameters, descending errors, and never anything beaten."""
    sizes = (ring(MODES, (0, 2, 4, 1, 3), (rank,) * 5) for rank in (3, 1, 2))
    front = drive(Listed((proposals(*sizes),)))[-1].pareto
    assert [found.parameters for found in front] == sorted(found.parameters for found in front)
    errors = [found.relative_error for found in front]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("engine", ["tnls", "tnale", "tnga", "greedy_tn", "annealing", "hill_climb"])
def test_refuses_data_that_cannot_be_fitted(engine):
    """NaN is named before anything is searched."""
    broken = X.clone()
    broken[0, 0, 0, 0, 0] = math.nan
    with pytest.raises(DataError, match="NaN"):
        search(broken, target_error=0.1, engine=engine)


def test_what_one_sweep_could_not_finish_is_not_fitted(clock):
    tensor = torch.randn(*(4,) * 8, generator=torch.Generator().manual_seed(0))
    dense = from_ranks(tensor.shape, {(i, j): 9 for i in range(8) for j in range(i)})
    problem = Problem(tensor, FewestParameters(0.1), budget=Budget(max_seconds=5))
    assert not Evaluator(problem).affordable(dense, clock.now + 5)
    assert Evaluator(problem).affordable(from_ranks(tensor.shape, {(0, 1): 2}), clock.now + 5)
    run = Search(tensor, 0.1, engine=Listed((proposals(dense),)), family="any", max_seconds=5)
    *_, last = run
    assert (last.counts.too_costly, last.counts.pruned, last.counts.fitted) == (1, 1, 0)


def test_a_structure_that_is_too_costly_is_so_twice(monkeypatch):
    """Proposed again while the first was still to be told, it is not fitted unseen."""
    monkeypatch.setattr(Evaluator, "affordable", lambda *_: False)
    monkeypatch.setattr(Evaluator, "__call__", None)
    for ahead in (1, 8):
        steps = drive(Listed((proposals(TRUTH, TRUTH),)), ahead=ahead)
        assert [step.evaluation.fate for step in steps[:-1]] == [Fate.TOO_COSTLY] * 2


def test_what_has_not_begun_when_the_time_is_over_is_not_fitted(monkeypatch, clock):
    """The evaluation of the first fit counts, however long it took; later proposals of the batch are not fitted."""
    fit = Evaluator.__call__

    def slow(*arguments):
        clock.now += 0.5
        return fit(*arguments)

    monkeypatch.setattr(Evaluator, "__call__", slow)
    batch = proposals(*(ring(MODES, range(5), (rank, other, 2, 2, 2)) for rank in (1, 2, 3) for other in (1, 2, 3)))
    steps = drive(Listed((batch,)), max_seconds=0.4, begun=clock.now)
    assert [step.evaluation.number for step in steps] == [1, 1]
    assert steps[-1].counts.fitted == 1
    assert steps[-1].seconds == 0.5
    assert "0.4 seconds" in steps[-1].status
