"""Plane geometry for drawings. A point is a complex number, x + iy, with y growing downward."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Curve:
    """A quadratic Bezier curve; straight where the control point is halfway."""

    start: complex
    control: complex
    end: complex

    @classmethod
    def bent(cls, start: complex, end: complex, sag: float) -> "Curve":
        """Return the curve whose middle lies ``sag`` to the side of the straight line."""
        return cls(start, (start + end) / 2 + 2 * sag * normal(start, end), end)

    @property
    def straight(self) -> bool:
        """Whether it is a straight line."""
        return abs(self.control - (self.start + self.end) / 2) < 1e-6

    def at(self, t: float) -> complex:
        """Return the point at ``t`` from 0 (start) to 1 (end)."""
        return (1 - t) ** 2 * self.start + 2 * t * (1 - t) * self.control + t * t * self.end

    def normal_at(self, t: float) -> complex:
        """Return the unit vector across the curve at ``t``."""
        return normal(0, (1 - t) * (self.control - self.start) + t * (self.end - self.control))

    def ends_at(self, point: complex) -> bool:
        """Return whether a point is one of its ends."""
        return min(abs(self.start - point), abs(self.end - point)) < 1e-6

    def leaving(self, end: complex) -> complex:
        """Return the unit vector in which it leaves one of its ends."""
        along = self.control - end
        return along / abs(along) if abs(along) > 1e-9 else 1

    @cached_property
    def points(self) -> tuple[complex, ...]:
        """Points along the curve, some 6 units apart."""
        steps = max(4, min(200, round(abs(self.end - self.start) / 6)))
        return tuple(self.at(step / steps) for step in range(steps + 1))

    def distance(self, point: complex) -> float:
        """Return how near the curve comes to a point, to a few units."""
        return min(abs(own - point) for own in self.points)


@dataclass(frozen=True)
class Box:
    """An upright rectangle by its centre and half its size."""

    centre: complex
    half_width: float
    half_height: float

    @property
    def corners(self) -> tuple[complex, complex]:
        """Top left and bottom right."""
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
        """Return how far the box extends from its centre in a direction (a unit vector), at most."""
        return abs(direction.real) * self.half_width + abs(direction.imag) * self.half_height


def normal(start: complex, end: complex) -> complex:
    """Return the unit vector across the line from start to end, up where the line runs to the right."""
    along = end - start
    return -1j * along / abs(along) if abs(along) > 1e-9 else -1j


def mean(points: Sequence[complex]) -> complex:
    """Return the centre of some points."""
    return sum(points) / len(points)


def bounds(points: Iterable[complex]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of some points."""
    points = tuple(points)
    across, down = [point.real for point in points], [point.imag for point in points]
    return min(across), min(down), max(across), max(down)


def straight_normal(points: Sequence[complex]) -> complex | None:
    """Return the unit vector across the line that all points lie on, pointing down or right; None if they do not."""
    first, last = max(((a, b) for a in points for b in points), key=lambda pair: abs(pair[1] - pair[0]))
    if abs(last - first) < 1e-6:
        return None
    across = normal(first, last)
    if any(abs(((point - first) * across.conjugate()).real) > 1.0 for point in points):
        return None
    return across if across.imag > 0.1 or (abs(across.imag) <= 0.1 and across.real > 0) else -across
