"""The shapes a drawing is made of."""

import math
from dataclasses import dataclass

from tnlab.interop.drawing.geometry import Box, Curve

CORE_RADIUS = 18.0
LATENT_RADIUS = 11.0
CHARACTER = 7.6
"""Width that one character of a label takes, in diagram units."""
LINE = 15.0
"""Height that a label takes, in diagram units."""


@dataclass(frozen=True)
class Disc:
    """A core, or the dot of a hyper-bond."""

    centre: complex
    radius: float


@dataclass(frozen=True)
class Line:
    """One stroke of a bond; rank 1 is dashed, it carries nothing."""

    bond: int
    curve: Curve
    width: float
    dashed: bool

    @classmethod
    def of(cls, bond: int, rank: int, curve: Curve) -> "Line":
        """Return a stroke as thick as a rank asks for."""
        return cls(bond, curve, bond_width(rank), rank == 1)


@dataclass(frozen=True)
class Leg:
    """The short line of a mode, from the centre of its core."""

    mode: int
    curve: Curve


@dataclass(frozen=True)
class Label:
    """A rank or a mode size, with the room it takes."""

    text: str
    box: Box

    @classmethod
    def beside(cls, place: complex, direction: complex, gap: float, text: str) -> "Label":
        """Return a label that keeps ``gap`` from a place, in a direction (a unit vector)."""
        box = Box(place, CHARACTER * len(text) / 2 + 1, LINE / 2)
        return cls(text, Box(place + direction * (gap + box.reach(direction)), box.half_width, box.half_height))


def bond_width(rank: int) -> float:
    """Return the line width of a bond; it grows with the logarithm of the rank."""
    return 1.0 if rank == 1 else min(1.5 + 1.6 * math.log2(rank), 13.0)


def short_name(name: str) -> str:
    """Return what of a core's name fits into its disc."""
    return name if len(name) <= 3 else f"{name[:2]}…"
