"""Structures are isomorphic when they differ by the numbers of cores and bonds only."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.formats import formats
from tnlab.network import edits
from tnlab.network.isomorphism import canonical_form, isomorphic
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures


@given(structures(min_cores=2), st.data())
def test_renumbering_keeps_a_structure_isomorphic(structure, data):
    order = data.draw(st.permutations(range(len(structure.cores))))
    place = {old: new for new, old in enumerate(order)}
    bonds = data.draw(st.permutations(structure.bonds))
    renumbered = Structure(
        structure.modes,
        tuple(structure.cores[old] for old in order),
        tuple(Bond(tuple(sorted(place[core] for core in bond.cores)), bond.rank) for bond in bonds),
    )
    assert isomorphic(structure, renumbered)
    wider = edits.set_rank(renumbered, 0, renumbered.bonds[0].rank + 1)
    assert not isomorphic(structure, wider)


def test_latent_cores_that_refinement_cannot_tell_apart():
    def necklace(*joins):
        cores = (Core((0,)), *(Core(()) for _ in range(6)))
        return Structure((2,), cores, (Bond(tuple(range(7)), 2), *(Bond(join, 2) for join in joins)))

    hexagon = necklace((1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (1, 6))
    triangles = necklace((1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6))
    twisted = necklace((1, 4), (2, 4), (2, 6), (3, 6), (3, 5), (1, 5))
    assert not isomorphic(hexagon, triangles)
    assert isomorphic(hexagon, twisted)


def test_modes_keep_their_numbers():
    """The same path with its modes in another order is another structure, although all sizes are equal."""
    path = formats["tt"].build((3, 3, 3), 2)
    assert not isomorphic(path, edits.swap_modes(path, 0, 1))
    assert isomorphic(path, edits.swap_modes(path, 0, 2))


@settings(max_examples=60, deadline=None)
@given(structures(max_order=2, max_rank=2), structures(max_order=2, max_rank=2))
def test_keys_are_equal_exactly_for_isomorphic_structures(first, second):
    """Against all renumberings of the cores, tried one by one."""

    def seen(structure, order):
        place = {old: new for new, old in enumerate(order)}
        bonds = sorted((sorted(place[core] for core in bond.cores), bond.rank) for bond in structure.bonds)
        return structure.modes, [sorted(structure.cores[old].legs) for old in order], bonds

    there = seen(second, range(len(second.cores)))
    some = any(seen(first, order) == there for order in itertools.permutations(range(len(first.cores))))
    assert (canonical_form(first) == canonical_form(second)) is isomorphic(first, second) is some
