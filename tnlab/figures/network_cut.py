"""The figure of a network with one cut: its cores coloured by side, and the bonds that cross the cut marked."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tnlab.bounds.error_bound import Certificate, rounded_down
from tnlab.figures.labels import shown_name
from tnlab.figures.style import BLUE, CLEAR, GREEN, GREY, ORANGE, plotly_objects, styled
from tnlab.formats.layout import complete_layout
from tnlab.network.structure import Position, Structure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

INSIDE, OUTSIDE, EITHER = "inside", "outside", "either"
FILL = {INSIDE: (BLUE, "#ffffff"), OUTSIDE: (GREEN, "#000000"), EITHER: (GREY, "#ffffff")}  # colours of core and name
WIDTH, TALLEST = 520, 700  # pixels between the outermost cores in a narrow notebook, and of the height at most
ROOM = 22.0  # pixels from core to core at least, with which there is room for a rank between them
LETTER, BESIDE = 9.0, 14.0  # pixels of a letter, and from the middle of a bond to its rank


@dataclass(frozen=True)
class DrawnCore:
    """A core: its label, its position in diagram units (y grows downward), and its side: inside, outside or either."""

    label: str
    position: Position
    side: str


@dataclass(frozen=True)
class DrawnBond:
    """A bond: the positions of its cores (three or more for a hyper-bond), its rank, and whether it crosses the cut."""

    ends: tuple[Position, ...]
    rank: int
    crosses: bool

    @property
    def middle(self) -> Position:
        """Mean of the positions of its cores, where its rank is written."""
        return _mean(self.ends)


@dataclass(frozen=True)
class NetworkCut:
    """Data of ``network_cut_plot``: cores and bonds as drawn, the cut rank, and the error bound of the cut."""

    cores: tuple[DrawnCore, ...]
    bonds: tuple[DrawnBond, ...]
    cut_rank: int
    error_bound: float


def network_cut_info(structure: Structure, certificate: Certificate) -> NetworkCut:
    """Return cores with positions and sides, and bonds, of a structure and the cut of a certificate.

    Args:
        structure: The structure; cores without a position are laid out.
        certificate: An error bound of the structure, with its cut.
    """
    placed = complete_layout(structure)
    places = [core.position or (0.0, 0.0) for core in placed.cores]
    cores = tuple(
        DrawnCore(structure.core_label(k), places[k], _side(core.legs, set(certificate.cut)))
        for k, core in enumerate(structure.cores)
    )
    bonds = tuple(
        DrawnBond(tuple(places[core] for core in bond.cores), bond.rank, k in certificate.crossing)
        for k, bond in enumerate(structure.bonds)
    )
    return NetworkCut(cores, bonds=bonds, cut_rank=certificate.cut_rank, error_bound=certificate.error_bound)


def network_cut_plot(info: NetworkCut) -> "Figure":
    """Draw the network with its cores coloured by side and the bonds that cross the cut in orange.

    In a crowd cores are small, names that do not fit are cut, and ranks of bonds that do not cross are in the hover.
    """
    figure = plotly_objects().Figure()
    scale, height = _scale(info)
    gap = scale * _closest([core.position for core in info.cores])
    size = max(5.0, min(34.0, gap / 2))
    for crosses, colour, width in ((False, GREY, 2), (True, ORANGE, 5)):
        lines = [line for bond in info.bonds if bond.crosses == crosses for line in _segments(bond)]
        x, y = ([end for line in lines for end in (line[0][axis], line[1][axis], None)] for axis in (0, 1))
        look = {"color": colour, "width": min(width, size / 4)}
        figure.add_scatter(x=x, y=y, mode="lines", line=look, hoverinfo="skip")
    figure.add_scatter(
        x=[bond.middle[0] for bond in info.bonds],
        y=[bond.middle[1] for bond in info.bonds],
        customdata=[bond.rank for bond in info.bonds],
        mode="markers",
        marker={"size": size / 2, "color": CLEAR},
        hovertemplate="rank %{customdata}<extra></extra>",
    )
    below = _draw_cores(figure, info, size, gap)
    ranks = [_label(bond) for bond in info.bonds if bond.crosses or gap >= ROOM]
    said = f"no fit of this structure is below {rounded_down(info.error_bound, 4)}"
    styled(figure, title=f"Cut rank {info.cut_rank}: {said}" if info.error_bound > 0 else "No cut limits the error")
    figure.update_layout(showlegend=False, height=height, annotations=ranks + below)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x")
    return figure


def _draw_cores(figure: "Figure", info: NetworkCut, size: float, gap: float) -> list[dict[str, Any]]:
    """Draw the cores with their names inside where they fit; return the names that stand below, if there is room."""
    fits = [LETTER * len(core.label) <= size for core in info.cores]
    names = [shown_name(core.label) for core in info.cores]
    figure.add_scatter(
        x=[core.position[0] for core in info.cores],
        y=[core.position[1] for core in info.cores],
        text=[name if inside else "" for name, inside in zip(names, fits, strict=True)],
        customdata=names,
        mode="markers+text",
        textfont={"color": [FILL[core.side][1] for core in info.cores], "size": 14},
        marker={"size": size, "color": [FILL[core.side][0] for core in info.cores]},
        hovertemplate="core %{customdata}<extra></extra>",
    )
    room = max(1, int(min(gap, WIDTH) / LETTER) - 1)
    below = [core for core, inside in zip(info.cores, fits, strict=True) if not inside and gap >= ROOM]
    return [
        {"text": shown_name(core.label, room), "showarrow": False, "yshift": -size / 2 - 9}
        | dict(zip("xy", core.position, strict=True))
        for core in below
    ]


def _scale(info: NetworkCut) -> tuple[float, int]:
    """Return pixels per diagram unit, and the height of the figure, at the width of a narrow notebook."""
    xs, ys = zip(*(core.position for core in info.cores), strict=True)
    across, down = max(xs) - min(xs) or 1.0, max(ys) - min(ys)
    height = max(320, min(TALLEST, round(100 + WIDTH * down / across)))
    return min(WIDTH / across, (height - 100) / (down or 1.0)), height


def _closest(points: Sequence[Position]) -> float:
    """Return the least distance of two points; infinite for one."""
    return min((math.dist(one, other) for one, other in combinations(points, 2)), default=math.inf)


def _label(bond: DrawnBond) -> dict[str, Any]:
    """Return the rank beside the middle of a bond: above a level bond, to the right of an upright one."""
    x, y = bond.middle
    (x0, y0), (x1, y1) = bond.ends[0], bond.ends[-1]
    length = math.dist((x0, y0), (x1, y1)) or 1.0
    aside = {"xshift": BESIDE * abs(y1 - y0) / length, "yshift": BESIDE * abs(x1 - x0) / length}
    if (x1 - x0) * (y1 - y0) < 0:  # rises to the right, for y grows downward: the free side is above on the left
        aside["xshift"] *= -1
    return {"x": x, "y": y, "text": str(bond.rank), "showarrow": False} | aside


def _segments(bond: DrawnBond) -> list[tuple[Position, Position]]:
    return [(bond.ends[0], bond.ends[1])] if len(bond.ends) == 2 else [(end, bond.middle) for end in bond.ends]


def _side(legs: tuple[int, ...], cut: set[int]) -> str:
    inside = {leg in cut for leg in legs}
    return EITHER if len(inside) != 1 else INSIDE if inside == {True} else OUTSIDE


def _mean(points: Iterable[Position]) -> Position:
    xs, ys = zip(*points, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)
