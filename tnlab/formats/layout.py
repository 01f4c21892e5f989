"""Automatic layout of a structure in the plane: positions of its cores by stress majorisation."""

import math
from dataclasses import replace

import numpy as np

from tnlab.formats.base import SPACING, on_circle, radius_for
from tnlab.network.structure import Structure

SWEEPS = 300  # most passes over the points; small drawings settle in far fewer
STILL = 0.05  # diagram units: the drawing has settled when no point moves further in a pass
CLOSEST = 80.0
"""Least distance between two cores, in diagram units, where no core is pinned."""


def auto_layout(structure: Structure) -> Structure:
    """Return the structure with new positions for all cores but the pinned ones.

    Distances in the plane follow path lengths in the network (stress majorisation), so that chains become straight and
    rings round. The result is deterministic.

    References:
        Gansner 2004: https://doi.org/10.1007/978-3-540-31843-9_25
    """
    kept = [core for core, own in enumerate(structure.cores) if own.pinned and own.position is not None]
    return _place(structure, kept)


def complete_layout(structure: Structure) -> Structure:
    """Return the structure with new positions for the cores that have none; the others keep theirs."""
    return _place(structure, [core for core, own in enumerate(structure.cores) if own.position is not None])


def _place(structure: Structure, kept: list[int]) -> Structure:
    count = len(structure.cores)
    if len(kept) == count:
        return structure
    distance = _distances(structure)
    fixed = np.array([structure.cores[core].position for core in kept], dtype=float).reshape(-1, 2)
    starts = (_from_eigenvectors(distance), _from_circle(len(distance)))
    settled = [_settle(_onto(start, kept, fixed), distance, kept) for start in starts]
    points = min(settled, key=lambda points: _stress(points, distance))[:count]
    if not kept:
        points = _levelled(points, structure)
    cores = tuple(
        own if core in kept else replace(own, position=(round(float(x), 1) + 0.0, round(float(y), 1) + 0.0))
        for core, (own, (x, y)) in enumerate(zip(structure.cores, points, strict=True))
    )
    return replace(structure, cores=cores)


def _distances(structure: Structure) -> np.ndarray:
    """Return the target distances between all points, (points, points): the cores, then the dots of the hyper-bonds."""
    dots = [bond for bond in structure.bonds if len(bond.cores) > 2]
    size = len(structure.cores) + len(dots)
    distance = np.full((size, size), np.inf)
    np.fill_diagonal(distance, 0.0)
    for bond in structure.bonds:
        if len(bond.cores) == 2:
            distance[bond.cores] = distance[bond.cores[::-1]] = SPACING
    for place, dot in enumerate(dots, start=len(structure.cores)):
        distance[place, dot.cores] = distance[dot.cores, place] = 0.75 * SPACING
    for middle in range(size):  # Floyd and Warshall's shortest paths
        distance = np.minimum(distance, distance[:, middle, None] + distance[None, middle])
    return distance


def _from_eigenvectors(distance: np.ndarray) -> np.ndarray:
    """Return points in the plane whose squared distances are nearest to the given ones (classical scaling)."""
    size = len(distance)
    centre = np.eye(size) - 1 / size
    values, vectors = np.linalg.eigh(-0.5 * centre @ distance**2 @ centre)
    points = np.zeros((size, 2))
    for axis, vector in enumerate(vectors.T[::-1][:2]):
        points[:, axis] = vector * math.sqrt(max(values[-1 - axis], 0.0))
    return points + 1e-3 * _from_circle(size)  # so that no two points coincide


def _from_circle(size: int) -> np.ndarray:
    return np.array(on_circle(size, radius_for(size) if size > 1 else 1.0))


def _onto(points: np.ndarray, kept: list[int], fixed: np.ndarray) -> np.ndarray:
    """Return the points rotated and shifted so that the points ``kept`` come near ``fixed``, and are then set to it."""
    if not kept:
        return points
    own = points[kept] - points[kept].mean(axis=0)
    left, _, right = np.linalg.svd(own.T @ (fixed - fixed.mean(axis=0)))
    moved = (points - points[kept].mean(axis=0)) @ (left @ right) + fixed.mean(axis=0)
    moved[kept] = fixed
    return moved


def _settle(points: np.ndarray, distance: np.ndarray, kept: list[int]) -> np.ndarray:
    """Return the points after moves of one free point at a time that lower the stress, until all moves are tiny."""
    points = points.copy()
    free = [point for point in range(len(points)) if point not in kept]
    for _ in range(SWEEPS if len(points) > 1 else 0):
        moved = 0.0
        for point in free:
            others = np.arange(len(points)) != point
            apart = points[point] - points[others]
            length = np.maximum(np.linalg.norm(apart, axis=1), 1e-6)
            weight = distance[point, others] ** -2.0
            wanted = points[others] + apart * (distance[point, others] / length)[:, None]
            place = weight @ wanted / weight.sum()
            moved = max(moved, float(np.abs(place - points[point]).max()))
            points[point] = place
        if moved < STILL:
            break
    return points


def _stress(points: np.ndarray, distance: np.ndarray) -> float:
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    above = np.triu_indices(len(points), 1)
    return float((((apart - distance)[above] / distance[above]) ** 2).sum())


def _levelled(points: np.ndarray, structure: Structure) -> np.ndarray:
    """Centre the points, rotate them so that most bonds and the long side are level, and scale up if cores touch."""
    points = points - points.mean(axis=0)
    bonds = [bond.cores for bond in structure.bonds if len(bond.cores) == 2]
    if bonds:
        along = points[[last for _, last in bonds]] - points[[first for first, _ in bonds]]
        angles = np.arctan2(along[:, 1], along[:, 0])
        level = np.round(np.cos(4 * (angles[:, None] - angles)).sum(axis=0), 6)
        points = points @ _rotation(float(angles[level.argmax()]))
    if np.ptp(points[:, 1]) > 1.1 * np.ptp(points[:, 0]):
        points = points @ _rotation(math.pi / 2)
    for axis in (0, 1):
        aside = points[np.abs(points[:, axis]) > 1.0, axis]
        if len(aside) and aside[0] > 0:
            points[:, axis] *= -1
    gaps = [np.linalg.norm(points[core] - points[:core], axis=1).min() for core in range(1, len(points))]
    return points * max(1.0, CLOSEST / max(min(gaps, default=CLOSEST), CLOSEST / 10))


def _rotation(angle: float) -> np.ndarray:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
