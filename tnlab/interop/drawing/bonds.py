"""Compute the strokes of bonds and the dots of hyper-bonds, around cores that are in their way."""

import cmath
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tnlab.interop.drawing.geometry import Curve, mean
from tnlab.interop.drawing.shapes import CORE_RADIUS, Disc, Line, bond_width
from tnlab.network.structure import Structure

FAN = 26.0
"""Distance between the middles of parallel bonds, in diagram units."""
DETOURS = (0.0, 45.0, -45.0, 70.0, -70.0, 100.0, -100.0)
"""Distances of a bond's middle from the straight line that are tried in turn, in diagram units."""
ASIDE = tuple(
    cmath.rect(radius, -turn * math.pi / 4) for radius in (0, 25, 40, 55, 75) for turn in (2, 6, 0, 4, 1, 3, 5, 7)
)
"""Displacements of a hyper-bond's dot from the middle of its cores that are tried, in diagram units."""
CLEARANCE = 6
"""Diagram units that a stroke keeps from the rim of a core that it does not join."""
BLOCKED = 200
"""Diagram units of displacement that a dot accepts to avoid one obstacle: more than any displacement that is tried."""


def hyper_bond_dots(structure: Structure, cores: Sequence[Disc]) -> dict[int, Disc]:
    """Return the dot of each hyper-bond by the bond's place: amid its cores, or aside if a core or dot is there."""
    dots: dict[int, Disc] = {}
    for place, bond in enumerate(structure.bonds):
        if len(bond.cores) > 2:
            ends = [cores[core] for core in bond.cores]
            rest = [core for core in cores if core not in ends]
            centre = mean([end.centre for end in ends])
            costs = {move: abs(move) + BLOCKED * _blocked(centre + move, ends, rest, dots) for move in ASIDE}
            dots[place] = Disc(centre + min(costs, key=costs.__getitem__), max(5.0, bond_width(bond.rank) + 2.5))
    return dots


def lines(structure: Structure, cores: Sequence[Disc], dots: Mapping[int, Disc]) -> Iterator[Line]:
    """Yield the strokes of all bonds, curved around other cores and fanned out if several bonds join the same cores.

    Args:
        structure: The structure.
        cores: The disc of every core.
        dots: The dot of every hyper-bond, by the bond's place; its strokes lead from there to its cores.
    """
    many = Counter(bond.cores for bond in structure.bonds)
    seen: Counter[tuple[int, ...]] = Counter()
    for place, bond in enumerate(structure.bonds):
        if place in dots:
            curves = [Curve.bent(dots[place].centre, cores[core].centre, 0) for core in bond.cores]
        else:
            first, last = bond.cores
            others = [core for index, core in enumerate(cores) if index not in bond.cores] + list(dots.values())
            sag = _detour(cores[first].centre, cores[last].centre, others)
            sag += FAN * (seen[bond.cores] - (many[bond.cores] - 1) / 2)
            curves = [Curve.bent(cores[first].centre, cores[last].centre, sag)]
        seen[bond.cores] += 1
        yield from (Line.of(place, bond.rank, curve) for curve in curves)


def _blocked(dot: complex, ends: Sequence[Disc], rest: Sequence[Disc], dots: Mapping[int, Disc]) -> int:
    near = sum(abs(dot - core.centre) < 1.8 * CORE_RADIUS for core in (*ends, *rest))
    near += sum(abs(dot - other.centre) < FAN for other in dots.values())
    for end in ends:
        spoke = Curve.bent(dot, end.centre, 0)
        near += sum(_meets(spoke, core) for core in (*ends, *rest) if core is not end)
    return near


def _detour(start: complex, end: complex, others: Sequence[Disc]) -> float:
    free = (sag for sag in DETOURS if not any(_meets(Curve.bent(start, end, sag), other) for other in others))
    return next(free, 0.0)


def _meets(curve: Curve, core: Disc) -> bool:
    return curve.distance(core.centre) < core.radius + CLEARANCE
