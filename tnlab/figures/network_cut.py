"""The figure of a network with one cut: its cores coloured by side, and the bonds that cross the cut marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tnlab.bounds.error_bound import Certificate, rounded_down
from tnlab.figures.style import BLUE, GREEN, GREY, ORANGE, plotly_objects, styled
from tnlab.formats.layout import complete_layout
from tnlab.network.structure import Position, Structure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

INSIDE, OUTSIDE, EITHER = "inside", "outside", "either"
FILL = {INSIDE: BLUE, OUTSIDE: GREEN, EITHER: GREY}


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
    """Draw the network with its cores coloured by side and the bonds that cross the cut in orange."""
    figure = plotly_objects().Figure()
    for bond in info.bonds:
        line = {"color": ORANGE if bond.crosses else GREY, "width": 5 if bond.crosses else 2}
        for start, end in _segments(bond):
            figure.add_scatter(x=[start[0], end[0]], y=[start[1], end[1]], mode="lines", line=line, hoverinfo="skip")
        figure.add_annotation(**_label(bond))
    figure.add_scatter(
        x=[core.position[0] for core in info.cores],
        y=[core.position[1] for core in info.cores],
        text=[core.label for core in info.cores],
        mode="markers+text",
        textfont={"color": "#ffffff", "size": 14},
        marker={"size": 34, "color": [FILL[core.side] for core in info.cores]},
        hovertemplate="core %{text}<extra></extra>",
    )
    said = f"no fit of this structure is below {rounded_down(info.error_bound, 4)}"
    styled(figure, title=f"Cut rank {info.cut_rank}: {said}" if info.error_bound > 0 else "No cut limits the error")
    figure.update_layout(showlegend=False, height=320)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x")
    return figure


def _label(bond: DrawnBond) -> dict[str, Any]:
    x, y = bond.middle
    font = {"color": ORANGE if bond.crosses else GREY, "size": 14}
    return {"x": x, "y": y, "text": str(bond.rank), "showarrow": False, "font": font, "yshift": 13, "xshift": 9}


def _segments(bond: DrawnBond) -> list[tuple[Position, Position]]:
    return [bond.ends] if len(bond.ends) == 2 else [(end, bond.middle) for end in bond.ends]


def _side(legs: tuple[int, ...], cut: set[int]) -> str:
    inside = {leg in cut for leg in legs}
    return EITHER if len(inside) != 1 else INSIDE if inside == {True} else OUTSIDE


def _mean(points: Iterable[Position]) -> Position:
    xs, ys = zip(*points, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)
