"""A canonical form is the same tensor with isometric cores; parallel bonds can be made one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network.gauge.canonical import canonical, merge_parallel_bonds
from tnlab.network.graph import is_tree, towards
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.network.unfolding import unfolding
from tnlab.testing.structures import structures


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def trees(**options):
    return structures(hyper=False, max_extra_bonds=0, **options)


@settings(max_examples=60, deadline=None)
@given(trees(), st.integers(0, 4), st.sampled_from([torch.float64, torch.float32]))
def test_the_tensor_stays_and_all_other_cores_are_isometric(structure, centre, dtype):
    centre %= len(structure.cores)
    network = random(structure, dtype=dtype)
    turned = canonical(network, centre)
    slack = 1e-12 if dtype == torch.float64 else 1e-5
    before = network.to_tensor()
    assert turned.cores[0].dtype == dtype
    assert torch.allclose(turned.to_tensor(), before, atol=slack * float(before.norm()) + 1e-30)
    for core, bond, _ in towards(turned.structure, centre):
        axis = len(structure.cores[core].legs) + structure.core_bonds[core].index(bond)
        rows = unfolding(turned.cores[core], axis)
        assert torch.allclose(rows @ rows.T, torch.eye(len(rows), dtype=dtype), atol=slack)
    assert float(turned.cores[centre].norm()) == pytest.approx(float(before.norm()), rel=slack)
    assert all(new <= old for new, old in zip(turned.structure.ranks, structure.ranks, strict=True))


def test_the_centre_of_a_train_holds_the_singular_values():
    network = random(formats["tt"].build((3, 4, 5, 4), 3))
    centre = canonical(network, 2).cores[2]
    ours = torch.linalg.svdvals(centre.movedim(1, 0).reshape(3, -1))
    assert torch.allclose(ours, torch.linalg.svdvals(network.to_tensor().reshape(12, 20))[:3])


@settings(max_examples=40, deadline=None)
@given(structures())
def test_merging_parallel_bonds_keeps_the_tensor(structure):
    network = random(structure)
    merged = merge_parallel_bonds(network)
    assert torch.allclose(merged.to_tensor(), network.to_tensor(), atol=1e-12)
    joins = [bond.cores for bond in merged.structure.bonds]
    assert len(joins) == len(set(joins))


PAIR = (Core((0,)), Core((1,)))


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (formats["cp"].build((3, 3, 3), 2), "joins 3 cores"),
        (Structure((3, 3), PAIR, (Bond((0, 1), 2), Bond((0, 1), 2))), "cores A and B share parallel bonds"),
        (formats["tr"].build((3, 3, 3, 3), 2), "closes 1 loop;"),
        (formats["fctn"].build((3, 3, 3, 3), 2), "closes 3 loops"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(structure, message):
    assert not is_tree(structure)
    with pytest.raises(StructureError, match=message):
        canonical(random(structure))


def test_a_core_that_is_not_there_is_refused():
    with pytest.raises(StructureError, match="from 0 to 1, but is 2"):
        canonical(random(Structure((3, 3), PAIR, (Bond((0, 1), 2),))), 2)


def test_a_long_train_needs_no_deep_recursion():
    network = random(formats["tt"].build((2,) * 1500, 2))
    assert len(canonical(network, 700).cores) == 1500
