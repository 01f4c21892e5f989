"""Place the labels of ranks and mode sizes beside their bonds and legs, where they cover as little as possible."""

import cmath
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
import scipy  # which loads its parts at their first use below
from numpy.typing import NDArray

from tnlab.interop.drawing.geometry import Box, PlanePoints, mean
from tnlab.interop.drawing.shapes import Disc, Label, Leg, Line
from tnlab.network.structure import Structure

Boxes = NDArray[np.float64]  # (4, boxes): x and y of the centre, half the width, half the height
ALONG = (0.5, 0.43, 0.57, 0.36, 0.64, 0.3, 0.7, 0.24, 0.76)
"""Positions along a bond, from 0 to 1, at which its label is tried."""
MANY = 500
"""Bonds beyond which labels are tried near the middle of a bond alone: the drawing is too dense for more to help."""


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
    centre = mean([core.centre for core in cores])
    first = {line.bond: line for line in reversed(lines)}
    along = ALONG[:3] if len(structure.bonds) > MANY else ALONG
    spots = [
        tuple(
            _beside_dot(dots[place], str(bond.rank))
            if place in dots
            else _beside_line(first[place], str(bond.rank), centre, along)
        )
        for place, bond in enumerate(structure.bonds)
    ]
    boxes = _boxes([label.box for own in spots for label, _ in own])
    costs = np.array([cost for own in spots for _, cost in own])
    for weight, obstacles in _obstacles((*cores, *dots.values()), lines, legs, sizes):
        costs += weight * _covered(boxes, obstacles)
    labels: list[Label] = []
    placed, stop = np.empty((4, len(spots))), 0
    for count, own in enumerate(spots):
        start, stop = stop, stop + len(own)
        met = _meet(boxes[:, start:stop, None], placed[:, None, :count]).sum(axis=1)
        best = int((costs[start:stop] + 20 * met).argmin())
        placed[:, count] = boxes[:, start + best]
        labels.append(own[best][0])
    return tuple(labels)


def _boxes(boxes: Iterable[Box]) -> Boxes:
    rows = [(box.centre.real, box.centre.imag, box.half_width, box.half_height) for box in boxes]
    return np.array(rows, dtype=float).reshape(-1, 4).T.copy()


def _obstacles(
    discs: Sequence[Disc], lines: Sequence[Line], legs: Sequence[Leg], sizes: Sequence[Label]
) -> Iterator[tuple[float, Boxes]]:
    """Yield what a label may cover, as boxes, with the cost of covering one of them."""
    yield 10, _boxes(Box(disc.centre, disc.radius, disc.radius) for disc in discs)
    yield 20, _boxes(label.box for label in sizes)
    strokes = [(line.curve.points, line.width / 2) for line in lines] + [(leg.curve.points, 1.0) for leg in legs]
    points: PlanePoints = np.concatenate([np.empty(0, dtype=complex), *(points for points, _ in strokes)])
    room = np.repeat([width + 1 for _, width in strokes], [len(points) for points, _ in strokes])
    yield 2, np.stack((points.real, points.imag, room, room))


def _meet(one: Boxes, other: Boxes) -> NDArray[np.bool_]:
    """Return whether boxes overlap; the arguments broadcast."""
    x, y, half_width, half_height = one
    other_x, other_y, other_half_width, other_half_height = other
    return (np.abs(x - other_x) < half_width + other_half_width) & (
        np.abs(y - other_y) < half_height + other_half_height
    )


def _covered(boxes: Boxes, obstacles: Boxes) -> NDArray[np.intp]:
    """Return for every box how many obstacles it overlaps, (boxes,)."""
    if not boxes.size or not obstacles.size:
        return np.zeros(boxes.shape[1], dtype=int)
    reach = boxes[2:].max(axis=0) + obstacles[2:].max()
    found = scipy.spatial.KDTree(obstacles[:2].T).query_ball_point(boxes[:2].T, reach, p=np.inf, return_sorted=False)
    owners = np.repeat(np.arange(boxes.shape[1]), list(map(len, found)))
    near = np.fromiter(chain.from_iterable(found), dtype=np.intp, count=len(owners))
    return np.bincount(owners[_meet(boxes[:, owners], obstacles[:, near])], minlength=boxes.shape[1])


def _beside_line(line: Line, text: str, centre: complex, along: Sequence[float]) -> Iterator[tuple[Label, float]]:
    """Yield labels along both sides of a bond, each with a cost that is least at the middle of the outer side."""
    outward = (line.curve.at(0.5) - centre) * line.curve.normal_at(0.5).conjugate()
    outer = 1 if outward.real > -1 else -1
    for t in along:
        for side in (outer, -outer):
            label = Label.beside(line.curve.at(t), side * line.curve.normal_at(t), line.width / 2 + 2.5, text)
            yield label, 12 * abs(t - 0.5) + (side != outer)


def _beside_dot(dot: Disc, text: str) -> Iterator[tuple[Label, float]]:
    for distance in (0, 6, 12, 18, 26, 34):
        for turn in range(36):
            direction = cmath.rect(1, (turn - 4) * math.pi / 18)
            yield Label.beside(dot.centre, direction, dot.radius + 2 + distance, text), distance / 6
