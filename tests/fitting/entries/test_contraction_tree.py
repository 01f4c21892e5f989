"""The tree along which a network is contracted at single entries is cheap, and its cost is counted right."""

import pytest
from hypothesis import given, settings

from tnlab.fitting.entries.contraction_tree import BATCHED, edges, entry_cost, entry_tree
from tnlab.fitting.sweep.dimension_tree import inner_nodes, leaves
from tnlab.formats import formats
from tnlab.interrupt import Interrupted, Limit, limited
from tnlab.testing.structures import structures


def all_trees(cores):
    """Yield every binary tree over some cores."""
    if len(cores) == 1:
        yield cores[0]
        return
    first, *rest = cores
    for mask in range(2 ** len(rest) - 1):
        left = [first, *(core for k, core in enumerate(rest) if mask >> k & 1)]
        right = [core for k, core in enumerate(rest) if not mask >> k & 1]
        for one in all_trees(left):
            for other in all_trees(right):
                yield one, other


@settings(max_examples=60)
@given(structures())
def test_every_core_is_one_leaf(structure):
    assert sorted(leaves(entry_tree(structure))) == [*range(len(structure.cores))]


@pytest.mark.parametrize("name", ["cp", "tt", "tr", "tucker"])
def test_no_binary_tree_is_cheaper_by_a_twentieth(name):
    structure = formats[name].build((5, 5, 5, 5), (2, 3, 4, 5)[: len(formats[name].topology(4).bonds)])
    least = min(entry_cost(structure, tree) for tree in all_trees([*range(len(structure.cores))]))
    assert least <= entry_cost(structure, entry_tree(structure)) <= 1.05 * least


def test_the_bonds_that_leave_some_cores():
    ring = formats["tr"].build((4,) * 4, 2)
    found = edges(ring, ((0, 1), (2, 3)))
    assert found[((0, 1), (2, 3))] == ()
    assert {frozenset(ring.bonds[bond].cores) for bond in found[(0, 1)]} == {frozenset((1, 2)), frozenset((0, 3))}
    assert found[2] == ring.core_bonds[2]


def test_the_cost_of_two_cores_by_hand():
    """At each of three contractions r multiplications, all with an operand that entries share; r^2 to use a core."""
    structure = formats["tt"].build((5, 5), 3)
    assert entry_cost(structure, (0, 1)) == 3 * 3 + 2 * 3**2
    assert BATCHED > 1


def test_a_long_chain_is_folded_along_itself_without_a_search():
    """Of rank 2: where an inner core joins, contractions of 4, 4 and 4 (batched but at the first); 16 to use it."""
    structure = formats["tt"].build((2,) * 1100, 2)
    tree = entry_tree(structure)
    assert set(leaves(tree)) == {*range(1100)}
    assert all(isinstance(right, int) for _, right in inner_nodes(tree))
    assert entry_cost(structure, tree) == 1098 * 16 + 2 * 4 + 3 * 4 + 1097 * (4 + 4 + BATCHED * 4) + (
        2 + 2 + BATCHED * 2
    )


@pytest.mark.parametrize("name", ["tr", "cp", "binary_tree"])
def test_many_cores_have_a_tree_no_dearer_than_their_own_order(name):
    structure = formats[name].build((2,) * 60, 2)
    tree = entry_tree(structure)
    assert sorted(leaves(tree)) == [*range(len(structure.cores))]
    own = 0
    for core in range(1, len(structure.cores)):
        own = own, core
    assert entry_cost(structure, tree) <= entry_cost(structure, own)


def test_the_search_for_a_tree_can_be_stopped():
    structure = formats["tr"].build((2,) * 61, 2)
    with limited(Limit(cancel=lambda: True)), pytest.raises(Interrupted):
        entry_tree(structure)
