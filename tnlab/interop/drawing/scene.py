"""Compose the drawing of a structure from discs, lines and labels, for any file format."""

from dataclasses import dataclass

import numpy as np

from tnlab.formats.layout import complete_layout
from tnlab.interop.drawing.bonds import hyper_bond_dots, lines
from tnlab.interop.drawing.geometry import Box, bounds
from tnlab.interop.drawing.labels import rank_labels, size_labels
from tnlab.interop.drawing.legs import legs
from tnlab.interop.drawing.shapes import CORE_RADIUS, LATENT_RADIUS, Disc, Label, Leg, Line
from tnlab.network.structure import Structure


@dataclass(frozen=True)
class Scene:
    """All shapes of a drawing.

    Attributes:
        structure: The structure that is drawn, with positions.
        cores: A disc for every core.
        dots: A disc for every hyper-bond, by the bond's place.
        lines: The strokes of the bonds.
        legs: The lines of the modes, core by core.
        sizes: The mode sizes, in the order of ``legs``.
        ranks: The ranks, in the order of the bonds.
    """

    structure: Structure
    cores: tuple[Disc, ...]
    dots: dict[int, Disc]
    lines: tuple[Line, ...]
    legs: tuple[Leg, ...]
    sizes: tuple[Label, ...]
    ranks: tuple[Label, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Bounding box of the drawing: left, top, right and bottom, in diagram units."""
        discs = (Box(disc.centre, disc.radius, disc.radius) for disc in (*self.cores, *self.dots.values()))
        boxes = (*discs, *(label.box for label in (*self.sizes, *self.ranks)))
        corners = np.array([corner for box in boxes for corner in box.corners])
        return bounds(np.concatenate((corners, *(line.curve.points for line in self.lines))))


def compose(structure: Structure) -> Scene:
    """Return all shapes of the drawing of a structure; cores without a position are laid out first."""
    structure = complete_layout(structure)
    cores = tuple(
        Disc(complex(*core.position), CORE_RADIUS if core.legs else LATENT_RADIUS)
        for core in structure.cores
        if core.position is not None
    )
    dots = hyper_bond_dots(structure, cores)
    strokes = tuple(lines(structure, cores, dots))
    ends = tuple(legs(structure, cores, strokes))
    sizes = tuple(size_labels(structure, ends))
    ranks = rank_labels(structure, cores, dots, strokes, ends, sizes)
    return Scene(structure=structure, cores=cores, dots=dots, lines=strokes, legs=ends, sizes=sizes, ranks=ranks)
