"""Choose the directions of legs: away from the bonds and neighbours of their core, parallel if the cores form a row."""

import cmath
import math
from collections.abc import Iterator, Sequence

from tnlab.interop.drawing.geometry import Curve, mean, straight_normal
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
    places = [core.centre for core in cores]
    across = _across_row(structure, places)
    for core, own in enumerate(structure.cores):
        if own.legs:
            here = places[core]
            middle = _middle_direction(here, len(own.legs), across, places, [line.curve for line in lines])
            for mode, direction in zip(own.legs, _as_read(middle, len(own.legs)), strict=True):
                yield Leg(mode, Curve.bent(here, here + LENGTH * direction, 0))


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
    here: complex, count: int, across: complex | None, places: Sequence[complex], curves: Sequence[Curve]
) -> complex:
    """Return the middle direction of a core's legs: the one of least crowding in ``TURNS``, outward among equals.

    Args:
        here: Centre of the core.
        count: Number of its legs.
        across: Common direction of all legs, if the cores form a row.
        places: Centres of all cores.
        curves: Curves of all bonds.
    """
    away = here - mean(places)
    outward = across or (away / abs(away) if abs(away) > 1 else cmath.rect(1, math.pi / 4))
    busy = [curve.leaving(here) for curve in curves if curve.ends_at(here)]
    near = [place for place in places if 0 < abs(place - here) < 4 * LENGTH]
    passing = [curve for curve in curves if not curve.ends_at(here) and curve.distance(here) < 2 * LENGTH]
    enough = math.radians(50) if across else math.pi  # in a row, legs need no wider gap than this

    def worth(middle: complex) -> float:
        fan = [middle * offset for offset in _fan(count)]
        gap = min((_angle(one, other) for one in fan for other in busy), default=math.pi)
        ends = [here + 1.25 * LENGTH * one for one in fan]
        crowd = sum(abs(end - place) < 0.8 * LENGTH for end in ends for place in near)
        crossed = sum(curve.distance(end) < 0.3 * LENGTH for end in ends for curve in passing)
        return min(gap, enough) - 0.15 * _angle(middle, outward) - 0.8 * crowd - 0.4 * crossed

    return max((outward, *TURNS), key=worth)


def _fan(count: int) -> list[complex]:
    step = min(FAN, 1.6 * math.pi / count)
    return [cmath.rect(1, (leg - (count - 1) / 2) * step) for leg in range(count)]


def _as_read(middle: complex, count: int) -> list[complex]:
    """Return the directions of a core's legs from left to right, or from top to bottom if they point sideways."""
    upright = abs(middle.imag) >= abs(middle.real)
    return sorted((middle * offset for offset in _fan(count)), key=lambda one: one.real if upright else one.imag)


def _angle(one: complex, other: complex) -> float:
    return abs(cmath.phase(one * other.conjugate()))
