"""Ranks between modes from the ranks of the unfoldings: no fit, no search.

Generic cores leave ``log r_S = sum of log R_ij over the bonds that cross S`` on every cut that is not of full rank.
Where single modes and pairs are such cuts this gives ``log R_ij = (log r_i + log r_j - log r_ij) / 2``; with more
cuts than bonds, or full cuts left out, it is a least-squares problem.
"""

from itertools import combinations

import numpy as np
from scipy.optimize import nnls

from tnlab.bounds.cut_spectra import CutSpectra

FULL = 1e6  # by how much an equation outweighs the wish for small ranks


def ranks_from_cuts(spectra: CutSpectra, error: float, limit: int) -> dict[tuple[int, int], int]:
    """Return a rank for every pair of modes, from single modes and pairs (and triples where pairs are full).

    Args:
        spectra: The tensor's spectra.
        error: Relative error below which singular values do not count.
        limit: The largest rank to return.
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
