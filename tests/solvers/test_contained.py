"""What a structure contains: smaller formats and trees, and their networks as its own."""

import math

import pytest
import torch

from tnlab.formats import formats
from tnlab.network.edits import set_ranks
from tnlab.network.graph import is_tree
from tnlab.network.network import Network
from tnlab.solvers.contained import TREES, contained_formats, contained_trees

MODES = (3, 2, 4, 3, 2)


def names_within(name, modes=MODES):
    outer = formats[name].build(modes, 1)
    inner = [found.structure for found in contained_formats(outer)]
    return {other for other, part in formats.items() if not part.refusal(len(modes)) and part.build(modes, 1) in inner}


def test_a_fully_connected_network_contains_ring_train_and_grid():
    assert names_within("fully_connected") == {"tensor_ring", "tensor_train", "grid"}
    assert names_within("tensor_ring") == {"tensor_train"}
    assert names_within("block_term") == {"tucker", "cp"}
    assert names_within("tensor_train") == set()


@pytest.mark.parametrize("name", formats)
@pytest.mark.parametrize("order", [4, 6])
def test_a_network_of_a_contained_structure_is_one_of_the_outer(name, order, generator):
    outer = formats[name].build((3, 2, 4, 3, 2, 2)[:order], 1)
    for inner in (*contained_formats(outer), *contained_trees(outer)):
        ranks = [2 + place % 2 for place in range(len(inner.bonds))]
        network = Network.random(set_ranks(inner.structure, ranks), generator=generator)
        embedded = inner.embedded(network)
        assert set_ranks(embedded.structure, outer.ranks) == outer
        assert [embedded.structure.ranks[bond] for bond in inner.bonds] == ranks
        assert math.prod(embedded.structure.ranks) == math.prod(ranks)
        torch.testing.assert_close(embedded.to_tensor(), network.to_tensor())


@pytest.mark.parametrize("order", [3, 4, 5, 8])
def test_the_trees_are_trees_and_the_train_comes_first(order):
    trees = contained_trees(formats["fully_connected"].build((2,) * order, 1))
    assert all(is_tree(inner.structure) for inner in trees)
    assert trees[0].structure == formats["tensor_train"].build((2,) * order, 1)
    assert 1 <= len(trees) <= TREES
    assert len({inner.structure for inner in trees}) == len(trees)


def test_a_ring_contains_one_train_for_each_bond():
    assert len(contained_trees(formats["tensor_ring"].build(MODES, 1))) == len(MODES)
