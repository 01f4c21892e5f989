"""The tree along which a network is contracted at single entries is cheap, and its cost is counted right."""

import pytest
from hypothesis import given, settings

from tnlab.fitting.entries.contraction_tree import BATCHED, edge, entry_cost, entry_tree
from tnlab.fitting.sweep.dimension_tree import leaves
from tnlab.formats import formats
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
    assert edge(ring, (0, 1, 2, 3)) == ()
    assert {frozenset(ring.bonds[bond].cores) for bond in edge(ring, (0, 1))} == {frozenset((1, 2)), frozenset((0, 3))}


def test_the_cost_of_two_cores_by_hand():
    """At each of three contractions r multiplications, all with an operand that entries share; r^2 to use a core."""
    structure = formats["tt"].build((5, 5), 3)
    assert entry_cost(structure, (0, 1)) == 3 * 3 + 2 * 3**2
    assert BATCHED > 1
