"""What one more rank would gain, bond by bond."""

import math

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.fitting.bond_gains import bond_gains, shaken
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.fit import fit


def test_the_gain_foretells_where_a_rank_is_missing():
    """Of a train with ranks 3 cut to 3, 1, 3, the cut bond promises the most."""
    structure = formats["tt"].build((5, 6, 6, 5), 3)
    tensor = planted(structure)
    narrow = formats["tt"].build((5, 6, 6, 5), (3, 1, 3))
    network = fit(tensor, narrow).network
    gained = bond_gains(tensor, network, generator=torch.Generator().manual_seed(0))
    assert gained[1] == max(gained)
    assert gained[1] < float((tensor - network.to_tensor()).square().sum())
    assert all(math.isfinite(gain) and gain >= 0 for gain in gained)


def test_of_a_matrix_no_gain_is_above_that_of_the_best_rank(generator):
    """With R the residual and v a random row it is |R v|^2 / |v|^2: at most the largest singular value squared."""
    structure = formats["tt"].build((6, 7), 2)
    tensor = torch.randn(6, 7, generator=generator)
    network = Network.random(structure, generator=generator)
    values = torch.linalg.svdvals(tensor - network.to_tensor()).square()
    for seed in range(5):
        (gain,) = bond_gains(tensor, network, generator=torch.Generator().manual_seed(seed))
        assert float(values[-1]) <= gain <= float(values[0])


def test_shaken_cores_have_one_norm_and_nearly_the_same_tensor(generator):
    network = Network.random(formats["tt"].build((5, 6, 5), 2), generator=generator)
    uneven = Network(network.structure, (network.cores[0] * 1e4, *network.cores[1:]))
    result = shaken(uneven, generator=generator)
    norms = [float(core.norm()) for core in result.cores]
    assert max(norms) == pytest.approx(min(norms), rel=0.01)
    before, after = uneven.to_tensor(), result.to_tensor()
    assert 0 < float((before - after).norm() / before.norm()) < 0.05
