"""Edits return new structures, and refuse what would break one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network import edits
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

CHAIN = Structure((4, 5, 6), (Core((0,)), Core((1,)), Core((2,))), (Bond((0, 1), 2), Bond((1, 2), 3)))


def test_add_and_remove_a_core():
    more = edits.add_core(CHAIN, [0, 2], rank=2, name="D", position=(1.0, 2.0))
    assert more.cores[3] == Core(())
    assert more.ranks == (2, 3, 2, 2)
    assert edits.remove_core(more, 3) == CHAIN


def test_a_removed_core_takes_its_modes_along_or_leaves_them_to_an_heir():
    assert edits.remove_core(CHAIN, 2) == Structure((4, 5), CHAIN.cores[:2], CHAIN.bonds[:1])
    assert edits.remove_core(CHAIN, 2, heir=1).core_shapes == ((4, 2), (5, 6, 2))


def test_legs_move_and_swap():
    assert edits.move_leg(CHAIN, 0, 1).core_shapes == ((2,), (5, 4, 2, 3), (6, 3))
    assert edits.swap_modes(CHAIN, 0, 2).core_shapes == ((6, 2), (5, 2, 3), (4, 3))
    assert edits.remove_leg(edits.add_leg(CHAIN, 1, 9), 3) == CHAIN


def test_collapse_contracts_parallel_bonds_too():
    double = edits.add_bond(CHAIN, [0, 1], 7)
    assert edits.collapse_bond(double, 0).core_shapes == ((4, 5, 3), (6, 3))


def test_what_breaks_a_rule_is_refused():
    for broken in (
        lambda: edits.remove_bond(CHAIN, 0),
        lambda: edits.remove_core(CHAIN, 1),
        lambda: edits.set_rank(CHAIN, 0, 0),
        lambda: edits.set_rank(CHAIN, 5, 1),
        lambda: edits.add_bond(CHAIN, [1, 1], 2),
        lambda: edits.add_core(CHAIN, [], rank=1),
        lambda: edits.remove_core(CHAIN, -1),
    ):
        with pytest.raises(StructureError):
            broken()


@given(structures(min_cores=2), st.data())
def test_collapsing_every_bond_leaves_one_core(structure, data):
    while structure.bonds:
        fewer = edits.collapse_bond(structure, data.draw(st.integers(0, len(structure.bonds) - 1)))
        assert fewer.modes == structure.modes
        assert len(fewer.cores) < len(structure.cores)
        structure = fewer
    assert len(structure.cores) == 1


def test_clipping_lowers_only_ranks_that_a_core_cannot_carry():
    fat = edits.set_rank(edits.set_rank(CHAIN, 0, 50), 1, 50)
    assert edits.clip_ranks(fat).ranks == (4, 6)
    assert edits.clip_ranks(CHAIN) == CHAIN


def test_set_ranks_gives_every_bond_its_own():
    ring = formats["tensor_ring"].build((2, 3, 4), 2)
    assert edits.set_ranks(ring, (1, 2, 3)).ranks == (1, 2, 3)
    assert edits.set_ranks(ring, ring.ranks) is ring
