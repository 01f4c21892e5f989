"""Growth reaches the target, and shrinks what it found."""

import torch

from tests.structure_search.engines.toy import ENDLESS
from tnlab.data import datasets
from tnlab.solvers.decompose import decompose
from tnlab.structure_search.engines.growth import GrowthFrom
from tnlab.structure_search.run import Search, search


def test_growth_reaches_the_target_and_shrinks():
    picture = datasets["camera"].source().with_modes((16,) * 4, "plain").tensor
    run = Search(picture, 0.12, engine="growth", max_evaluations=120, max_seconds=ENDLESS)
    sizes = [step.incumbent.parameters for step in run if step.incumbent.relative_error <= 0.12]
    assert run.result.reached
    assert sizes == sorted(sizes, reverse=True)
    assert run.result.parameters < sizes[0] < 3000


def test_growth_goes_on_from_a_given_network():
    picture = datasets["camera"].source().with_modes((16,) * 4, "plain").tensor
    given = decompose(picture, "tt", rank=9)
    engine = GrowthFrom(first=given.network)
    run = Search(picture, given.relative_error, engine=engine, max_evaluations=60, max_seconds=ENDLESS)
    steps = [(step.incumbent.parameters, step.incumbent.relative_error) for step in run]
    assert steps[0][0] == given.network.parameters
    assert run.result.reached
    assert run.result.parameters < given.network.parameters


def test_growth_reaches_the_largest_rank_allowed():
    draw = torch.randn(2, 12, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    left, right = torch.linalg.qr(draw)[0]
    matrix = left @ right.T  # five equal singular values
    assert (
        search(
            matrix, target_error=1e-3, engine="growth", max_rank=5, max_evaluations=200, max_seconds=ENDLESS
        ).parameters
        == 120
    )
