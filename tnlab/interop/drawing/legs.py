"""Choose the directions of legs: away from the bonds and neighbours of their core, parallel if the cores form a row."""

import cmath
import math
from collections.abc import Iterator, Sequence

import numpy as np

from tnlab.interop.drawing.geometry import Curve, PlanePoints, plane_tree, straight_normal
from tnlab.interop.drawing.shapes import Disc, Leg, Line
from tnlab.network.structure import Structure

LENGTH = 42.0
"""Distance from the centre of a core to the end of its leg, in diagram units."""
FAN = math.radians(40)
"""Angle between two neighbouring legs of a core, in radians."""
TURNS = tuple(cmath.rect(1, turn * math.tau / 24) for turn in range(24))
"""Directions that are tried for the legs of a core: every 15 degrees."""


def legs(structure: Structure, cores: Sequence[Disc], lines: Sequence[Line]) -> Iterator[Leg]:
    """Yield the line of every mode, core by core.

    Args:
        structure: The structure.
        cores: The disc of every core.
        lines: The strokes of the bonds, which legs avoid.
    """
    places = np.array([core.centre for core in cores], dtype=complex)
    across = _across_row(structure, places.tolist())
    strokes = _Strokes([line.curve for line in lines])
    for core, own in enumerate(structure.cores):
        if own.legs:
            here = complex(places[core])
            middle = _middle_direction(here, len(own.legs), across, places, strokes)
            for mode, direction in zip(own.legs, _as_read(middle, len(own.legs)), strict=True):
                yield Leg(mode, Curve.bent(here, here + LENGTH * direction, 0))


class _Strokes:
    """The curves of all bonds, to be asked for those that leave a core and those that pass near it."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        self.curves = curves
        self.points: PlanePoints = np.concatenate([np.empty(0, dtype=complex), *(curve.points for curve in curves)])
        self.owners = np.repeat(np.arange(len(curves)), [len(curve.points) for curve in curves])
        self.ends = np.array([(curve.start, curve.end) for curve in curves], dtype=complex).reshape(-1, 2)
        self.tree = plane_tree(self.points) if curves else None

    def near(self, here: complex, radius: float) -> tuple[list[Curve], list[PlanePoints]]:
        """Return the curves that end at a point, and, of every other curve, its points within a radius of it."""
        if self.tree is None:
            return [], []
        ending = np.flatnonzero((np.abs(self.ends - here) < 1e-6).any(axis=1))
        found = np.array(self.tree.query_ball_point((here.real, here.imag), radius, return_sorted=True), dtype=int)
        found = found[~np.isin(self.owners[found], ending)]
        starts = np.flatnonzero(np.diff(self.owners[found])) + 1
        passing = np.split(self.points[found], starts) if len(found) else []
        return [self.curves[curve] for curve in ending.tolist()], passing


def _across_row(structure: Structure, places: Sequence[complex]) -> complex | None:
    """Return the direction of all legs if the cores with legs lie in a row: across it, away from other cores."""
    if len(places) == 1:
        return 1j
    row = [place for place, core in zip(places, structure.cores, strict=True) if core.legs]
    across = straight_normal(row) if len(row) > 1 else None
    if across is None:
        return None
    beside = [((place - row[0]) * across.conjugate()).real for place in places]
    return -across if sum(offset for offset in beside if abs(offset) > 2.0) > 0 else across


def _middle_direction(
    here: complex, count: int, across: complex | None, places: PlanePoints, strokes: _Strokes
) -> complex:
    """Return the middle direction of a core's legs: the one of least crowding in ``TURNS``, outward among equals.

    Args:
        here: Centre of the core.
        count: Number of its legs.
        across: Common direction of all legs, if the cores form a row.
        places: Centres of all cores.
        strokes: The curves of all bonds.
    """
    away = here - complex(places.mean())
    outward = across or (away / abs(away) if abs(away) > 1 else cmath.rect(1, math.pi / 4))
    ending, passing = strokes.near(here, 2 * LENGTH)
    busy = np.array([curve.leaving(here) for curve in ending], dtype=complex)
    apart = np.abs(places - here)
    near = places[(apart > 0) & (apart < 4 * LENGTH)]
    enough = math.radians(50) if across else math.pi  # in a row, legs need no wider gap than this
    middles = np.array((outward, *TURNS))
    fans = middles[:, None] * np.array(_fan(count))  # (directions, legs)
    gaps = np.abs(np.angle(fans[..., None] * busy.conj())).min(axis=(1, 2), initial=math.pi)
    ends = here + 1.25 * LENGTH * fans
    crowd = (np.abs(ends[..., None] - near) < 0.8 * LENGTH).sum(axis=(1, 2))
    crossed = sum((np.abs(ends[..., None] - points) < 0.3 * LENGTH).any(axis=2).sum(axis=1) for points in passing)
    turned = np.abs(np.angle(middles * complex(outward).conjugate()))
    worth = np.minimum(gaps, enough) - 0.15 * turned - 0.8 * crowd - 0.4 * crossed
    return complex(middles[np.round(worth, 9).argmax()])


def _fan(count: int) -> list[complex]:
    step = min(FAN, 1.6 * math.pi / count)
    return [cmath.rect(1, (leg - (count - 1) / 2) * step) for leg in range(count)]


def _as_read(middle: complex, count: int) -> list[complex]:
    """Return the directions of a core's legs from left to right, or from top to bottom if they point sideways."""
    upright = abs(middle.imag) >= abs(middle.real)
    return sorted((middle * offset for offset in _fan(count)), key=lambda one: one.real if upright else one.imag)
