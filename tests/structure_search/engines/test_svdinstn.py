"""SVDinsTN recovers its own test set, with uniform cores as published and with Gaussian ones."""

import pytest
import torch

from tests.structure_search.engines.toy import ENDLESS
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.engines.svdinstn import SVDinsTN
from tnlab.structure_search.run import Search

TRUTH = from_ranks((8, 9, 10, 11), {(0, 1): 2, (0, 2): 3, (1, 2): 2, (2, 3): 2})


def tensor(draw, seed=0):
    generator = torch.Generator().manual_seed(seed)
    cores = tuple(draw(shape, generator=generator, dtype=torch.float64) for shape in TRUTH.core_shapes)
    return Network(TRUTH, cores).to_tensor()


@pytest.mark.parametrize("draw", [torch.rand, torch.randn], ids=["uniform", "gaussian"])
def test_finds_the_planted_ranks(draw):
    run = Search(tensor(draw), 1e-5, engine=SVDinsTN(), max_evaluations=20, max_seconds=ENDLESS)
    steps = list(run)
    assert run.result.structure == TRUTH
    assert run.result.reached
    assert steps[-1].counts.fitted <= 10


def test_published_start_recovers_uniform_cores():
    run = Search(
        tensor(torch.rand),
        1e-2,
        engine=SVDinsTN(start_from="means", rescale=False, polish=0),
        max_evaluations=20,
        max_seconds=ENDLESS,
    )
    list(run)
    assert run.result.relative_error < 0.1
    assert run.result.parameters < TRUTH.size / 4


def test_iteration_lowers_the_error():
    engine = SVDinsTN(start_from="cuts", rescale=False, polish=0, tolerance=1e-9, iterations=8)
    run = Search(tensor(torch.randn), 1e-6, engine=engine, max_evaluations=20, max_seconds=ENDLESS)
    errors = [step.evaluation.relative_error for step in run if step.evaluation is not None]
    assert errors[-1] < 0.9 * errors[0]
