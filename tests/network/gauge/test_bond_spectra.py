"""The singular values of a bond: those of the unfolding on a tree, those of its two cores in a loop."""

import pytest
import torch
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.network.arithmetic import scale
from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

TREE = Structure(
    (3, 3, 3, 3),
    (*(Core((k,)) for k in range(4)), Core(()), Core(())),
    (Bond((0, 4), 2), Bond((1, 4), 2), Bond((2, 5), 2), Bond((3, 5), 2), Bond((4, 5), 3)),
)


def random(structure, seed=0):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed))


def test_spectra_on_a_tree_are_schmidt_values():
    network = random(TREE)
    tensor = network.to_tensor()
    for bond, side in ((0, (0,)), (2, (2,)), (4, (0, 1))):
        rest = [mode for mode in range(4) if mode not in side]
        values = torch.linalg.svdvals(tensor.permute(*side, *rest).reshape(3 ** len(side), -1))
        values = values[: TREE.bonds[bond].rank] / values.norm()
        assert torch.allclose(bond_spectra(network)[bond], values, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(structures())
def test_every_bond_has_a_normalised_descending_spectrum(structure):
    for bond, values in zip(structure.bonds, bond_spectra(random(structure)), strict=True):
        assert len(values) == bond.rank
        assert float(values.norm()) == pytest.approx(1)
        assert bool((values.diff() <= 1e-12).all())


def test_spectra_in_a_loop_are_those_of_the_two_cores_contracted():
    ring = random(formats["tr"].build((3, 4, 5), 2))
    left, right = ring.cores[0], ring.cores[1]  # axes: leg, bond 0-1, the other bond
    first = next(place for place, bond in enumerate(ring.structure.bonds) if bond.cores == (0, 1))
    axes = [1 + ring.structure.core_bonds[core].index(first) for core in (0, 1)]
    pair = torch.tensordot(left, right, dims=([axes[0]], [axes[1]])).reshape(6, 8)
    values = torch.linalg.svdvals(pair)[:2]
    assert torch.allclose(bond_spectra(ring)[first], values / values.norm(), atol=1e-7)


def test_a_hyper_bond_shows_the_norms_of_its_components():
    cp = random(formats["cp"].build((4, 5, 6), 3))
    norms = torch.stack([core.norm(dim=0) for core in cp.cores]).prod(0).sort(descending=True).values
    assert torch.allclose(bond_spectra(cp)[0], norms / norms.norm())


def test_a_zero_network_has_zero_spectra():
    zero = scale(random(TREE), 0.0)
    assert all(float(values.norm()) == 0.0 for values in bond_spectra(zero))
