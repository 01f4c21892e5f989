"""Greedy structures satisfy every cut, by the steps that a plain loop over the bonds takes."""

# pyright: reportPrivateUsage=false

import itertools
import math

import numpy as np
import pytest

from tests.bounds.random_cuts import random_problem
from tnlab.bounds import greedy
from tnlab.bounds.cut_problem import CutProblem
from tnlab.bounds.greedy import _Chains, _following, best_graph, best_train, cheapest, raised


def chains(given: CutProblem) -> _Chains:
    return _Chains(given, allowed=np.ones(len(given.pairs), dtype=bool), degree=given.order, deadline=math.inf)


def row(given: CutProblem, ranks: dict) -> np.ndarray:
    return np.array([[float(ranks[pair]) for pair in given.pairs]])


@pytest.mark.parametrize("seed", range(6))
def test_growth_raises_the_bond_of_most_gain_per_added_parameter(seed):
    given = random_problem(4, seed, below=8)
    ranks = dict.fromkeys(given.pairs, 1)

    def lacking(mask):
        crossing = [rank for (a, b), rank in ranks.items() if (mask >> a ^ mask >> b) & 1]
        return max(0.0, math.log(given.needed[mask] - 0.5) - math.log(math.prod(crossing)))

    def worth(pair):
        a, b = pair
        gain = sum(
            min(lacking(mask), math.log(1 + 1 / ranks[pair]))
            for mask in given.masks.tolist()
            if (mask >> a ^ mask >> b) & 1
        )
        return gain / (given.parameters(ranks | {pair: ranks[pair] + 1}) - given.parameters(ranks))

    while not given.satisfied(ranks):
        ranks[max(given.pairs, key=worth)] += 1
    assert chains(given).grow(np.ones((1, 6)), None).tolist() == row(given, ranks).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_pruning_breaks_no_cut_and_leaves_no_rank_that_could_be_lower(seed):
    given = random_problem(4, seed, below=8)
    generator = np.random.default_rng(seed)
    wide = generator.integers(1, 9, (20, 6)).astype(float)
    machine = chains(given)
    pruned = machine.prune(wide)
    for before, after in zip(wide.tolist(), pruned.tolist(), strict=True):
        given_ranks, ranks = ({p: int(r) for p, r in zip(given.pairs, one, strict=True)} for one in (before, after))
        assert given.satisfied(given_ranks) == given.satisfied(ranks)
        if not given.satisfied(ranks):
            assert before == after
            continue
        assert machine.costs(np.array([after]))[0] == pytest.approx(given.parameters(ranks))
        for pair in given.pairs:
            assert ranks[pair] == 1 or not given.satisfied(ranks | {pair: ranks[pair] - 1})
    assert any(map(math.isfinite, machine.costs(pruned)))


@pytest.mark.parametrize("order", [3, 4, 5])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_a_train_is_the_cheapest_of_all(order, seed):
    given = random_problem(order, seed, below=8)

    def cost(turn):
        masks = [sum(1 << mode for mode in turn[:place]) for place in range(order + 1)]
        ranks = [int(given.needed[mask]) for mask in masks]
        return sum(given.modes[mode] * ranks[k] * ranks[k + 1] for k, mode in enumerate(turn))

    following, mask, turn = _following(given), 0, []
    while len(turn) < order:
        turn.append(int(following[mask]))
        mask |= 1 << turn[-1]
    assert cost(turn) == min(map(cost, itertools.permutations(range(order))))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_found_satisfies_every_cut_within_the_family(seed):
    given = random_problem(5, seed, below=8)
    train = best_train(given, math.inf)
    assert train is not None
    assert len(train) <= 4
    assert given.satisfied(train)
    for degree in (3, 4):
        graph = best_graph(given, degree, math.inf)
        if graph is not None:
            assert given.satisfied(graph)
            assert all(sum(core in pair for pair in graph) <= degree for core in range(5))
    assert cheapest(given, [None, train, {}]) == train, "a candidate that breaks a cut does not count"
    assert cheapest(given, [None, {}]) is None


def test_ranks_above_the_largest_are_not_raised():
    given = random_problem(3, 0, below=8)
    assert raised(given, {(0, 1): 10, (1, 2): 1}, math.inf) is None


def test_large_problems_get_fewer_chains(monkeypatch):
    """So that an array with a number per chain, cut and bond stays within ``BLOCK``."""
    given, seen = random_problem(5, 1, below=8), []
    monkeypatch.setattr(greedy, "BLOCK", 3 * given.crossings.size)
    grow = _Chains.grow
    monkeypatch.setattr(_Chains, "grow", lambda self, ranks, draw: seen.append(len(ranks)) or grow(self, ranks, draw))
    best_graph(given, 4, math.inf)
    assert set(seen) == {3}
