"""Fewest parameters of any network whatever: with latent cores, hyper-bonds, and cores that carry several modes.

Consider the cut around one core that carries the modes S. Every index that crosses it belongs to the core, so their
sizes together are at least the cut rank r(S) that the target error needs, and the core has at least ``n_S r(S)``
entries, n_S being the entries of its modes. The cores with modes divide the modes among themselves: the least sum over
all partitions is a lower bound, whatever else there is.
"""

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks

EXACT_ORDER = 11  # partitions are searched by sets within sets: 3^order steps


def solve(problem: CutProblem, deadline: float, start: PairRanks | None) -> Found:  # noqa: ARG001
    """Return the bound, with the start as the structure that satisfies every cut."""
    costs = _costs(problem)
    bound = _best_partition(costs, problem.order) if problem.order <= EXACT_ORDER else _shares(costs, problem.order)
    return Found(bound if start is None else min(bound, problem.parameters(start)), start)


def _costs(problem: CutProblem) -> NDArray[np.float64]:
    """Return the least entries of a core by the bit mask of its modes; 0 for none."""
    masks = np.arange(1 << problem.order)
    sizes = np.ones(len(masks))
    for mode, size in enumerate(problem.modes):
        sizes[(masks >> mode & 1) == 1] *= size
    costs = sizes * problem.needed
    costs[0] = 0.0
    return costs


def _best_partition(costs: NDArray[np.float64], order: int) -> float:
    """Return the least sum of costs over all partitions of the modes."""
    least = costs.copy()
    for mask in range(1, 1 << order):
        lowest = mask & -mask
        rest = (mask ^ lowest) & (mask - 1)
        part = rest
        while part:  # the modes that are not in one core with the lowest one
            least[mask] = min(least[mask], costs[mask ^ part] + least[part])
            part = (part - 1) & rest
    return float(least[-1])


def _shares(costs: NDArray[np.float64], order: int) -> float:
    """Return a weaker bound: every mode pays at least its equal share of the cheapest core that could carry it."""
    masks = np.arange(1, 1 << order)
    share = costs[1:] / np.bitwise_count(masks)
    return float(np.ceil(sum(share[(masks >> mode & 1) == 1].min() for mode in range(order)) - 1e-9))
