"""Positions in closed form for networks whose graph has a plain shape: chains, rings, circles, grids and trees.

A shape is told by the distances between the cores alone, whichever format they come from.
"""

import math
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tnlab.formats.base import SPACING, in_rows, on_circle, radius_for

MOST_CORNERS = 6  # cores of at most two neighbours that a grid has: four, and up to two where its last row is shorter


def plain_shape(distance: NDArray[Any]) -> NDArray[Any] | None:
    """Return positions, (cores, 2), if the graph is a chain, a ring, a grid, or cores equally far apart; else None.

    Chains of 16 cores and more wrap into rows, read forth and back; cores that are equally far apart stand on a circle,
    with one in its middle if it is equally far from all of them.

    Args:
        distance: Length of the shortest path between every two cores, (cores, cores), where a bond has the length
            ``SPACING``.
    """
    return next((found for shape in (_chain, _ring, _circle, _grid) if (found := shape(distance)) is not None), None)


def radial_tree(distance: NDArray[Any], edges: NDArray[np.intp]) -> NDArray[Any]:
    """Return positions, (points, 2), of a tree without crossings: around its middle, further out for longer paths.

    Each point has a sector as wide as its branches, or itself at its distance from the middle, need.

    Args:
        distance: Length of the path between every two points, (points, points).
        edges: The two points that each edge joins, (edges, 2).
    """
    middle = int(distance.max(axis=1).argmin())
    depth = distance[middle]
    outward = np.argsort(depth, kind="stable")[1:].tolist()
    below = np.where(depth[edges[:, 0]] < depth[edges[:, 1]], edges.T, edges.T[::-1]).T
    parent = {child: own for own, child in below.tolist()}
    width = np.zeros(len(depth))  # in radians
    for point in reversed(outward):
        width[point] = max(width[point], 0.7 * SPACING / depth[point])
        width[parent[point]] += width[point]
    start = np.zeros(len(depth))  # where the sector of a point begins
    used = np.zeros(len(depth))  # where the one of its next branch begins
    for point in outward:
        start[point] = used[point] = used[parent[point]]
        used[parent[point]] += width[point]
    turn = width[middle] / (2 * math.pi)
    angle = (start + width / 2) / turn
    return max(1.0, turn) * depth[:, None] * np.stack((np.cos(angle), np.sin(angle)), axis=1)


def crossings(points: NDArray[Any], edges: NDArray[np.intp]) -> int:
    """Return how many pairs of edges, drawn straight between points, cross; edges with a common end do not."""
    first, last = edges.T
    start, end = (points[ends, 0] + 1j * points[ends, 1] for ends in (first, last))
    along = (end - start).conj()[:, None]
    apart = np.sign((along * (start - start[:, None])).imag) * np.sign((along * (end - start[:, None])).imag) < 0
    joined = (first[:, None] == first) | (last[:, None] == last) | (first[:, None] == last) | (last[:, None] == first)
    return int((apart & apart.T & ~joined).sum()) // 2


def _joined(distance: NDArray[Any]) -> NDArray[np.bool_]:
    return distance == SPACING


def _chain(distance: NDArray[Any]) -> NDArray[Any] | None:
    joined = _joined(distance)
    ends = np.flatnonzero(joined.sum(axis=1) <= 1)
    if joined.sum() != 2 * (len(distance) - 1) or joined.sum(axis=1).max() > 2:
        return None
    order = np.argsort(distance[ends[0]])
    points = np.empty((len(distance), 2))
    points[order] = in_rows(len(distance))
    return points


def _ring(distance: NDArray[Any]) -> NDArray[Any] | None:
    joined, count = _joined(distance), len(distance)
    if (joined.sum(axis=1) != 2).any() or not np.isclose(distance[0].max(), count // 2 * SPACING):
        return None
    second = int(np.flatnonzero(joined[0])[0])
    behind = distance[second] < distance[0]  # the half of the ring on the side of the second core
    along = np.where(behind, distance[0], count * SPACING - distance[0])
    along[0] = 0.0
    points = np.empty((count, 2))
    points[np.argsort(along)] = on_circle(count, radius_for(count))
    return points


def _circle(distance: NDArray[Any]) -> NDArray[Any] | None:
    count = len(distance)
    near = distance.sum(axis=1)
    hub = int(near.argmin()) if near.min() < near.max() else -1
    rim = np.delete(np.arange(count), hub) if hub >= 0 else np.arange(count)
    apart = distance[np.ix_(rim, rim)][~np.eye(len(rim), dtype=bool)]
    if len(rim) < 3 or np.ptp(apart) or (hub >= 0 and np.ptp(distance[hub, rim])):
        return None
    points = np.zeros((count, 2))
    least = 0.75 * SPACING if hub < 0 else distance[hub, rim[0]]
    points[rim] = on_circle(len(rim), max(least, radius_for(len(rim), 0.7 * SPACING)))
    return points


def _grid(distance: NDArray[Any]) -> NDArray[Any] | None:
    joined = _joined(distance)
    corners = np.flatnonzero(joined.sum(axis=1) <= 2)
    if len(corners) > MOST_CORNERS or joined.sum() < 2 * len(distance):  # a tree is no grid
        return None
    steps = distance / SPACING
    for corner, other in permutations(corners, 2):
        column = (steps[corner] - steps[other] + steps[corner, other]) / 2
        cells = np.stack((column, steps[corner] - column), axis=1)  # paths in a grid are as long as its sides together
        apart = np.abs(cells[:, None] - cells).sum(axis=2)
        whole = (cells == cells.round()).all() and (apart + np.eye(len(cells)) > 0).all()
        if whole and ((apart == 1) == joined).all():
            return cells * SPACING
    return None
