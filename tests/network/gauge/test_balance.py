"""Balancing keeps the tensor and makes the cores as small, and as well-conditioned, as the gauge allows."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.formats import formats
from tnlab.network.gauge.balance import balanced, equal_norms, imbalance
from tnlab.network.network import Network
from tnlab.testing.structures import structures


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def disturbed(network, seed=1, spread=1e3):
    """Return the same tensor in a bad gauge: an ill-conditioned matrix and its inverse on every bond."""
    generator = torch.Generator().manual_seed(seed)
    cores = list(network.cores)
    for place, bond in enumerate(network.structure.bonds):
        if len(bond.cores) > 2:
            continue
        q, _ = torch.linalg.qr(torch.randn(bond.rank, bond.rank, generator=generator, dtype=torch.float64))
        g = q * torch.logspace(0, 1, bond.rank, base=spread, dtype=torch.float64)
        for core, matrix in zip(bond.cores, (g, torch.linalg.inv(g).T), strict=True):
            axis = len(network.structure.cores[core].legs) + network.structure.core_bonds[core].index(place)
            cores[core] = torch.tensordot(cores[core], matrix, dims=([axis], [1])).movedim(-1, axis)
    return Network(network.structure, tuple(cores))


def squares(network):
    return sum(float(core.square().sum()) for core in network.cores)


def condition(network):
    """Return the worst condition number of a core unfolded along a bond."""
    worst = 1.0
    for core, legs in zip(network.cores, network.structure.cores, strict=True):
        for axis in range(len(legs.legs), core.ndim):
            values = torch.linalg.svdvals(core.movedim(axis, 0).reshape(core.shape[axis], -1))
            worst = max(worst, float(values[0] / values[-1].clamp(min=1e-300)))
    return worst


def test_cores_of_equal_norm_multiply_to_the_same_tensor():
    cores = [torch.tensor([4.0]), torch.tensor([3.0, 4.0]), torch.tensor([0.1])]
    after = equal_norms(cores)
    assert torch.allclose(torch.stack([core.norm() for core in after]), torch.tensor(2 ** (1 / 3)))
    assert torch.allclose(after[0] * after[1] * after[2], cores[0] * cores[1] * cores[2])


@pytest.mark.parametrize("entry", [0.0, float("nan"), float("inf")])
def test_cores_with_no_common_norm_stay(entry):
    cores = [torch.tensor([4.0]), torch.tensor([entry])]
    assert all(one is two for one, two in zip(equal_norms(cores), cores, strict=True))


@settings(max_examples=50, deadline=None)
@given(structures(), st.booleans())
def test_the_tensor_stays_and_the_cores_never_grow(structure, bad):
    network = disturbed(random(structure), spread=10) if bad else random(structure)
    after = balanced(network)
    before = network.to_tensor()
    assert after.structure == structure
    assert torch.allclose(after.to_tensor(), before, atol=1e-9 * (float(before.norm()) + 1e-12))
    assert squares(after) <= squares(network) * (1 + 1e-9)


@pytest.mark.parametrize("name", ["tt", "tr", "tucker", "fctn", "cp", "tree", "grid"])
def test_the_two_cores_of_every_bond_end_with_one_gram_matrix(name):
    network = disturbed(random(formats[name].build((5, 5, 5, 5), 2)))
    after = balanced(network, max_sweeps=1000, tolerance=1e-14)
    assert imbalance(after) < 1e-4
    sizes = [float(core.norm()) for core in after.cores]
    assert max(sizes) == pytest.approx(min(sizes), rel=1e-3)


@pytest.mark.parametrize("name", ["tt", "tr", "fctn", "tree"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_bad_gauge_is_repaired(name, seed):
    good = random(formats[name].build((5, 5, 5, 5), 2), seed)
    bad = disturbed(good, seed)
    after = balanced(bad)
    assert imbalance(after) < imbalance(bad) / 100
    assert condition(after) < condition(bad) / 100
    assert squares(after) <= squares(good) * 1.001


def test_balancing_twice_changes_nothing_more():
    once = balanced(random(formats["tr"].build((4, 4, 4, 4), 3)), tolerance=1e-13, max_sweeps=1000)
    twice = balanced(once)
    assert squares(twice) == pytest.approx(squares(once), rel=1e-9)


def test_float32_and_zero():
    network = random(formats["tr"].build((4, 4, 4), 2), dtype=torch.float32)
    after = balanced(network)
    assert after.cores[0].dtype == torch.float32
    assert torch.allclose(after.to_tensor(), network.to_tensor(), atol=1e-5)
    zero = Network(network.structure, tuple(core * 0 for core in network.cores))
    assert float(balanced(zero).to_tensor().abs().max()) == 0.0
