"""MERA: every layer joins neighbours, then the pairs between them, and halves the sites."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest

from tnlab.formats import formats
from tnlab.network.cuts import cut_rank


def test_sixteen_modes_are_three_layers_and_a_top():
    structure = formats["mera"].build((2,) * 16, 2)
    assert [core.legs for core in structure.cores[:8]] == [(k, k + 1) for k in range(0, 16, 2)]
    rows = Counter(core.position[1] for core in structure.cores)
    assert [rows[height] for height in sorted(rows, reverse=True)] == [8, 8, 4, 4, 2, 2]
    degrees = [len(bonds) for bonds in structure.core_bonds]
    assert degrees[:8] == [2] * 8  # two modes in, two bonds out
    assert sorted(degrees[8:]) == [3] * (8 + 4 + 2) + [4] * (4 + 2)


@pytest.mark.parametrize("order", range(4, 20))
def test_distances_grow_with_the_logarithm(order):
    structure = formats["mera"].build((2,) * order, 2)
    graph = nx.Graph(bond.cores for bond in structure.bonds)
    assert nx.diameter(graph) <= 4 * np.log2(order)
    assert nx.is_biconnected(graph)  # no core is a bottleneck, as one of a tree is


def test_a_cut_of_neighbours_costs_what_the_layers_say():
    structure = formats["mera"].build((2,) * 8, 2)
    assert cut_rank(structure, (0, 1)) == 4  # a whole pair: the two bonds of its disentangler
    assert cut_rank(structure, (1, 2)) == 4  # half of two pairs: their two legs
