"""Truncation by the environment: the best on a tree, in a loop no worse than truncating the two cores alone."""

import pytest
import torch

from tnlab.formats import formats
from tnlab.network.arithmetic import scale
from tnlab.network.gauge.resize_bond import narrow
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.rounding.loop import _root, truncate_hyper_bond, truncate_pair
from tnlab.network.structure import Bond, Core, Structure
from tnlab.network.unfolding import absorb, rebuilt


def random(structure, seed=0):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed))


def change(before, after):
    return float((before.to_tensor() - after.to_tensor()).norm())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_on_a_tree_the_truncation_is_the_best(rank):
    pair = random(Structure((6, 7), (Core((0,)), Core((1,))), (Bond((0, 1), 4),)))
    values = torch.linalg.svdvals(pair.to_tensor())
    cut, lost = truncate_pair(pair, 0, rank, None)
    assert cut.structure.ranks == (rank,)
    assert lost == pytest.approx(float(values[rank:].norm()), rel=1e-6)
    assert change(pair, cut) == pytest.approx(lost, rel=1e-6)


@pytest.mark.parametrize("bond", [0, 1, 2])
def test_in_a_ring_a_superfluous_component_is_removed_without_loss(bond):
    ring = random(formats["tr"].build((4, 4, 4), 2))
    cores = list(ring.cores)
    generator = torch.Generator().manual_seed(1)
    for core, matrix in zip(ring.structure.bonds[bond].cores, random_pair(2, 3, generator), strict=True):
        absorb(ring.structure, cores, matrix, bond, core)
    wide = rebuilt(ring.structure, cores)
    assert change(ring, wide) < 1e-12
    cut, lost = truncate_pair(wide, bond, None, 1e-6)
    assert cut.structure.ranks == ring.structure.ranks
    assert change(wide, cut) == pytest.approx(lost, abs=1e-7)


def random_pair(old, new, generator):
    """Return matrices A and B, (new, old), such that ``A^T B`` is the identity."""
    right = torch.randn(new, old, generator=generator)
    return torch.linalg.pinv(right).T, right


def test_in_a_ring_the_loss_is_what_is_reported_and_no_more_than_by_singular_values():
    ring = random(formats["tr"].build((5, 5, 5), 3), 2)
    cut, lost = truncate_pair(ring, 0, 2, None)
    assert change(ring, cut) == pytest.approx(lost, rel=1e-6)
    first, second = ring.structure.bonds[0].cores
    arrays = {core: ring.cores[core] for core in (first, second)}
    narrow(arrays, {core: axis_of(ring.structure, core, 0) for core in arrays}, 2)
    simple = rebuilt(ring.structure, [arrays.get(core, array) for core, array in enumerate(ring.cores)])
    assert lost <= change(ring, simple) * (1 + 1e-9)


def test_of_a_hyper_bond_the_faintest_orthogonal_component_goes_first():
    """Orthonormal components with weights 5, 1, 3: the loss is the norm of the weights that are dropped."""
    weights = torch.tensor([5.0, 1.0, 3.0])
    cores = [torch.linalg.qr(random(formats["cp"].build((6,) * 3, 3)).cores[core]).Q for core in range(3)]
    cp = Network(formats["cp"].build((6,) * 3, 3), (cores[0] * weights, cores[1], cores[2]))
    cut, lost = truncate_hyper_bond(cp, 0, 2, None)
    assert lost == pytest.approx(1.0, rel=1e-9)
    assert cut.structure.ranks == (2,)
    assert change(cp, cut) == pytest.approx(lost, rel=1e-9)
    assert truncate_hyper_bond(cp, 0, None, 3.2)[0].structure.ranks == (1,)
    assert truncate_hyper_bond(cp, 0, None, 0.9)[0].structure.ranks == (3,)


def test_components_that_remain_are_weighted_anew():
    """Two equal components are one of twice the weight: dropping one loses nothing."""
    column = torch.ones(4, 1).repeat(1, 2)
    twice = Network(formats["cp"].build((4,) * 3, 2), (column, column, column))
    cut, lost = truncate_hyper_bond(twice, 0, 1, None)
    assert lost == pytest.approx(0.0, abs=1e-6)
    assert torch.allclose(cut.to_tensor(), twice.to_tensor())


def test_a_zero_network_stays_zero():
    zero = scale(random(formats["tr"].build((4, 4, 4), 2)), 0.0)
    assert float(truncate_pair(zero, 0, 1, None)[0].to_tensor().abs().max()) == 0.0


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_the_truncation_of_a_multiple_is_that_multiple_of_the_truncation(size):
    """A system is singular by its own largest eigenvalue, not by an absolute one."""
    ring = random(formats["tr"].build((5, 5, 5), 3), 2)
    cut, lost = truncate_pair(ring, 0, 2, None)
    scaled, scaled_loss = truncate_pair(scale(ring, size), 0, 2, None)
    assert scaled_loss == pytest.approx(size * lost, rel=1e-6)
    assert change(scale(cut, size), scaled) < 1e-4 * scaled_loss
    column = torch.ones(4, 1).repeat(1, 2)
    twice = Network(formats["cp"].build((4,) * 3, 2), (size * column, column, column))
    assert truncate_hyper_bond(twice, 0, 1, None)[1] == pytest.approx(0.0, abs=1e-6 * size)


def test_the_root_of_an_indefinite_matrix_is_that_of_the_nearest_semidefinite_one():
    root = _root(torch.tensor([[2.0, 0.0], [0.0, -0.5]]))
    assert torch.allclose(root.T @ root, torch.tensor([[2.0, 0.0], [0.0, 0.0]]))
