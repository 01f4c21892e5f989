"""Ranks that grow: up to those asked for, or until the target error is reached."""

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.formats import formats
from tnlab.network.edits import clip_ranks, set_ranks
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab.solvers.decompose import decompose
from tnlab.solvers.fit import fit
from tnlab.solvers.progressive import Progressive


@pytest.mark.parametrize("name", ["cp", "tt", "tr", "tucker", "ht", "fctn"])
def test_recovers_the_ranks_asked_for(name):
    structure = formats[name].build((7, 8, 7, 8), 2)
    result = fit(planted(structure), structure, solver="progressive", restarts=3)
    assert result.structure == structure
    assert result.relative_error < 1e-5


@pytest.mark.parametrize("name", ["cp", "tt", "tr", "tucker", "ht", "fully_connected", "grid"])
def test_grows_until_the_target_is_reached(name):
    tensor = planted(formats["cp"].build((6, 7, 6, 7), 3), noise=0.02)
    result = decompose(tensor, name, target_error=0.1, solver="progressive")
    assert result.status is Status.REACHED
    assert result.relative_error <= 0.1
    topology = formats[name].build((6, 7, 6, 7), 1)
    assert set_ranks(result.structure, topology.ranks) == topology
    assert result.parameters < tensor.numel() / 4


@pytest.mark.parametrize("seed", range(3))
def test_a_small_target_is_reached_at_the_true_ranks(seed):
    structure = formats["mpo"].build((4,) * 6, 8)
    result = decompose(planted(structure, seed=seed), "mpo", target_error=1e-10, solver="progressive")
    assert result.status is Status.REACHED
    assert result.relative_error <= 1e-10
    assert result.parameters <= structure.parameters * 1.1


@pytest.mark.parametrize("name", formats)
def test_no_rank_grows_beyond_what_its_cut_can_use(name):
    """Noise has full rank: a small target asks for as much as there is."""
    modes = (3, 2, 4, 3) if name != "monarch" else (3, 4, 4, 3)
    tensor = torch.randn(modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    result = decompose(tensor, name, target_error=0.02, solver=Progressive(max_sweeps=60, target_error=0.02))
    assert clip_ranks(result.structure) == result.structure
    terms = [bond.rank for bond in result.structure.bonds if len(bond.cores) > 2]
    assert max(terms, default=0) <= tensor.numel() // 2


def test_ranks_that_lower_the_error_no_more_are_not_kept():
    structure = formats["tt"].build((6,) * 4, 3)
    tensor = planted(structure, seed=1).float()  # no fit of these is below the rounding of float32
    result = decompose(tensor, "tt", target_error=1e-12, solver="progressive")
    assert result.status is Status.CONVERGED
    assert result.relative_error < 1e-6
    assert result.parameters <= structure.parameters * 1.1


def test_goes_on_from_a_network():
    structure = formats["tr"].build((5,) * 4, 2)
    tensor = planted(structure, noise=0.1)
    start = Network.random(structure, generator=torch.Generator().manual_seed(0))
    result = fit(tensor, structure, solver=Progressive(max_sweeps=20), init=start)
    assert result.structure == structure
    assert result.history[-1] < result.history[0]


def test_only_the_bond_that_promises_most_is_widened():
    """Of a train with ranks 3, 1, 3 where 3, 3, 3 was planted, the one in the middle."""
    tensor = planted(formats["tt"].build((5, 6, 6, 5), 3))
    network = fit(tensor, formats["tt"].build((5, 6, 6, 5), (3, 1, 3))).network
    normal = NormalEquations(tensor)
    error = normal.residual(network)
    generator = torch.Generator().manual_seed(0)
    wider = Progressive()._grown(normal, network, error, (0, 1, 2), generator)
    assert wider.structure.ranks == (3, 2, 3)
    assert normal.residual(wider) == pytest.approx(error, rel=0.05)
