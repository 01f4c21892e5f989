"""SVDinsTN recovers its own test set, with uniform cores as published and with Gaussian ones."""

import pytest
import torch

from tnlab.fitting.mode_scaling import scale_modes
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.engines.svdinstn import SVDinsTN
from tnlab.structure_search.parts.ranks_from_cuts import ranks_from_cuts
from tnlab.structure_search.run import Search

MODES = (8, 9, 10, 11)
RANKS = {(0, 1): 2, (0, 2): 3, (1, 2): 2, (2, 3): 2}
TRUTH = from_ranks(MODES, RANKS)


def tensor(draw, seed=0):
    generator = torch.Generator().manual_seed(seed)
    cores = tuple(draw(shape, generator=generator, dtype=torch.float64) for shape in TRUTH.core_shapes)
    return Network(TRUTH, cores).to_tensor()


@pytest.mark.parametrize("draw", [torch.rand, torch.randn], ids=["uniform", "gaussian"])
def test_finds_the_planted_ranks(draw):
    run = Search(tensor(draw), 1e-5, engine=SVDinsTN(), max_seconds=10)
    steps = list(run)
    assert run.result.structure == TRUTH
    assert run.result.reached
    assert steps[-1].counts.fitted <= 10


def test_published_start_recovers_uniform_cores():
    run = Search(tensor(torch.rand), 1e-2, engine=SVDinsTN(start_from="means", rescale=False, polish=0), max_seconds=10)
    list(run)
    assert run.result.relative_error < 0.1
    assert run.result.parameters < TRUTH.size / 4


def test_iteration_lowers_the_error():
    engine = SVDinsTN(start_from="cuts", rescale=False, polish=0, tolerance=1e-9, iterations=8)
    run = Search(tensor(torch.randn), 1e-6, engine=engine, max_seconds=10)
    errors = [step.evaluation.relative_error for step in run if step.evaluation is not None]
    assert errors[-1] < 0.9 * errors[0]


def test_ranks_follow_from_the_cuts():
    X = tensor(torch.randn, seed=3)
    found = ranks_from_cuts(Search(X, 1e-5, engine=SVDinsTN()).problem.spectra, 1e-5, 8)
    assert {pair: rank for pair, rank in found.items() if rank > 1} == RANKS


def test_scaled_modes_lead_back():
    X = tensor(torch.rand)
    scaled = scale_modes(X)
    network = Network.random(scaled.to_scaled(TRUTH), generator=torch.Generator().manual_seed(0))
    back = scaled.from_scaled(network, TRUTH).to_tensor()
    expected = network.to_tensor()
    for mode, matrix in enumerate(scaled.back):
        expected = (matrix @ expected.movedim(mode, 0).flatten(1)).reshape(
            len(matrix), *expected.movedim(mode, 0).shape[1:]
        )
        expected = expected.movedim(0, mode)
    torch.testing.assert_close(back, expected)
