"""Select a submatrix of nearly maximal volume: rows of a matrix that span all others with small coefficients.

References:
    Goreinov 2010: https://doi.org/10.1142/9789812836021_0015
"""

import numpy as np
from scipy.linalg import lu_factor, solve_triangular

LARGEST = 1.05  # size of a coefficient at which swapping stops: a swap then raises the volume by less than 5 %
SWAPS = 200  # swaps at most; a start from an LU decomposition needs few


def maxvol(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return r rows of a matrix of nearly the largest absolute determinant, and the coefficients of all rows in them.

    It starts from the pivots of an LU decomposition and swaps one row at a time.

    Args:
        columns: The matrix, (m, r) with m at least r, of full column rank; best with orthonormal columns.

    Returns:
        The rows, (r,), and B (m, r) with ``columns = B @ columns[rows]``; its entries are at most ``LARGEST`` in
        size unless ``SWAPS`` ran out.
    """
    count = columns.shape[1]
    factors, pivots = lu_factor(columns, check_finite=False)
    order = np.arange(len(columns))
    for place, other in enumerate(pivots):
        order[[place, other]] = order[[other, place]]
    rows = order[:count].copy()
    upper = solve_triangular(factors[:count], columns.T, trans=1, check_finite=False)
    lower = solve_triangular(factors[:count], upper, trans=1, lower=True, unit_diagonal=True, check_finite=False)
    coefficients = np.ascontiguousarray(lower.T)
    for _ in range(SWAPS):
        row, column = divmod(int(np.abs(coefficients).argmax()), count)
        largest = coefficients[row, column]
        if abs(largest) <= LARGEST:
            break
        rows[column] = row
        change = coefficients[row].copy()
        change[column] -= 1.0
        coefficients -= np.outer(coefficients[:, column], change / largest)
    return rows, coefficients
