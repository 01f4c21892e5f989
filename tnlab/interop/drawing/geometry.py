"""Compute with points, curves and boxes in the plane; a point is a complex number x + iy with y growing downward."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy  # which loads its parts at their first use below
from numpy.typing import NDArray

PlanePoints = NDArray[np.complex128]


@dataclass(frozen=True)
class Curve:
    """A quadratic Bezier curve by its ends and its control point; halfway between the ends it makes a straight line."""

    start: complex
    control: complex
    end: complex

    @classmethod
    def bent(cls, start: complex, end: complex, sag: float) -> "Curve":
        """Return the curve whose middle lies ``sag`` to the side of the straight line."""
        return cls(start, (start + end) / 2 + 2 * sag * normal(start, end), end)

    @property
    def straight(self) -> bool:
        """Whether the curve is a straight line."""
        return abs(self.control - (self.start + self.end) / 2) < 1e-6

    def at(self, t: float) -> complex:
        """Return the point at ``t`` from 0 (start) to 1 (end)."""
        return (1 - t) ** 2 * self.start + 2 * t * (1 - t) * self.control + t * t * self.end

    def normal_at(self, t: float) -> complex:
        """Return the unit vector across the curve at ``t``."""
        return normal(0, (1 - t) * (self.control - self.start) + t * (self.end - self.control))

    def ends_at(self, point: complex) -> bool:
        """Return whether a point is one of the curve's ends."""
        return min(abs(self.start - point), abs(self.end - point)) < 1e-6

    def leaving(self, end: complex) -> complex:
        """Return the direction, as a unit vector, in which the curve leaves one of its ends."""
        along = self.control - end
        return along / abs(along) if abs(along) > 1e-9 else 1

    @cached_property
    def points(self) -> PlanePoints:
        """Points along the curve from start to end, about 6 diagram units apart (at least 5, at most 201 points)."""
        t = np.linspace(0, 1, 1 + max(4, min(200, round(abs(self.end - self.start) / 6))))
        return (1 - t) ** 2 * self.start + 2 * t * (1 - t) * self.control + t * t * self.end

    def distance(self, point: complex) -> float:
        """Return the distance of a point from the nearest of ``points``, which is that of the curve to a few units."""
        return float(np.abs(self.points - point).min())


@dataclass(frozen=True)
class Box:
    """An upright rectangle by its centre and half its size."""

    centre: complex
    half_width: float
    half_height: float

    @property
    def corners(self) -> tuple[complex, complex]:
        """Top left and bottom right corner."""
        half = complex(self.half_width, self.half_height)
        return self.centre - half, self.centre + half

    def holds(self, point: complex, margin: float = 0.0) -> bool:
        """Return whether a point lies within ``margin`` of the box."""
        apart = point - self.centre
        return abs(apart.real) < self.half_width + margin and abs(apart.imag) < self.half_height + margin

    def meets(self, other: "Box") -> bool:
        """Return whether two boxes overlap."""
        apart = other.centre - self.centre
        return (
            abs(apart.real) < self.half_width + other.half_width
            and abs(apart.imag) < self.half_height + other.half_height
        )

    def reach(self, direction: complex) -> float:
        """Return the largest extent of the box from its centre along a direction, given as a unit vector."""
        return abs(direction.real) * self.half_width + abs(direction.imag) * self.half_height


def normal(start: complex, end: complex) -> complex:
    """Return the unit vector across the line from start to end; it points up if the line runs to the right."""
    along = end - start
    return -1j * along / abs(along) if abs(along) > 1e-9 else -1j


def mean(points: Sequence[complex]) -> complex:
    """Return the mean of points."""
    return sum(points) / len(points)


def segment_distances(start: PlanePoints, end: PlanePoints, points: PlanePoints) -> NDArray[np.float64]:
    """Return the distance of points from straight lines between two points each; the arguments broadcast."""
    along, apart = end - start, points - start
    square = np.maximum(along.real**2 + along.imag**2, 1e-12)
    t = np.clip((apart.real * along.real + apart.imag * along.imag) / square, 0, 1)
    return np.abs(apart - t * along)


def plane_tree(points: PlanePoints) -> "scipy.spatial.KDTree":
    """Return a search tree over points, whose coordinates there are (x, y)."""
    return scipy.spatial.KDTree(np.stack((points.real, points.imag), axis=1))


def bounds(points: PlanePoints | Sequence[complex]) -> tuple[float, float, float, float]:
    """Return the bounding box of points: left, top, right and bottom."""
    across, down = np.real(points), np.imag(points)
    return float(across.min()), float(down.min()), float(across.max()), float(down.max())


def straight_normal(points: Sequence[complex]) -> complex | None:
    """Return the unit vector, down or right, perpendicular to the line of all points; None if they lie on no line."""
    places = np.array(points)
    apart = np.abs(places - places[:, None])
    first, last = (complex(places[place]) for place in divmod(int(apart.argmax()), len(places)))
    if abs(last - first) < 1e-6:
        return None
    across = normal(first, last)
    if (np.abs(((places - first) * across.conjugate()).real) > 1.0).any():
        return None
    return across if across.imag > 0.1 or (abs(across.imag) <= 0.1 and across.real > 0) else -across
