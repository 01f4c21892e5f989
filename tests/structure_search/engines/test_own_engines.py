"""The engines of our own: they find what was planted, and say what it is worth."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tnlab import FewestParameters, Search, WeightedSum, search
from tnlab.data import datasets, planted
from tnlab.errors import DataError, FormatError, UnknownNameError
from tnlab.metrics import relative_error
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.engines.optuna_samplers import TPE
from tnlab.structure_search.parts.rank_gains import rank_gains, rank_losses
from tnlab.structure_search.problem import Problem

TOY = torch.as_tensor(np.load(Path(__file__).parents[3] / "benchmarks" / "data" / "tnale_ring_toy.npy"))
TRUTH = {(0, 3): 3, (0, 5): 2, (1, 2): 2, (1, 4): 2, (2, 3): 4, (4, 5): 3}  # as its authors give it


@pytest.mark.parametrize("engine", ["certificate", "auto"])
def test_the_published_toy_is_found_with_one_fit_and_proved(engine):
    result = search(TOY, target_error=1e-4, engine=engine, family="ring", seed=1)
    assert isomorphic(result.structure, from_ranks(TOY.shape, TRUTH))
    assert (result.parameters, result.counts.fitted) == (126, 1)
    assert result.proved
    assert result.gap == 0
    assert "ring" in result.bound.scope
    assert relative_error(TOY, result.network.to_tensor()) < 1e-4


def test_a_planted_graph_is_found_among_all_graphs():
    truth = from_ranks((16,) * 4, {(0, 1): 2, (0, 2): 3, (1, 2): 1, (1, 3): 2, (2, 3): 2})
    result = search(planted(truth, noise=0.01, seed=5), target_error=0.011, engine="certificate", family="any")
    assert result.parameters <= truth.parameters
    assert result.counts.fitted <= 3
    assert result.bound.parameters <= result.parameters


def test_certificate_needs_a_target():
    with pytest.raises(FormatError, match="target_error"):
        search(TOY, objective=WeightedSum(200), engine="certificate", family="ring")


def test_growth_reaches_the_target_and_shrinks():
    picture = datasets["camera"].source().with_modes((16,) * 4, "plain").tensor
    run = Search(picture, 0.12, engine="growth", max_evaluations=120)
    sizes = [step.incumbent.parameters for step in run if step.incumbent.relative_error <= 0.12]
    assert run.result.reached
    assert sizes == sorted(sizes, reverse=True)
    assert run.result.parameters < sizes[0] < 3000


def test_auto_lets_growth_improve_what_the_certificate_found():
    picture = datasets["camera"].source().with_modes((16,) * 4, "plain").tensor
    movers = set()
    run = Search(picture, 0.2, engine="auto", max_evaluations=60, max_seconds=30)
    for progress in run:
        movers.add(progress.evaluation.move.split(":")[0])
    assert {"certificate", "growth"} <= movers
    assert run.result.reached


def test_a_weighted_sum_is_minimised_too():
    result = search(TOY, objective=WeightedSum(200), engine="auto", family="ring", max_evaluations=60)
    assert result.bound is None
    assert result.score == pytest.approx(result.parameters / TOY.numel() + 200 * result.relative_error**2)
    assert result.score < 1


def test_gains_are_what_the_best_direction_gives_at_least():
    truth = ring((3,) * 4, (0, 1, 2, 3), (2, 2, 2, 2))
    tensor = planted(truth, seed=2)
    start = Network.random(from_ranks((3,) * 4, {}), generator=torch.Generator().manual_seed(0))
    found = rank_gains(tensor, start)
    before = relative_error(tensor, start.to_tensor()) ** 2
    assert set(found) == {(i, j) for i in range(4) for j in range(i + 1, 4)}
    assert all(0 < gain < before for gain in found.values())


def test_losses_of_a_rank_that_is_not_needed_are_nothing():
    network = Network.random(ring((3,) * 4, (0, 1, 2, 3), (2, 2, 2, 2)), generator=torch.Generator().manual_seed(0))
    first, *others = network.cores
    idle = first.clone()
    idle[:, 1] = 0
    assert min(cost[0] for cost in rank_losses(Network(network.structure, (idle, *others))).values()) < 1e-12


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"target_error": None}, FormatError, "either target_error"),
        ({"target_error": 0.1, "objective": WeightedSum()}, FormatError, "not both"),
        ({"target_error": 1.5}, ValueError, "between 0 and 1"),
        ({"target_error": 0.1, "engine": "certifcate"}, UnknownNameError, "Did you mean 'certificate'"),
        ({"target_error": 0.1, "family": "circle"}, FormatError, "searches the families"),
        ({"target_error": 0.1, "max_seconds": 0}, ValueError, "above 0"),
        ({"target_error": 0.1, "max_rank": 0}, ValueError, "max_rank"),
    ],
)
def test_bad_questions_are_refused(settings, error, words):
    with pytest.raises(error, match=words):
        search(TOY, **settings)


def test_bad_tensors_are_refused():
    broken = TOY.clone()
    broken[0, 0, 0, 0, 0, 0] = float("nan")
    with pytest.raises(DataError, match="1 of 729"):
        search(broken, target_error=0.1)
    with pytest.raises(FormatError, match="order from 2"):
        search(torch.ones(4), target_error=0.1)


def test_leaving_the_loop_keeps_the_best():
    run = Search(TOY, 1e-4, engine="random", family="ring")
    for progress in run:
        if progress.counts.fitted == 3:
            break
    assert run.result.counts.fitted == 3
    assert "request" in run.result.status


def test_growth_reaches_the_largest_rank_allowed():
    draw = torch.randn(2, 12, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    left, right = torch.linalg.qr(draw)[0]
    matrix = left @ right.T  # five equal singular values
    assert search(matrix, target_error=1e-3, engine="growth", max_rank=5, max_seconds=10).parameters == 120


def test_tpe_asks_for_a_batch_at_once():
    """So that several workers are busy; what is under way is not asked for again, and the same seed asks the same."""
    pytest.importorskip("optuna")
    engine = TPE(batch=4)
    problem = Problem(TOY, FewestParameters(0.02), "ring", max_rank=3)
    runs = []
    for _ in range(2):
        generator = torch.Generator().manual_seed(0)
        state = engine.start(problem, generator)
        runs.append([proposal.structure for proposal in engine.ask(state, generator)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4
    run = Search(TOY, 0.02, engine=engine, family="ring", max_rank=3, max_evaluations=20)
    assert list(run)[-1].counts.proposed >= 20
