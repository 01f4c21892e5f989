"""Problems with random mode sizes and random ranks needed across the cuts, small enough for brute force."""

import numpy as np

from tnlab.bounds.cut_problem import CutProblem


def random_problem(order: int, seed: int, *, below: int = 9, max_rank: int = 9) -> CutProblem:
    """Return a problem with mode sizes from 1 to 5, and needed ranks from 1 to ``below - 1``."""
    generator = np.random.default_rng(seed)
    everything = (1 << order) - 1
    needed = np.ones(everything + 1, dtype=np.int64)
    for mask in range(1, 1 << (order - 1)):
        needed[mask] = needed[everything - mask] = generator.integers(1, below)
    return CutProblem(tuple(generator.integers(1, 6, order).tolist()), needed, max_rank)
