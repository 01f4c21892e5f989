"""A warm start carries the tensor of a network over to an edited structure, exactly where nothing is lost."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.fitting.warm_start import _match_cores, warm_start
from tnlab.formats import formats
from tnlab.network import edits
from tnlab.network.entries import entries
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

RING = Structure(
    (4, 5, 3, 6), tuple(Core((k,)) for k in range(4)), tuple(Bond(tuple(sorted((k, (k + 1) % 4))), 3) for k in range(4))
)
CP = Structure((4, 5, 3, 6), tuple(Core((k,)) for k in range(4)), (Bond((0, 1, 2, 3), 4),))
TREE = Structure(
    (3, 3, 3, 3),
    (*(Core((k,)) for k in range(4)), Core(()), Core(())),
    (Bond((0, 4), 2), Bond((1, 4), 2), Bond((2, 5), 2), Bond((3, 5), 2), Bond((4, 5), 3)),
)


def random(structure, seed=0):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed))


def distance(network, edited, seed=1):
    """Relative distance between a network's tensor and that of its warm start on another structure."""
    started = warm_start(network, edited, generator=torch.Generator().manual_seed(seed))
    assert started.structure == edited
    before, after = network.to_tensor(), started.to_tensor()
    return float((before - after).norm() / before.norm())


EXACT = {
    "rank up": edits.set_rank(RING, 1, 5),
    "new bond": edits.add_bond(RING, [0, 2], 3),
    "parallel bond": edits.add_bond(RING, [0, 1], 3),
    "hyper-bond": edits.add_bond(RING, [0, 1, 3], 3),
    "new core": edits.add_core(RING, [0, 2], rank=3),
    "new core with a leg": edits.add_core(RING, [0], rank=4, legs=[0]),
    "leg to a neighbour": edits.move_leg(RING, 0, 1),
    "collapse": edits.collapse_bond(RING, 0),
}


@pytest.mark.parametrize("edit", EXACT)
def test_edits_that_lose_nothing_keep_the_tensor(edit):
    assert distance(random(RING), EXACT[edit]) < 1e-12


@pytest.mark.parametrize("bond", range(5))
def test_collapsing_a_tree_keeps_the_tensor(bond):
    assert distance(random(TREE), edits.collapse_bond(TREE, bond)) < 1e-12


@pytest.mark.parametrize("name", [name for name in formats if not formats[name].refusal(6)])
def test_several_bonds_collapsed_at_once_keep_the_tensor(name):
    plan = formats[name].build((2, 3, 2, 3, 2, 2), 2)
    for turn in range(4):
        structure = plan
        for step in range(3):
            if structure.bonds:
                structure = edits.collapse_bond(structure, (3 * turn + 5 * step) % len(structure.bonds))
        assert distance(random(plan), structure) < 1e-12


def test_bonds_collapsed_in_a_long_chain_keep_the_tensor():
    chain = formats["tt"].build((2,) * 300, 3)
    structure = chain
    for bond in (200, 100, 100, 0):
        structure = edits.collapse_bond(structure, bond)
    network = random(chain)
    started = warm_start(network, structure, generator=torch.Generator())
    rows = torch.randint(2, (20, 300), generator=torch.Generator().manual_seed(0))
    assert torch.allclose(entries(started, rows), entries(network, rows), rtol=1e-10)


@pytest.mark.parametrize("order", [40, 200])
@pytest.mark.parametrize("name", ["tt", "tr", "ht"])
def test_bonds_of_networks_too_large_to_be_swept_over_are_widened(name, order):
    network = random(formats[name].build((2,) * order, 2))
    structure = edits.set_ranks(network.structure, [3] * len(network.structure.bonds))
    started = warm_start(network, structure, generator=torch.Generator().manual_seed(1))
    assert started.structure == structure
    at = torch.randint(2, (8, order), generator=torch.Generator().manual_seed(2))
    assert torch.allclose(entries(started, at), entries(network, at), rtol=1e-12, atol=0)
    for place, bond in enumerate(structure.bonds):  # one core is zero there, and the other has what a solver can use
        new = [started.cores[core].select(axis_of(structure, core, place), 2) for core in bond.cores]
        old = [part[tuple(slice(2) for _ in part.shape)] for part in new]  # within the old ranks of other bonds
        assert [bool(part.any()) for part in old].count(True) == 1


