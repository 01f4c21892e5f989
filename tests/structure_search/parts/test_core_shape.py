"""Core shapes: packing keeps to the budget, the exact one is the best, and a fit decides in the end."""

from itertools import product

import numpy as np
import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.errors import FormatError, UnknownNameError
from tnlab.formats import formats
from tnlab.solvers.fit import fit
from tnlab.structure_search.parts import core_shape as module
from tnlab.structure_search.parts.core_shape import METHODS, core_shape, exact_packing, greedy_ranks, tucker_parameters

MODES = (6, 7, 8)


def tensor(noise=0.3):
    return planted(formats["tucker"].build(MODES, 3), noise=noise, seed=1)


@pytest.mark.parametrize("method", METHODS)
def test_keeps_to_the_budget(method):
    found = core_shape(tensor(), budget=90, method=method)
    assert found.parameters == tucker_parameters(MODES, found.shape) <= 90
    assert found.squared_error <= found.promised + 1e-12


def test_portfolio_is_never_worse():
    for budget in (40, 90, 150):
        errors = {method: core_shape(tensor(), budget=budget, method=method).squared_error for method in METHODS}
        assert errors["portfolio"] <= min(errors[m] for m in ("greedy", "bang_for_buck", "exact")) + 1e-12


def test_exact_packing_against_every_shape():
    generator = torch.Generator().manual_seed(0)
    weights = [
        torch.rand(n, generator=generator, dtype=torch.float64).sort(descending=True).values.numpy() for n in MODES
    ]
    shape = exact_packing(MODES, weights, 100)
    every = (s for s in product(*(range(1, n + 1) for n in MODES)) if tucker_parameters(MODES, s) <= 100)
    best = max(sum(w[:r].sum() for w, r in zip(weights, s, strict=True)) for s in every)
    assert sum(w[:r].sum() for w, r in zip(weights, shape, strict=True)) == pytest.approx(best)


def test_loss_is_that_of_a_tucker_fit():
    found = core_shape(tensor(), budget=120, method="greedy")
    peer = fit(tensor(), formats["tucker"].build(MODES, found.shape), tolerance=1e-9)
    assert found.squared_error == pytest.approx(peer.relative_error**2, rel=1e-3)


def test_says_what_does_not_fit():
    with pytest.raises(FormatError, match="22 parameters"):
        core_shape(tensor(), budget=21)
    with pytest.raises(UnknownNameError):
        core_shape(tensor(), budget=90, method="guess")


def test_what_is_promised_is_the_sum_of_the_tails():
    """The bound of the higher-order singular value decomposition, from the unfoldings of a tensor without symmetry."""
    X = tensor()
    found = core_shape(X, budget=90, method="greedy")
    tails = 0.0
    for mode, rank in enumerate(found.shape):
        values = torch.linalg.svdvals(X.movedim(mode, 0).reshape(X.shape[mode], -1)).square()
        tails += float(values[rank:].sum() / values.sum())
    assert found.promised == pytest.approx(tails)


def test_packing_by_value_and_by_value_per_parameter():
    """The heaviest next value costs ten parameters, the other one: per parameter the lighter one comes first."""
    weights = [np.array([1.0, 0.5, 0.4]), np.array([1.0, 0.2, 0.1])]

    def parameters(ranks):
        return 10 * ranks[0] + ranks[1]

    def packed(budget, *, per_parameter):
        return greedy_ranks(parameters, weights, lambda ranks: parameters(ranks) <= budget, per_parameter=per_parameter)

    assert packed(21, per_parameter=False) == (2, 1)
    assert packed(21, per_parameter=True) == (1, 3)
    assert packed(23, per_parameter=True) == (2, 3)
    assert packed(1000, per_parameter=True) == packed(1000, per_parameter=False) == (3, 3)


@pytest.mark.parametrize("method", METHODS)
def test_a_budget_may_be_spent_to_its_last_parameter(method):
    """An exact tensor of ranks 2 is found with just as many parameters as these ranks take."""
    exact = planted(formats["tucker"].build(MODES, 2), noise=0.0, seed=1)
    found = core_shape(exact, budget=tucker_parameters(MODES, (2, 2, 2)), method=method)
    assert found.shape == (2, 2, 2)
    assert found.squared_error == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("best", ["greedy", "bang_for_buck", "exact"])
def test_the_portfolio_goes_on_from_the_best_of_three_packings(best, monkeypatch):
    """One of the three finds the ranks of the tensor, the others one rank less; no neighbour is tried."""
    shapes = dict.fromkeys(["greedy", "bang_for_buck", "exact"], (2, 2, 1)) | {best: (2, 2, 2)}

    def packed(*_, per_parameter):
        return shapes["bang_for_buck" if per_parameter else "greedy"]

    monkeypatch.setattr(module, "greedy_ranks", packed)
    monkeypatch.setattr(module, "exact_packing", lambda *_: shapes["exact"])
    monkeypatch.setattr(module, "_neighbours", lambda *_: iter(()))
    exact = planted(formats["tucker"].build(MODES, 2), noise=0.0, seed=1)
    assert core_shape(exact, budget=100).shape == (2, 2, 2)
