"""Automatic layout of a structure in the plane: plain shapes in closed form, other networks by stress majorisation."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import scipy  # which loads its parts at their first use below
from numpy.typing import NDArray

from tnlab.formats.base import SPACING, on_circle, radius_for
from tnlab.formats.plain_shapes import crossings, plain_shape, radial_tree
from tnlab.formats.stress import from_pivots, settled, stress
from tnlab.network.structure import Structure

CLOSEST = 80.0
"""Least distance between two cores, in diagram units, where no core is pinned."""
PUSHES = 100  # most rounds in which cores that are too near to each other move apart
PUSHED = 20_000  # most cores in all rounds
FEW = 60  # points up to which a second start, from a circle, is tried


def auto_layout(structure: Structure) -> Structure:
    """Return the structure with new positions for all cores but the pinned ones.

    Chains are straight, and wrap into rows from 16 cores on; rings are round, grids square, and trees have no
    crossings. Elsewhere distances in the plane follow path lengths in the network (stress majorisation). The result is
    deterministic.

    References:
        Gansner 2004: https://doi.org/10.1007/978-3-540-31843-9_25
    """
    return _place(structure, [own.pinned and own.position is not None for own in structure.cores])


def complete_layout(structure: Structure) -> Structure:
    """Return the structure with new positions for the cores that have none; the others keep theirs."""
    return _place(structure, [own.position is not None for own in structure.cores])


def _place(structure: Structure, kept: list[bool]) -> Structure:
    if all(kept):
        return structure
    graph = _graph(structure)
    count, distance = len(kept), scipy.sparse.csgraph.shortest_path(graph, method="D", directed=False)
    fixed = np.array([own.position if stays else (0.0, 0.0) for own, stays in zip(structure.cores, kept, strict=True)])
    if any(kept):
        points = _around(fixed, np.flatnonzero(kept), distance)
    else:
        points = plain_shape(distance[:count, :count])
        points = _levelled(_drawn(graph, distance)[:count] if points is None else points, structure)
    cores = tuple(
        own if stays else replace(own, position=(round(float(x), 1) + 0.0, round(float(y), 1) + 0.0))
        for own, stays, (x, y) in zip(structure.cores, kept, points[:count], strict=True)
    )
    return replace(structure, cores=cores)


def _graph(structure: Structure) -> Any:
    """Return the wanted lengths, (points, points), between neighbours: the cores, then the dots of the hyper-bonds."""
    lengths = dict[tuple[int, ...], float]()
    size = len(structure.cores)
    for bond in structure.bonds:
        if len(bond.cores) == 2:
            lengths[bond.cores] = SPACING
        else:
            lengths |= {(core, size): 0.75 * SPACING for core in bond.cores}
            size += 1
    ends = np.array(list(lengths), dtype=np.int32).reshape(-1, 2)
    return scipy.sparse.csr_array(
        (list(lengths.values()), (ends[:, 0], ends[:, 1])), shape=(size, size), dtype=np.float64
    )


def _starts(distance: NDArray[Any]) -> list[NDArray[Any]]:
    size = len(distance)
    circle = np.array(on_circle(size, radius_for(size) if size > 1 else 1.0))
    pivots = from_pivots(distance) + 1e-3 * circle  # so that no two points coincide
    return [pivots, circle] if size <= FEW else [pivots]


def _drawn(graph: Any, distance: NDArray[Any]) -> NDArray[Any]:
    """Return points whose distances are near to the wanted ones; those of a tree have no crossings, if possible."""
    free, ends = np.zeros(len(distance), dtype=bool), np.stack(graph.nonzero(), axis=1)
    tree = [radial_tree(distance, ends)] if len(ends) == len(distance) - 1 else []
    if len(distance) > FEW and tree and not crossings(tree[0], ends):
        return tree[0]
    found = tree + [settled(start, distance, free) for start in _starts(distance) + tree]
    found = [_apart(_scaled(points), free) for points in found]
    return min(found, key=lambda points: (crossings(points, ends) if tree else 0, stress(points, distance)))


def _around(fixed: NDArray[Any], kept: NDArray[np.intp], distance: NDArray[Any]) -> NDArray[Any]:
    """Return points around those that are kept where they are."""
    stays = np.isin(np.arange(len(distance)), kept)
    found = [settled(_onto(start, kept, fixed[kept]), distance, stays) for start in _starts(distance)]
    points = min(found, key=lambda points: stress(points, distance))
    middle = fixed[kept].mean(axis=0)
    points = _scaled(points - middle) + middle
    points[kept] = fixed[kept]
    return _apart(points, stays)


def _onto(points: NDArray[Any], kept: NDArray[np.intp], fixed: NDArray[Any]) -> NDArray[Any]:
    """Return the points rotated and shifted so that the points ``kept`` come near ``fixed``, and are then set to it."""
    own = points[kept] - points[kept].mean(axis=0)
    left, _, right = np.linalg.svd(own.T @ (fixed - fixed.mean(axis=0)))
    moved = (points - points[kept].mean(axis=0)) @ (left @ right) + fixed.mean(axis=0)
    moved[kept] = fixed
    return moved


def _scaled(points: NDArray[Any]) -> NDArray[Any]:
    """Return the points scaled up so that half of them have no neighbour nearer than the least distance of cores."""
    return points * max(1.0, CLOSEST / max(float(np.median(_nearest(points))), CLOSEST / 10))


def _apart(points: NDArray[Any], stays: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the points with those pushed apart that are nearer than the least distance of cores."""
    for _ in range(min(PUSHES, max(10, PUSHED // len(points)))):
        pairs = scipy.spatial.KDTree(points).query_pairs(CLOSEST - 0.5, output_type="ndarray")
        pairs = pairs[~stays[pairs].all(axis=1)]
        if not len(pairs):
            break
        one, other = pairs[np.lexsort(pairs.T)].T
        apart = points[one] - points[other]
        length = np.maximum(np.hypot(*apart.T), 1e-6)
        share = np.where(stays[one] | stays[other], 1.0, 0.5)
        push = apart * (share * (CLOSEST - length) / length)[:, None]
        np.add.at(points, one, np.where(stays[one], 0.0, 1.0)[:, None] * push)
        np.add.at(points, other, np.where(stays[other], 0.0, -1.0)[:, None] * push)
    return points if stays.any() else points * max(1.0, (CLOSEST - 1) / max(_nearest(points).min(), CLOSEST / 10))


def _nearest(points: NDArray[Any]) -> NDArray[Any]:
    """Return the distance of every point to the one nearest to it, (points,)."""
    return scipy.spatial.KDTree(points).query(points, k=2)[0][:, 1] if len(points) > 1 else np.array([CLOSEST])


def _levelled(points: NDArray[Any], structure: Structure) -> NDArray[Any]:
    """Centre the points, and rotate them so that most bonds and the long side are level."""
    points = points - points.mean(axis=0)
    ends = np.array([bond.cores for bond in structure.bonds if len(bond.cores) == 2], dtype=int).reshape(-1, 2)
    if len(ends):
        turns = np.exp(4j * np.arctan2(*(points[ends[:, 1]] - points[ends[:, 0]]).T[::-1]))  # of the bonds, four times
        level = np.round((turns * turns.sum().conjugate()).real, 6)
        points = points @ _rotation(float(np.angle(turns[level.argmax()])) / 4)
    if np.ptp(points[:, 1]) > 1.1 * np.ptp(points[:, 0]):
        points = points @ _rotation(math.pi / 2)
    for axis in (0, 1):
        aside = points[np.abs(points[:, axis]) > 1.0, axis]
        if len(aside) and aside[0] > 0:
            points[:, axis] *= -1
    return points


def _rotation(angle: float) -> NDArray[Any]:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