def test_a_hyper_bond_widens_without_loss_and_narrows_with_little():
    assert distance(random(CP), edits.set_rank(CP, 0, 6)) < 1e-12
    assert distance(random(CP), edits.set_rank(CP, 0, 3)) < 0.9


def test_narrowing_a_bond_of_two_cores_is_optimal():
    pair = Structure((6, 7), (Core((0,)), Core((1,))), (Bond((0, 1), 5),))
    network = random(pair)
    values = torch.linalg.svdvals(network.to_tensor())
    expected = float(values[3:].norm() / values.norm())
    assert distance(network, edits.set_rank(pair, 0, 3)) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=150, deadline=None)
@given(structures(min_order=2), st.data())
def test_a_warm_start_is_always_a_network_of_the_new_structure(structure, data):
    other = data.draw(structures(min_order=structure.order, max_order=structure.order))
    edited = Structure(structure.modes, other.cores, other.bonds)
    assert np.isfinite(distance(random(structure), edited))


@settings(max_examples=60, deadline=None)
@given(structures(min_cores=2), st.data())
def test_a_wider_bond_keeps_the_tensor(structure, data):
    bond = data.draw(st.integers(0, len(structure.bonds) - 1))
    assert distance(random(structure), edits.set_rank(structure, bond, structure.bonds[bond].rank + 2)) < 1e-10


def test_named_cores_are_recognised_when_others_go():
    def chain(*names):
        cores = tuple(Core((k,), name=name) for k, name in enumerate(names))
        return Structure((3, 3, 3), cores, (Bond((0, 1), 2), Bond((1, 2), 2)))

    turned = Structure(
        (3, 3, 3),
        tuple(Core((k,), name=n) for k, n in ((2, "C"), (1, "B"), (0, "A"))),
        (Bond((0, 1), 2), Bond((1, 2), 2)),
    )
    assert distance(random(chain("A", "B", "C")), turned) < 1e-12
    with pytest.raises(ValueError, match="same modes"):
        distance(random(chain("A", "B", "C")), RING)


def test_a_hyper_bond_that_gains_a_core_and_rank_keeps_the_tensor():
    joined = Structure(CP.modes, (*CP.cores, Core(())), (Bond((0, 1, 2, 3, 4), 6),))
    assert distance(random(CP), joined) < 1e-12


CHAIN = Structure((4, 5, 6), tuple(Core((k,)) for k in range(3)), (Bond((0, 1), 3), Bond((1, 2), 3)))


@pytest.mark.parametrize(("wider", "narrower"), [(0, 1), (1, 0)])
def test_a_wider_bond_beside_a_narrower_one_costs_nothing(wider, narrower):
    """Truncation comes first, so that random entries of the wider bond do not enter it."""
    alone = edits.set_rank(CHAIN, narrower, 1)
    both = edits.set_rank(alone, wider, 5)
    assert distance(random(CHAIN), both) == pytest.approx(distance(random(CHAIN), alone), rel=1e-9)


def test_a_leg_that_moves_to_a_core_not_joined_to_its_own_is_split_off_as_a_factor():
    """Where the core is a product of the leg's vector and the rest, nothing is lost."""
    cores = Core((0, 1)), Core((2,)), Core((3,))
    bonds = Bond((0, 1), 2), Bond((1, 2), 2)
    start = random(Structure((3, 4, 5, 6), cores, bonds))
    vector = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    rest = torch.randn(4, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    first = torch.einsum("a,br->abr", vector, rest)
    product = Network(start.structure, (first, *start.cores[1:]))
    moved = Structure((3, 4, 5, 6), (Core((1,)), Core((2,)), Core((0, 3))), bonds)
    assert distance(product, moved) < 1e-12


def test_cores_without_names_match_by_equal_legs_then_by_a_common_leg():
    old = Structure((3, 3, 3, 3), (Core((0, 1)), Core((2,)), Core((3,))), (Bond((0, 1), 2), Bond((1, 2), 2)))
    new = Structure((3, 3, 3, 3), (Core((3,)), Core((0, 1, 2))), (Bond((0, 1), 2),))
    assert _match_cores(old, new) == {2: 0, 0: 1}
    assert distance(random(old), new) < 1e-12
