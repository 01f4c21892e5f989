"""The figure of the singular values on every bond of a network, and of the error that a lower rank would add."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tnlab.figures.axes import whole_axis
from tnlab.figures.labels import shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import plotly_objects, side_by_side, styled
from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.graph import is_tree
from tnlab.network.network import Network

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SMALLEST = 1e-12  # part of the largest value: smaller values are rounding errors and are not drawn


@dataclass(frozen=True, eq=False)
class BondScree:
    """The singular values of one bond.

    Attributes:
        label: Names of the cores that it joins.
        values: Its singular values, descending, scaled to unit norm.
        losses: Entry r is the norm of all values after the r-th, which rank r would drop; entry 0 is 1.
    """

    label: str
    values: NDArray[np.float64]
    losses: NDArray[np.float64]


@dataclass(frozen=True)
class Scree:
    """Data of ``scree_plot``.

    Attributes:
        bonds: Every bond, in the order of the structure.
        exact: Whether a loss is the relative change of the whole tensor, as on a tree. On a bond of a loop it is the
            relative change of the two cores that the bond joins, and on a hyper-bond the weight of its lightest
            components.
    """

    bonds: tuple[BondScree, ...]
    exact: bool


def scree_info(network: Network) -> Scree:
    """Return the singular values of every bond of a network, and the norm of those that each lower rank would drop."""
    structure = network.structure
    several = zip(range(len(structure.bonds)), bond_spectra(network), strict=True)
    return Scree(tuple(_scree(structure.bond_label(k), values.numpy()) for k, values in several), is_tree(structure))


def scree_plot(info: Scree) -> "Figure":
    """Draw the singular values of every bond on the left, the loss at each lower rank on the right."""
    figure = plotly_objects().Figure()
    for place, bond in enumerate(info.bonds):
        shown = bond.values > SMALLEST * bond.values.max(initial=0.0)
        numbers = np.arange(1, len(bond.values) + 1)[shown]
        name = shown_name(bond.label)
        look = series_look(place) | {"mode": "lines+markers", "name": name, "legendgroup": str(place)}
        hover = f"{name}<br>value %{{x}}: %{{y:.4g}}<extra></extra>"
        figure.add_scatter(x=numbers, y=bond.values[shown], hovertemplate=hover, **look)
        hover = f"{name}<br>rank %{{x}} would cost %{{y:.4g}}<extra></extra>"
        shown = bond.losses > SMALLEST
        ranks = np.arange(len(bond.losses))[shown]
        drawn = {"x": ranks[1:], "y": bond.losses[shown][1:], "hovertemplate": hover, "showlegend": False}
        figure.add_scatter(xaxis="x2", yaxis="y2", **drawn, **look)
    side_by_side(figure)
    whose = "of the tensor" if info.exact else "of the cores it joins"
    styled(figure, title="Every bond, and what a lower rank would cost", log_y=True)
    most = max((len(bond.values) for bond in info.bonds), default=1)
    figure.update_xaxes(whole_axis((0, most)))
    return figure.update_layout(
        xaxis_title="number",
        xaxis2_title="rank",
        yaxis_title="singular value",
        yaxis2_title=f"relative change {whose}",
        showlegend=True,
    )


def _scree(label: str, values: NDArray[np.float64]) -> BondScree:
    tails = np.append(np.cumsum(values[::-1] ** 2)[::-1], 0.0)
    return BondScree(label, values, np.sqrt(tails / max(float(tails[0]), 1e-300)))
