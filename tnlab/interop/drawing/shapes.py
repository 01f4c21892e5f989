"""Define the shapes of a drawing: discs of cores, lines of bonds and legs, labels."""

import math
from dataclasses import dataclass

from tnlab.interop.drawing.geometry import Box, Curve

CORE_RADIUS = 18.0
"""Radius of a core with legs, in diagram units: its disc has room for three letters."""
LATENT_RADIUS = 11.0
"""Radius of a latent core, in diagram units: clearly smaller than that of a core with legs."""
CHARACTER = 7.6
"""Width that one character of a label takes, in diagram units."""
LINE = 15.0
"""Height that a label takes, in diagram units."""


@dataclass(frozen=True)
class Disc:
    """The disc of a core, or the dot of a hyper-bond, by its centre and radius."""

    centre: complex
    radius: float


@dataclass(frozen=True)
class Line:
    """One stroke of a bond: the bond's place, its curve, its width, and whether it is dashed (at rank 1)."""

    bond: int
    curve: Curve
    width: float
    dashed: bool

    @classmethod
    def of(cls, bond: int, rank: int, curve: Curve) -> "Line":
        """Return the stroke of a bond along a curve, with the width of its rank and dashed at rank 1."""
        return cls(bond, curve=curve, width=bond_width(rank), dashed=rank == 1)


@dataclass(frozen=True)
class Leg:
    """The line of a mode, from the centre of its core outward."""

    mode: int
    curve: Curve


@dataclass(frozen=True)
class Label:
    """The text of a rank or mode size, with the box that it takes."""

    text: str
    box: Box

    @classmethod
    def beside(cls, place: complex, direction: complex, gap: float, text: str) -> "Label":
        """Return a label whose box lies in a direction (a unit vector) from a place, ``gap`` diagram units away."""
        box = Box(place, CHARACTER * len(text) / 2 + 1, LINE / 2)
        return cls(text, Box(place + direction * (gap + box.reach(direction)), box.half_width, box.half_height))


def bond_width(rank: int) -> float:
    """Return the line width of a bond in diagram units: 1 at rank 1, then growing with log2 of the rank up to 13."""
    return 1.0 if rank == 1 else min(1.5 + 1.6 * math.log2(rank), 13.0)


def short_name(name: str) -> str:
    """Return a core's name if it has at most three letters, else its first two letters and an ellipsis."""
    return name if len(name) <= 3 else f"{name[:2]}…"
