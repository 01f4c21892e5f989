"""Places for the cores of any structure: bonds of equal length where that is possible, pinned cores left alone."""

import math
from dataclasses import replace

import numpy as np

from tnlab.formats.base import SPACING, on_circle, radius_for
from tnlab.network.structure import Structure

SWEEPS = 300
CLOSEST = 80.0
"""Least distance between two cores, in diagram units, where no core is pinned."""


def auto_layout(structure: Structure) -> Structure:
    """Return the structure with a position for every core; only pinned cores keep theirs.

    Distances on paper follow distances in the network (stress majorisation), so chains come out
    straight and rings round. The same structure gets the same picture each time.

    References:
        Gansner 2004: https://doi.org/10.1007/978-3-540-31843-9_25
    """
    kept = [core for core, own in enumerate(structure.cores) if own.pinned and own.position is not None]
    return _place(structure, kept)


def complete_layout(structure: Structure) -> Structure:
    """Return the structure with a position for every core that lacks one; the others keep theirs."""
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
    """Return the wanted distances between cores, then between them and the dots of the hyper-bonds."""
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
    """Return the flat picture that keeps squared distances best (classical scaling)."""
    size = len(distance)
    centre = np.eye(size) - 1 / size
    values, vectors = np.linalg.eigh(-0.5 * centre @ distance**2 @ centre)
    points = np.zeros((size, 2))
    for axis, vector in enumerate(vectors.T[::-1][:2]):
        points[:, axis] = vector * math.sqrt(max(values[-1 - axis], 0.0))
    return points + 1e-3 * _from_circle(size)  # no two in one place


def _from_circle(size: int) -> np.ndarray:
    return np.array(on_circle(size, radius_for(size) if size > 1 else 1.0))


def _onto(points: np.ndarray, kept: list[int], fixed: np.ndarray) -> np.ndarray:
    """Turn and move the picture so that its kept points come near their fixed places, then put them there."""
    if not kept:
        return points
    own = points[kept] - points[kept].mean(axis=0)
    left, _, right = np.linalg.svd(own.T @ (fixed - fixed.mean(axis=0)))
    moved = (points - points[kept].mean(axis=0)) @ (left @ right) + fixed.mean(axis=0)
    moved[kept] = fixed
    return moved


def _settle(points: np.ndarray, distance: np.ndarray, kept: list[int]) -> np.ndarray:
    """Lower the stress, one point at a time, until nothing moves."""
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
        if moved < 0.05:
            break
    return points


def _stress(points: np.ndarray, distance: np.ndarray) -> float:
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    above = np.triu_indices(len(points), 1)
    return float((((apart - distance)[above] / distance[above]) ** 2).sum())


def _levelled(points: np.ndarray, structure: Structure) -> np.ndarray:
    """Centre the picture, turn most bonds level or upright and its long side flat, and keep cores from touching."""
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
