"""Fewest parameters of any network: the least sum over the partitions of the modes."""

import math

import numpy as np
import pytest

from tests.bounds.random_cuts import random_problem
from tnlab.bounds.cut_problem import CutProblem
from tnlab.bounds.general_family import EXACT_ORDER, solve


def partitions(modes):
    """Yield every way to divide the modes among cores."""
    if not modes:
        yield []
        return
    first, rest = modes[0], modes[1:]
    for left in partitions(rest):
        yield [(first,), *left]
        for place, part in enumerate(left):
            yield [*left[:place], (first, *part), *left[place + 1 :]]


@pytest.mark.parametrize("order", [3, 4, 5])
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_the_cheapest_partition(order, seed):
    given = random_problem(order, seed)

    def cost(part):
        return math.prod(given.modes[mode] for mode in part) * int(given.needed[sum(1 << mode for mode in part)])

    cheapest = min(sum(map(cost, division)) for division in partitions(tuple(range(order))))
    assert solve(given, math.inf, None).bound == cheapest


def test_a_rank_one_network_of_many_modes_is_not_ruled_out():
    """Cuts that ask for nothing leave one vector per mode, whose entries the weaker bound must not exceed by one."""
    order = EXACT_ORDER + 1
    given = CutProblem((2,) * order, np.ones(1 << order, dtype=np.int64), 1)
    assert solve(given, math.inf, None).bound == 2 * order


def test_the_weaker_bound_of_many_modes_is_below_the_exact_one(monkeypatch):
    for seed in range(10):
        given = random_problem(6, seed)
        exact = solve(given, math.inf, None).bound
        with monkeypatch.context() as patch:
            patch.setattr("tnlab.bounds.general_family.EXACT_ORDER", 5)
            assert exact / 6 <= solve(given, math.inf, None).bound <= exact
