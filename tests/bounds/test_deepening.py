"""The search under rising limits finds the fewest parameters, and proves no more than it has looked at."""

import itertools
import math

import numpy as np
import pytest

from tests.bounds.random_cuts import random_problem
from tnlab.bounds.cut_problem import CutProblem
from tnlab.bounds.deepening import BLOCK, Branch, blocks, deepen
from tnlab.bounds.graph_family import GraphSearch


def fewest(given: CutProblem) -> float:
    every = (dict(zip(given.pairs, choice, strict=True)) for choice in itertools.product(range(1, 5), repeat=3))
    return min((given.parameters(ranks) for ranks in every if given.satisfied(ranks)), default=math.inf)


@pytest.mark.parametrize("seed", range(10))
def test_the_fewest_parameters_are_found_with_and_without_a_start(seed):
    given = random_problem(3, seed, max_rank=4)
    start = dict.fromkeys(given.pairs, 4)
    for begun in (None, start) if given.satisfied(start) else (None,):
        found = deepen([GraphSearch(given, 2)], given, math.inf, begun)
        assert found.bound == fewest(given)
        if found.ranks is not None:
            assert given.parameters(found.ranks) == found.bound
            assert given.satisfied(found.ranks)


@pytest.mark.parametrize("seed", range(10))
def test_out_of_time_only_the_first_bound_is_proved(seed):
    given = random_problem(3, seed, max_rank=4)
    searches = [GraphSearch(given, 2)]
    found = deepen(searches, given, -1.0, None)
    assert found.ranks is None
    assert found.bound == max(given.least, searches[0].bound) <= fewest(given)


def test_rows_of_a_branch_keep_costs_and_parts_together():
    branch = Branch(np.arange(4.0), (np.arange(8).reshape(4, 2), np.arange(4)[:, None]))
    some = branch.rows(np.array([3, 1]))
    assert some.costs.tolist() == [3, 1]
    assert [part.tolist() for part in some.parts] == [[[6, 7], [2, 3]], [[3], [1]]]


@pytest.mark.parametrize("width", [0, 1, BLOCK // 3, 10 * BLOCK])
def test_blocks_are_all_the_items_in_order_and_small(width):
    parts = list(blocks(np.arange(10), width))
    assert np.concatenate(parts).tolist() == list(range(10))
    assert all(len(part) == 1 or len(part) * width <= BLOCK for part in parts)
