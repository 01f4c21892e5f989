"""The normal equations of one core are solved, with a ridge or without, and the error is read off them."""

import numpy as np
import pytest
import torch

from tnlab.fitting.sweep.normal_equations import NormalEquations, apply, terms


def equations(seed=0):
    """Return two Gram matrices and a right side for a core of shape (2, 3, 4)."""
    random = np.random.default_rng(seed)
    halves = [random.normal(size=(6, size)) for size in (3, 4)]
    return [half.T @ half for half in halves], random.normal(size=(2, 3, 4))


def test_the_solution_is_that_of_the_kronecker_product():
    grams, right = equations()
    solution = NormalEquations(torch.ones(2)).solve(grams, right)
    dense = np.linalg.solve(np.kron(*grams), right.reshape(2, 12).T).T
    assert np.allclose(solution.reshape(2, 12), dense, rtol=1e-8)
    assert np.allclose(apply(grams, solution), right)


@pytest.mark.parametrize("ridge", [0.01, 1.0])
def test_a_ridge_is_a_part_of_the_mean_diagonal(ridge):
    """It is added to the diagonal of G, so that the core is smaller than without."""
    (gram, _), right = equations()
    right = right[:, :, 0]
    solution = NormalEquations(torch.ones(2), ridge=ridge).solve([gram], right)
    shifted = gram + ridge * np.trace(gram) / 3 * np.eye(3)
    assert np.allclose(solution, np.linalg.solve(shifted, right.T).T)
    assert np.linalg.norm(solution) < np.linalg.norm(NormalEquations(torch.ones(2)).solve([gram], right))


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("least", [1e-12, 1e-9], ids=["pseudoinverse", "Cholesky"])
def test_a_step_along_weak_directions_does_not_lose_what_the_core_has_there(least, convert):
    """The present core solves the equations already, and a direction of small eigenvalue carries much of it."""
    random = np.random.default_rng(2)
    vectors = np.linalg.qr(random.normal(size=(4, 4)))[0]
    gram = vectors * [1.0, 0.5, 0.1, least] @ vectors.T
    core = random.normal(size=(3, 4)) @ vectors.T + 1e5 * vectors[:, 3]
    fit = NormalEquations(torch.ones(2))
    fit.on_cpu = convert is np.asarray
    gram, core = convert(gram), convert(core)
    found = fit.solve([gram], core @ gram, lambda: core)
    assert np.allclose(found, core, rtol=0, atol=1.0)  # of 1e5: rounding of B moves it along the weak direction
    plain = fit.solve([gram], core @ gram)
    assert float(abs(plain - core).max()) > 1.0


def test_terms_are_the_squared_norm_times_those_of_the_gram_matrices():
    grams, core = equations(1)
    expected = np.linalg.norm(core) ** 2 * np.linalg.norm(grams[0]) * np.linalg.norm(grams[1])
    assert terms(grams, core) == pytest.approx(float(expected))
    assert abs(float((apply(grams, core) * core).sum())) <= expected


def test_a_reading_is_trusted_while_rounding_is_small_against_it():
    fit = NormalEquations(torch.ones(2, dtype=torch.float64))
    assert fit.trusts(0.01, fit.square)
    assert not fit.trusts(1e-12, fit.square)  # no digits are left in the difference
    assert not fit.trusts(0.01, fit.square * 1e16)  # terms that cancel
    single = NormalEquations(torch.ones(2))
    single.tensor = torch.ones(2, dtype=torch.float32)
    assert single.trusts(0.01, single.square)
    assert not single.trusts(1e-5, single.square)
