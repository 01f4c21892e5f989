"""Rows of nearly maximal volume span all others with small coefficients."""

import numpy as np

from tnlab.fitting.cross.maxvol import LARGEST, maxvol


def test_maxvol_spans_all_rows_with_small_coefficients():
    matrix = np.random.default_rng(0).standard_normal((60, 5))
    rows, coefficients = maxvol(matrix)
    assert np.allclose(coefficients @ matrix[rows], matrix)
    assert np.abs(coefficients).max() <= 1.05
    assert np.allclose(coefficients[rows], np.eye(5))


def test_no_swap_of_one_row_raises_the_volume_by_much():
    matrix = np.random.default_rng(1).standard_normal((30, 4))
    rows, _ = maxvol(matrix)
    volume = abs(np.linalg.det(matrix[rows]))
    for place in range(4):
        for other in range(30):
            swapped = [other if k == place else row for k, row in enumerate(rows)]
            assert abs(np.linalg.det(matrix[swapped])) <= LARGEST * volume * (1 + 1e-9)


def test_as_many_rows_as_columns_are_all_taken():
    rows, coefficients = maxvol(np.array([[0.0, 2.0], [3.0, 0.0]]))
    assert sorted(rows) == [0, 1]
    assert np.allclose(np.abs(coefficients).sum(axis=1), 1.0)
