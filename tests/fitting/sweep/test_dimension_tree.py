"""A dimension tree holds every core once, and a sweep along it takes few products with the tensor."""

import pytest
from hypothesis import given, settings

from tnlab.fitting.sweep.dimension_tree import dimension_tree, leaves
from tnlab.fitting.sweep.tree_plan import tree_plan
from tnlab.formats import formats
from tnlab.network import edits
from tnlab.testing.structures import structures


def depth(tree):
    return 0 if isinstance(tree, int) else 1 + max(map(depth, tree))


@settings(max_examples=60)
@given(structures())
def test_every_core_is_one_leaf(structure):
    assert sorted(leaves(dimension_tree(structure))) == [*range(len(structure.cores))]


def test_leaves_are_read_left_to_right():
    assert leaves(((3, 0), (1, 2))) == (3, 0, 1, 2)
    assert leaves(2) == (2,)


@pytest.mark.parametrize("name", ["tt", "tr"])
def test_of_a_train_and_a_ring_the_two_halves_are_nearly_equal(name):
    left, right = dimension_tree(formats[name].build((4,) * 8, 3))
    assert {len(leaves(left)), len(leaves(right))} <= {3, 4, 5}


def test_a_sweep_takes_less_than_one_product_with_the_tensor_per_core():
    structure = formats["tt"].build((4,) * 8, 2)
    product = 2 * structure.size * 2  # a multiplication and an addition per entry and value of one bond
    assert tree_plan(structure).flops < 0.75 * len(structure.cores) * product
    assert depth(dimension_tree(structure)) < len(structure.cores) - 1


@pytest.mark.parametrize("name", ["tt", "tr", "peps"])
def test_of_many_cores_the_tree_is_shallow_and_cuts_few_bonds(name):
    structure = formats[name].build((2,) * 225, 3)
    tree = dimension_tree(structure)
    assert sorted(leaves(tree)) == [*range(225)]
    assert depth(tree) <= 14  # log of 225 to the base 3/2
    left = set(leaves(tree[0]))
    assert 75 <= len(left) <= 150
    crossed = sum(len(left & set(bond.cores)) == 1 for bond in structure.bonds)
    assert crossed <= {"tt": 1, "tr": 2, "peps": 30}[name]


def test_most_changes_of_a_rank_keep_the_tree():
    structure = formats["tr"].build((4,) * 6, 4)
    assert dimension_tree(edits.set_rank(structure, 2, 5)) is dimension_tree(structure)
