"""The figure of the residual of a fit as pictures over two modes, or over two axes of the data before reshaping."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tnlab.data.source import Source
from tnlab.errors import DataError
from tnlab.figures.labels import shown_name, wrapped
from tnlab.figures.series import series_look
from tnlab.figures.style import SIGNED, plotly_objects, styled
from tnlab.metrics import relative_error
from tnlab.network.network import Network

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Quantile of the residual's size that ends the colour scale: with its few largest entries the rest would look pale.
SATURATED = 0.995
LONGEST = 10  # longer sides of a slice over shorter ones up to which its entries are square; others would be blank
LETTERS = 60  # letters of the labels of all slices beside each other in a narrow notebook


@dataclass(frozen=True, eq=False)
class ResidualPanel:
    """One picture of the residual: a slice along two modes.

    Attributes:
        label: Indices of the other modes at which the slice is taken.
        residual: ``X - X_hat`` of the slice, rows x columns.
        share: Its part of the squared norm of the whole residual.
    """

    label: str
    residual: NDArray[np.float64]
    share: float


@dataclass(frozen=True)
class ResidualMap:
    """Data of ``residual_map_plot``: pictures by descending residual, names of their axes, and the relative error."""

    panels: tuple[ResidualPanel, ...]
    rows: str
    columns: str
    error: float


def residual_map_info(
    tensor: Tensor | Source, network: Network, *, modes: Sequence[int] | None = None, most: int = 4
) -> ResidualMap:
    """Return the residual of a fit as slices along two modes, those with the largest residual first.

    Args:
        tensor: X; or the ``Source`` it was reshaped from, which shows the residual on the array's own axes.
        network: The fit.
        modes: The two modes (axes, for a source) that run down and across each picture; the first two by default.
        most: Largest number of slices.

    Raises:
        DataError: The shapes disagree, or ``modes`` are not two of them.
    """
    restored = isinstance(tensor, Source)
    data = tensor.tensor if restored else tensor
    if tuple(data.shape) != network.structure.modes:
        raise DataError(f"The network is of shape {network.structure.modes}, but the tensor of {tuple(data.shape)}.")
    residual = data.detach().double() - network.to_tensor().detach().double()
    wrong = tensor.restore(residual) if restored else residual.cpu().numpy()
    axis = "axis" if restored else "mode"
    if wrong.ndim == 1:
        wrong = wrong[None]
        down, across = (0, 1)
        rows, columns = "", f"{axis} 0"
    else:
        down, across = _two(modes, wrong.ndim)
        rows, columns = f"{axis} {down}", f"{axis} {across}"
    error = relative_error(data, network.to_tensor())
    return ResidualMap(_panels(wrong, down, across, axis, most), rows=rows, columns=columns, error=error)


def residual_map_plot(info: ResidualMap) -> "Figure":
    """Draw every slice in colours that fade to the paper's at zero: blue where the fit is too high, orange too low.

    A vector is drawn as a line.
    """
    figure = plotly_objects().Figure()
    count, heading = len(info.panels), f"Where the fit is wrong: relative error {info.error:.4g}"
    if not info.rows:
        for place, panel in enumerate(info.panels):
            figure.add_scatter(y=panel.residual[0], mode="lines+markers", **series_look(place))
        return styled(figure, title=heading, x=info.columns, y="X - fit").update_layout(showlegend=False)
    for place, panel in enumerate(info.panels):
        suffix = str(place + 1) if place else ""
        figure.add_heatmap(
            z=panel.residual,
            xaxis=f"x{suffix}",
            yaxis=f"y{suffix}",
            coloraxis="coloraxis",
            name=shown_name(panel.label),
            hovertemplate="%{y}, %{x}: %{z:.4g}<extra></extra>",
        )
        upright = {"autorange": "reversed", "anchor": f"x{suffix}", "constrain": "domain", "showticklabels": not place}
        if max(panel.residual.shape) <= LONGEST * min(panel.residual.shape):
            upright["scaleanchor"] = f"x{suffix}"
        across = {"domain": [(place + 0.05) / count, (place + 0.95) / count], "anchor": f"y{suffix}"}
        figure.update_layout({f"xaxis{suffix}": across | {"constrain": "domain"}, f"yaxis{suffix}": upright})
        parts = [wrapped(part, LETTERS // count) for part in (panel.label, f"{panel.share:.0%} of the squares")]
        text = "<br>".join(filter(None, parts)) if count > 1 or panel.label else ""
        above = {"x": 0.5, "y": 1.0, "xref": f"x{suffix} domain", "yref": f"y{suffix} domain", "yanchor": "bottom"}
        figure.add_annotation(text=text, showarrow=False, font={"size": 12}, **above)
    styled(figure, title=heading)
    figure.update_xaxes(title=info.columns, showgrid=False, nticks=max(3, 10 // max(count, 1)))
    figure.update_yaxes(showgrid=False)
    limit = _limit(info.panels)
    bar = {"title": {"text": "X - fit"}, "outlinewidth": 0}
    return figure.update_layout(
        yaxis_title=info.rows,
        margin={"t": 120},
        title={"y": 0.97, "yref": "container", "yanchor": "top"},
        coloraxis={"colorscale": SIGNED, "cmin": -limit, "cmax": limit, "colorbar": bar},
    )


def _limit(panels: Sequence[ResidualPanel]) -> float:
    """Return the size of a residual at which the colours end."""
    sizes = np.concatenate([np.zeros(1), *(np.abs(panel.residual).ravel() for panel in panels)])
    sizes = sizes[np.isfinite(sizes)]
    return float(np.quantile(sizes, SATURATED)) or float(sizes.max()) or 1.0


def _two(modes: Sequence[int] | None, order: int) -> tuple[int, int]:
    chosen = (0, 1) if modes is None else tuple(modes)
    if len(set(chosen)) != 2 or not all(0 <= mode < order for mode in chosen):
        raise DataError(f"A picture needs two of the modes 0 to {order - 1}, but got {chosen}.")
    return chosen[0], chosen[1]


def _panels(wrong: NDArray[np.float64], down: int, across: int, axis: str, most: int) -> tuple[ResidualPanel, ...]:
    rest = [mode for mode in range(wrong.ndim) if mode not in (down, across)]
    stack = wrong.transpose(*rest, down, across)
    peak = np.abs(stack).max(initial=0.0) or 1.0
    squares = np.square(stack / peak).sum(axis=(-2, -1))  # of at most 1: those of the entries may be no floats
    total = float(squares.sum()) or 1.0
    places = list(product(*map(range, squares.shape)))
    worst = sorted(places, key=lambda place: (-squares[place], place))[:most]
    return tuple(
        ResidualPanel(
            ", ".join(f"{axis} {mode} at {index}" for mode, index in zip(rest, place, strict=True)),
            stack[place],
            float(squares[place] / total),
        )
        for place in worst
    )
