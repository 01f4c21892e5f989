"""Lower bound on the parameters of any network, also with latent cores, hyper-bonds and several modes per core.

Consider the cut around one core that carries the modes S. All bonds that cross it belong to the core, so their ranks
multiply to at least the needed cut rank r(S). The core then has at least ``n_S r(S)`` entries, with n_S the product of
its mode sizes. The cores with modes form a partition of the modes, so the least sum over all partitions is a lower
bound.
"""

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks

EXACT_ORDER = 11  # modes up to which the best partition is computed, in 3^order steps (0.2 million)


def solve(problem: CutProblem, deadline: float, start: PairRanks | None) -> Found:  # noqa: ARG001
    """Return the lower bound over all networks, with ``start`` as the structure found; the deadline is not used."""
    costs = _costs(problem)
    bound = _best_partition(costs, problem.order) if problem.order <= EXACT_ORDER else _shares(costs, problem.order)
    return Found(bound if start is None else min(bound, problem.parameters(start)), start)


def _costs(problem: CutProblem) -> NDArray[np.float64]:
    """Return the least number of entries of a core, by bit mask of the modes it carries; 0 for no modes."""
    masks = np.arange(1 << problem.order)
    sizes = np.ones(len(masks))
    for mode, size in enumerate(problem.modes):
        sizes[(masks >> mode & 1) == 1] *= size
    costs = sizes * problem.needed
    costs[0] = 0.0
    return costs


def _best_partition(costs: NDArray[np.float64], order: int) -> float:
    """Return the least sum of costs (by bit mask) over all partitions of the modes, by dynamic programming."""
    least = costs.copy()
    for mask in range(1, 1 << order):
        lowest = mask & -mask
        rest = (mask ^ lowest) & (mask - 1)
        part = rest
        while part:  # the modes that are not in the same core as the lowest one
            least[mask] = min(least[mask], costs[mask ^ part] + least[part])
            part = (part - 1) & rest
    return float(least[-1])


def _shares(costs: NDArray[np.float64], order: int) -> float:
    """Return a lower bound on ``_best_partition``: for each mode the least cost per mode of a core with it, summed.

    ``costs`` holds the cost of a core by the bit mask of its modes.
    """
    masks = np.arange(1, 1 << order)
    share = costs[1:] / np.bitwise_count(masks)
    return float(np.ceil(sum(share[(masks >> mode & 1) == 1].min() for mode in range(order)) - 1e-9))
