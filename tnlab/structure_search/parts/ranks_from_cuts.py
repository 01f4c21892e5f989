"""Estimate of the rank between every two modes from the ranks of the tensor's unfoldings, without a fit.

For generic cores, the rank r_S of every cut S that is not of full rank satisfies
``log r_S = sum of log R_ij over the bonds that cross S``. From single modes and pairs follows
``log R_ij = (log r_i + log r_j - log r_ij) / 2``; with more equations than bonds, or with full cuts left out, the
logarithms are the solution of a nonnegative least-squares problem.
"""

from itertools import combinations

import numpy as np
from scipy.optimize import nnls

from tnlab.bounds.cut_spectra import CutSpectra

FULL = 1e6  # weight of an equation relative to the regularisation towards small ranks, which only breaks ties


def ranks_from_cuts(spectra: CutSpectra, error: float, limit: int) -> dict[tuple[int, int], int]:
    """Return a rank for every pair of modes, from the cuts of single modes, pairs and, where needed, triples.

    Args:
        spectra: Spectra of the tensor's unfoldings.
        error: Relative error up to which an unfolding is truncated to determine its rank.
        limit: Largest rank to return.
    """
    order = spectra.order
    pairs = list(combinations(range(order), 2))
    rows, values = [], []
    for size in range(1, min(order // 2, 3) + 1):
        for cut in combinations(range(order), size):
            rank = spectra.needed_rank(cut, error)
            if rank < len(spectra.tail(cut)) - 1:
                rows.append([(i in cut) != (j in cut) for i, j in pairs])
                values.append(np.log(rank))
        if size > 1 and rows and np.linalg.matrix_rank(np.array(rows, dtype=float)) == len(pairs):
            break
    matrix = np.array([*rows, *np.eye(len(pairs)) / FULL], dtype=float)
    logs, _ = nnls(matrix, np.array([*values, *np.zeros(len(pairs))]))
    return {pair: min(limit, max(1, round(float(np.exp(value))))) for pair, value in zip(pairs, logs, strict=True)}
