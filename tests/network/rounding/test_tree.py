"""Rounding of trees: both algorithms agree, and the error budget is spent as the singular values say."""

import numpy as np
import pytest
import torch

from tnlab.formats import formats
from tnlab.network.arithmetic import add, scale
from tnlab.network.network import Network
from tnlab.network.rounding.tree import ErrorBudget, round_by_qr, round_by_triangles, truncate_by_qr
from tnlab.network.structure import Bond, Core, Structure


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def true_error(before, after):
    a, b = before.to_tensor(), after.to_tensor()
    return float((a - b).norm() / a.norm())


@pytest.mark.parametrize("by", [round_by_qr, round_by_triangles])
def test_both_ways_on_a_tree_agree(by):
    network = random(formats["tree"].build((4,) * 6, 4))
    rounded, error = by(network, ErrorBudget([2] * len(network.structure.bonds)))
    assert error == pytest.approx(true_error(network, rounded), rel=1e-10)
    expected, _ = round_by_qr(network, ErrorBudget([2] * len(network.structure.bonds)))
    assert error == pytest.approx(true_error(network, expected), rel=0.05)


def test_a_budget_keeps_the_least_rank_and_hands_on_what_is_left():
    """Norm 1, error 0.5: two bonds may discard 0.125 each of the squares; what the first leaves goes to the second."""
    budget = ErrorBudget([4, 4], 0.5, 1.0)
    assert budget.rank(0, np.array([0.8, 0.1, 0.07, 0.03])) == 2
    assert budget.spent == pytest.approx(0.1)
    assert budget.rank(1, np.array([0.8, 0.06, 0.07, 0.07])) == 2  # 0.14 is within the 0.15 left, 0.2 is not
    assert budget.error == pytest.approx(0.24**0.5)


def test_a_budget_never_exceeds_the_largest_rank_and_never_gives_none():
    assert ErrorBudget([2], None, 1.0).rank(0, np.array([0.5, 0.3, 0.2])) == 2
    assert ErrorBudget([3], 0.9, 1.0).rank(0, np.array([0.4, 0.3, 0.3])) == 1
    assert ErrorBudget([5]).rank(0, np.zeros(3)) == 1


def test_without_an_error_only_rounding_errors_are_dropped():
    """Singular values of 1 and 1e-7 are kept; one of 1e-17 is below the rounding unit."""
    budget = ErrorBudget([3], None, 1.0)
    assert budget.rank(0, np.array([1.0, 1e-7, 1e-17]) ** 2) == 2


@pytest.mark.parametrize("target", [1e-3, 1e-6, 1e-12, None])
@pytest.mark.parametrize("name", ["tt", "tree", "tucker"])
def test_the_ranks_of_a_sum_are_found(name, target):
    network = random(formats[name].build((4,) * 4, 2))
    twice = add(network, network)
    rounded, error = round_by_triangles(twice, ErrorBudget(list(twice.structure.ranks), target))
    assert rounded.structure.ranks == network.structure.ranks
    assert error < 1e-13
    assert true_error(twice, rounded) < 1e-13


@pytest.mark.parametrize("name", ["tt", "tree", "tucker"])
def test_a_faint_term_is_dropped_and_its_size_told(name):
    network = random(formats[name].build((4,) * 4, 2))
    both = add(network, scale(random(network.structure, 1), 1e-3))
    rounded, error = round_by_triangles(both, ErrorBudget(list(both.structure.ranks), 1e-2))
    assert rounded.structure.ranks == network.structure.ranks
    assert error == pytest.approx(true_error(both, rounded), rel=1e-9)


def test_one_bond_is_truncated_by_its_singular_values():
    """A matrix: Eckart and Young."""
    network = random(Structure((6, 7), (Core((0,)), Core((1,))), (Bond((0, 1), 5),)))
    values = torch.linalg.svdvals(network.to_tensor())
    cut, error = truncate_by_qr(network, 0, 2, None)
    assert cut.structure.ranks == (2,)
    assert error == pytest.approx(float(values[2:].norm() / values.norm()), rel=1e-12)
    assert true_error(network, cut) == pytest.approx(error, rel=1e-10)
