"""Every labelled tree is there once, and the fewest parameters are those over all trees and ranks."""

# pyright: reportPrivateUsage=false

import itertools
import math

import networkx as nx
import numpy as np
import pytest

from tests.bounds.random_cuts import random_problem
from tnlab.bounds.cut_problem import CutProblem
from tnlab.bounds.tree_family import _bonds, ascending_trees, solve


def trees(order: int) -> list[list[tuple[int, int]]]:
    """Return the bonds of every tree over the cores."""
    pairs = list(itertools.combinations(range(order), 2))
    chosen = itertools.combinations(pairs, order - 1)
    return [list(bonds) for bonds in chosen if nx.is_tree(nx.Graph(bonds)) and len(nx.Graph(bonds)) == order]


def satisfying(given: CutProblem):
    """Yield the ranks of every tree that satisfies every cut."""
    for bonds in trees(given.order):
        for choice in itertools.product(range(1, given.max_rank + 1), repeat=len(bonds)):
            ranks = dict(zip(bonds, choice, strict=True))
            if given.satisfied(ranks):
                yield ranks


@pytest.mark.parametrize("order", [3, 4, 5])
def test_codes_are_all_labelled_trees_and_masks_their_sides(order):
    count = order ** (order - 2)
    decoded = list(_bonds(order, np.arange(count)))
    found = set()
    for code in range(count):
        bonds = [(int(a[code]), int(b[code]), int(mask[code])) for a, b, mask in decoded]
        graph = nx.Graph([(a, b) for a, b, _ in bonds])
        found.add(frozenset(tuple(sorted((a, b))) for a, b, _ in bonds))
        for a, b, mask in bonds:
            cut = graph.copy()
            cut.remove_edge(a, b)
            assert mask == sum(1 << core for core in nx.node_connected_component(cut, a))
    assert found == {frozenset(bonds) for bonds in trees(order)}
    assert len(found) == count


@pytest.mark.parametrize("seed", range(15))
def test_the_bound_is_the_cheapest_tree(seed):
    given = random_problem(4, seed, below=8, max_rank=4)
    cheapest = min(map(given.parameters, satisfying(given)), default=math.inf)
    found = solve(given, math.inf, None)
    assert found.bound == cheapest
    if found.ranks is not None:
        assert given.parameters(found.ranks) == cheapest
        assert given.satisfied(found.ranks)


@pytest.mark.parametrize("seed", range(6))
def test_trees_ascend_and_none_is_left_out(seed):
    """Every tree that satisfies the cuts, with no rank below that of its own cut, in the order of parameters."""
    given = random_problem(4, seed, below=8, max_rank=4)
    found = [dict(ranks) for ranks in ascending_trees(given, math.inf)]
    costs = [given.parameters(ranks) for ranks in found]
    assert costs == sorted(costs)
    assert {frozenset(ranks.items()) for ranks in found} == {frozenset(ranks.items()) for ranks in satisfying(given)}
