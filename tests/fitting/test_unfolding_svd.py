"""A truncated unfolding: its tails are those of a singular value decomposition, its losses are measured."""

import numpy as np
import pytest
import torch

from tnlab.fitting.unfolding_svd import Sketch, Unfolding, least_rank, sketched, sum_of_squares, truncate


def decaying(rows, columns, rate, seed=0):
    """A matrix with singular values 1, rate, rate^2, ..."""
    random = np.random.default_rng(seed)
    left, right = (np.linalg.qr(random.standard_normal((size, rows)))[0] for size in (rows, columns))
    return (left * rate ** np.arange(rows)) @ right.T


def test_the_spectrum_is_that_of_a_singular_value_decomposition():
    generator = np.random.default_rng(0)
    for shape in ((1, 8, 30), (5, 8, 6), (30, 8, 1), (1, 30, 8), (4, 30, 2), (8, 30, 1)):
        for dtype in (np.float64, np.float32):
            array = generator.standard_normal(shape).astype(dtype)
            unfolding = Unfolding(array)
            matrix = np.moveaxis(array, 1, 0).reshape(shape[1], -1).astype(float)
            values = np.linalg.svd(matrix)[1]
            found = truncate(unfolding, rank=3)
            assert found.discarded == pytest.approx((values[3:] ** 2).sum(), rel=1e-9)
            inside = np.linalg.norm(unfolding.onto(found.basis)) ** 2
            assert np.linalg.norm(matrix) ** 2 - inside == pytest.approx(found.discarded, rel=1e-9)


def test_a_random_sample_measures_what_it_misses():
    matrix = decaying(200, 300, 0.8)
    unfolding = Unfolding(matrix[None])
    sketch = Sketch(torch.Generator().manual_seed(0), power_iterations=2)
    total = float((matrix**2).sum())
    best = truncate(unfolding, rank=10)
    found = sketched(unfolding, sketch, total=total, rank=10)
    lost = np.linalg.norm(matrix - found.basis @ (found.basis.T @ matrix)) ** 2
    assert found.discarded == pytest.approx(lost, rel=1e-6)
    assert (1 - 1e-9) * best.discarded <= found.discarded <= 1.05 * best.discarded
    within = sketched(unfolding, sketch, total=total, budget=0.01 * total)
    assert within.discarded <= 0.01 * total
    assert within.rank <= truncate(unfolding, budget=0.01 * total).rank + 2


@pytest.mark.parametrize("floor", [1e-3, 1e-9])
def test_the_least_rank_within_a_budget(floor):
    """Also where the tail is far below what a Gram matrix resolves."""
    matrix = decaying(12, 20, 0.1)
    values = 0.1 ** np.arange(12)
    wanted = next(rank for rank in range(12) if (values[rank:] ** 2).sum() <= floor**2)
    found = truncate(Unfolding(matrix[None]), budget=floor**2)
    assert found.rank == wanted
    assert found.discarded == pytest.approx((values[wanted:] ** 2).sum(), rel=1e-3)


def test_a_tail_equal_to_the_budget_is_within_it():
    tails = np.array([7.0, 3.0, 1.0, 0.0])
    assert [least_rank(tails, budget) for budget in (0.5, 1.0, 3.0, 9.0)] == [3, 2, 1, 1]


def test_a_full_rank_needs_no_basis():
    found = truncate(Unfolding(decaying(4, 9, 0.5)[None]), rank=4)
    assert (found.basis, found.rank, found.discarded) == (None, 4, 0.0)


def test_squares_of_float32_are_summed_in_float64():
    array = np.full(10**6, 0.1, dtype=np.float32)
    assert sum_of_squares(array) == pytest.approx(10**6 * float(np.float32(0.1)) ** 2, rel=1e-12)
    assert sum_of_squares(torch.from_numpy(array)) == pytest.approx(sum_of_squares(array), rel=1e-12)
