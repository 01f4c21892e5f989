"""The fewest parameters of a ring are those over all cyclic orders and ranks, by brute force."""

import itertools
import math

import numpy as np
import pytest

from tnlab.bounds.cut_problem import CutProblem
from tnlab.bounds.ring_family import ring_searches, solve


def problem(order: int, seed: int) -> CutProblem:
    generator = np.random.default_rng(seed)
    everything = (1 << order) - 1
    needed = np.ones(everything + 1, dtype=np.int64)
    for mask in range(1, 1 << (order - 1)):
        needed[mask] = needed[everything - mask] = generator.integers(1, 10)
    return CutProblem(tuple(generator.integers(1, 6, order).tolist()), needed, 3)


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
    given = problem(order, seed)
    cheapest = min(map(given.parameters, rings(given)), default=math.inf)
    found = solve(given, math.inf, None)
    assert found.bound == cheapest
    if found.ranks is not None:
        assert given.parameters(found.ranks) == cheapest
        assert given.satisfied(found.ranks)
        assert all(sum(core in pair for pair in found.ranks) == 2 for core in range(order))


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_of_a_search_is_below_every_ring_of_its_smallest_rank(seed):
    given = problem(4, seed)
    searches = list(ring_searches(given, math.inf))
    assert searches
    for least, search in enumerate(searches, start=1):
        of_rank = [given.parameters(ranks) for ranks in rings(given) if min(ranks.values()) == least]
        assert search.bound <= min(of_rank, default=math.inf)


def test_without_time_every_core_alone_is_the_bound():
    given = problem(5, 1)
    assert solve(given, -1.0, None).bound == given.least
