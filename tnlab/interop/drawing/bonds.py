"""Compute the strokes of bonds and the dots of hyper-bonds, around cores that are in their way."""

import cmath
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tnlab.interop.drawing.geometry import Curve, PlanePoints, segment_distances
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
MOST_SPOKES = 32
"""Spokes of a hyper-bond that its dot keeps off other cores; of a bond with more, as many evenly spaced ones."""
BLOCKED = 200
"""Diagram units of displacement that a dot accepts to avoid one obstacle: more than any displacement that is tried."""


def hyper_bond_dots(structure: Structure, cores: Sequence[Disc]) -> dict[int, Disc]:
    """Return the dot of each hyper-bond by the bond's place: amid its cores, or aside if a core or dot is there."""
    dots: dict[int, Disc] = {}
    centres, radii = _arrays(cores)
    for place, bond in enumerate(structure.bonds):
        if len(bond.cores) > 2:
            joined = list(bond.cores)
            centre = complex(centres[joined].mean())
            ends = np.array(joined[:: -(-len(joined) // MOST_SPOKES)])
            others, _ = _arrays(dots.values())
            costs = dict[complex, float]()
            for move in ASIDE:
                costs[move] = abs(move) + BLOCKED * _blocked(centre + move, ends, centres, radii, others)
                if costs[move] < BLOCKED:
                    break
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
    centres, radii = _arrays((*cores, *dots.values()))
    for place, bond in enumerate(structure.bonds):
        if place in dots:
            curves = [Curve.bent(dots[place].centre, cores[core].centre, 0) for core in bond.cores]
        else:
            start, end = (cores[core].centre for core in bond.cores)
            sag = _detour(start, end, np.delete(centres, bond.cores), np.delete(radii, bond.cores))
            sag += FAN * (seen[bond.cores] - (many[bond.cores] - 1) / 2)
            curves = [Curve.bent(start, end, sag)]
        seen[bond.cores] += 1
        yield from (Line.of(place, bond.rank, curve) for curve in curves)


def _arrays(discs: Iterable[Disc]) -> tuple[PlanePoints, NDArray[np.float64]]:
    """Return the centres of discs, and how near a stroke may come to each."""
    discs = tuple(discs)
    return np.array([disc.centre for disc in discs], dtype=complex), np.array(
        [disc.radius + CLEARANCE for disc in discs]
    )


def _blocked(
    dot: complex, ends: NDArray[np.intp], centres: PlanePoints, radii: NDArray[np.float64], dots: PlanePoints
) -> int:
    """Return how many cores and dots a dot would lie on, and how many cores its spokes to ``ends`` would pass."""
    near = np.count_nonzero(np.abs(centres - dot) < 1.8 * CORE_RADIUS)
    near += np.count_nonzero(np.abs(dots - dot) < FAN)
    passed = segment_distances(np.array(dot), centres[ends, None], centres) < radii
    return int(near + passed.sum() - passed[np.arange(len(ends)), ends].sum())


def _detour(start: complex, end: complex, centres: PlanePoints, radii: NDArray[np.float64]) -> float:
    """Return the first of ``DETOURS`` at which a bond meets no disc, or 0 if there is none."""
    away = segment_distances(np.array(start), np.array(end), centres) - radii
    if (away > 0).all():
        return 0.0
    near = away < max(DETOURS)
    centres, radii = centres[near], radii[near]
    for sag in DETOURS:
        curve = Curve.bent(start, end, sag)
        if (np.abs(curve.points[:, None] - centres).min(axis=0) >= radii).all():
            return sag
    return 0.0
