"""The fewest parameters of a ring are those over all cyclic orders and ranks, by brute force."""

import itertools
import math

import pytest

from tests.bounds.random_cuts import random_problem
from tnlab.bounds.cut_problem import CutProblem
from tnlab.bounds.ring_family import ring_searches, solve


def rings(given: CutProblem):
    """Yield the ranks of every ring that satisfies every cut."""
    order = given.order
    for rest in itertools.permutations(range(1, order)):
        turn = (0, *rest)
        if turn[1] > turn[-1]:
            continue  # the same ring backwards
        pairs = [tuple(sorted((turn[k - 1], turn[k]))) for k in range(order)]
        for choice in itertools.product(range(1, given.max_rank + 1), repeat=order):
            ranks = dict(zip(pairs, choice, strict=True))
            if given.satisfied(ranks):
                yield ranks


@pytest.mark.parametrize(("order", "seed"), [*((4, seed) for seed in range(12)), (5, 0), (5, 3)])
def test_the_bound_is_the_cheapest_ring(order, seed):
    given = random_problem(order, seed, below=10, max_rank=3)
    cheapest = min(map(given.parameters, rings(given)), default=math.inf)
    found = solve(given, math.inf, None)
    assert found.bound == cheapest
    if found.ranks is not None:
        assert given.parameters(found.ranks) == cheapest
        assert given.satisfied(found.ranks)
        assert all(sum(core in pair for pair in found.ranks) == 2 for core in range(order))


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_of_a_search_is_below_every_ring_of_its_smallest_rank(seed):
    given = random_problem(4, seed, below=10, max_rank=3)
    searches = list(ring_searches(given, math.inf, math.inf))
    assert searches
    for least, search in enumerate(searches, start=1):
        of_rank = [given.parameters(ranks) for ranks in rings(given) if min(ranks.values()) == least]
        assert search.bound <= min(of_rank, default=math.inf)


def test_without_time_every_core_alone_is_the_bound():
    given = random_problem(5, 1, below=10, max_rank=3)
    assert solve(given, -1.0, None).bound == given.least
