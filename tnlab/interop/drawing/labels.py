"""Place the labels of ranks and mode sizes beside their bonds and legs, where they cover as little as possible."""

import cmath
import math
from collections.abc import Iterator, Mapping, Sequence

from tnlab.interop.drawing.geometry import Box, mean
from tnlab.interop.drawing.shapes import Disc, Label, Leg, Line
from tnlab.network.structure import Structure

ALONG = (0.5, 0.43, 0.57, 0.36, 0.64, 0.3, 0.7, 0.24, 0.76)
"""Positions along a bond, from 0 to 1, at which its label is tried."""


def size_labels(structure: Structure, legs: Sequence[Leg]) -> Iterator[Label]:
    """Yield a label with the size of each leg's mode, beyond the end of the leg."""
    for leg in legs:
        text = str(structure.modes[leg.mode])
        yield Label.beside(leg.curve.end, -leg.curve.leaving(leg.curve.end), 3, text)


def rank_labels(
    structure: Structure,
    cores: Sequence[Disc],
    dots: Mapping[int, Disc],
    lines: Sequence[Line],
    legs: Sequence[Leg],
    sizes: Sequence[Label],
) -> tuple[Label, ...]:
    """Return a label with the rank of each bond, in the order of the bonds, where it covers the least.

    Args:
        structure: The structure.
        cores: The disc of every core.
        dots: The dot of every hyper-bond, by the bond's place.
        lines: The strokes of the bonds.
        legs: The lines of the modes.
        sizes: The labels of the mode sizes.
    """
    strokes = [(point, line.width / 2) for line in lines for point in line.curve.points]
    strokes += [(point, 1.0) for leg in legs for point in leg.curve.points]
    discs = (*cores, *dots.values())
    centre = mean([core.centre for core in cores])
    labels: list[Label] = []

    def covered(box: Box) -> float:
        over = sum(box.holds(disc.centre, disc.radius) for disc in discs)
        over += 2 * sum(box.meets(label.box) for label in (*sizes, *labels))
        return 10 * over + 2 * sum(box.holds(point, width + 1) for point, width in strokes)

    for place, bond in enumerate(structure.bonds):
        if place in dots:
            spots = _beside_dot(dots[place], str(bond.rank))
        else:
            line = next(line for line in lines if line.bond == place)
            spots = _beside_line(line, str(bond.rank), centre)
        labels.append(min(((covered(label.box) + cost, turn, label) for turn, (label, cost) in enumerate(spots)))[2])
    return tuple(labels)


def _beside_line(line: Line, text: str, centre: complex) -> Iterator[tuple[Label, float]]:
    """Yield labels along both sides of a bond, each with a cost that is least at the middle of the outer side."""
    outward = (line.curve.at(0.5) - centre) * line.curve.normal_at(0.5).conjugate()
    outer = 1 if outward.real > -1 else -1
    for t in ALONG:
        for side in (outer, -outer):
            label = Label.beside(line.curve.at(t), side * line.curve.normal_at(t), line.width / 2 + 2.5, text)
            yield label, 12 * abs(t - 0.5) + (side != outer)


def _beside_dot(dot: Disc, text: str) -> Iterator[tuple[Label, float]]:
    for distance in (0, 6, 12, 18, 26, 34):
        for turn in range(36):
            direction = cmath.rect(1, (turn - 4) * math.pi / 18)
            yield Label.beside(dot.centre, direction, dot.radius + 2 + distance, text), distance / 6
