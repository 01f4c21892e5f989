"""Positions of points in the plane whose distances are near to given ones (stress majorisation).

References:
    Gansner 2004: https://doi.org/10.1007/978-3-540-31843-9_25
    Brandes 2006 (the start from pivots): https://doi.org/10.1007/978-3-540-70904-6_6
"""

from typing import Any

import numpy as np
import scipy  # which loads its parts at their first use below
from numpy.typing import NDArray

STEPS = 300  # most steps; small drawings settle in far fewer
PAIRS = 6_000_000  # most distances that are evaluated in all steps, some hundredths of a second
FEWEST = 12  # steps that are taken however many points there are
STILL = 0.05  # diagram units: the drawing has settled when no point moves further in a step
PIVOTS = 100  # points whose distances to all others give the start


def settled(points: NDArray[Any], distance: NDArray[Any], kept: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the points moved, but for those to keep, so that the stress falls until all moves are tiny.

    Every step solves for all points at once the quadratic problem that bounds the stress from above.

    Args:
        points: Where the points start, (points, 2).
        distance: Wanted distance between every two points, (points, points), zero on the diagonal alone.
        kept: Which points stay.
    """
    count, free = len(points), ~kept
    if count < 2 or not free.any():
        return points
    wanted = distance + np.eye(count)
    nearness = 1 / wanted - np.eye(count)
    laplacian = -(nearness**2)
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    if not kept.any():
        laplacian += 1 / count  # the mean of the points stays: the system is regular
    inverse = np.linalg.inv(laplacian[np.ix_(free, free)])
    held = laplacian[np.ix_(free, kept)] @ points[kept]
    points = points - (0 if kept.any() else points.mean(axis=0))
    for _ in range(max(FEWEST, min(STEPS, PAIRS // count**2))):
        ratio = nearness / np.maximum(scipy.spatial.distance.cdist(points, points), 1e-6)
        pull = ratio.sum(axis=1)[:, None] * points - ratio @ points
        places = inverse @ (pull[free] - held)
        moved = np.abs(places - points[free]).max()
        points[free] = places
        if moved < STILL:
            break
    return points


def stress(points: NDArray[Any], distance: NDArray[Any]) -> float:
    """Return the sum over all pairs of the squared relative difference between distance in the plane and wanted one."""
    wanted = distance + np.eye(len(points))
    return float((((scipy.spatial.distance.cdist(points, points) - distance) / wanted) ** 2).sum() / 2)


def from_pivots(distance: NDArray[Any]) -> NDArray[Any]:
    """Return points in the plane with squared distances near to the wanted ones (classical scaling from pivots)."""
    pivots = np.arange(0, len(distance), -(-len(distance) // PIVOTS))
    squares = distance[:, pivots] ** 2
    centred = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    left, values, right = np.linalg.svd(centred, full_matrices=False)
    positive = (left[pivots] * right.T).sum(axis=0) > 0  # the others are no distances in any space
    points, share = np.zeros((len(distance), 2)), np.sqrt(len(distance) / len(pivots))
    for axis, place in enumerate(np.flatnonzero(positive)[:2]):
        points[:, axis] = left[:, place] * np.sqrt(values[place] * share)
    return points
