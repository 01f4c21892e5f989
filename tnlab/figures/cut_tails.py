"""The figure of all cuts of a network: the error that each cut rank forces, and the cut that gives the error bound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_spectra import SLACK, Cut, CutSpectra
from tnlab.bounds.error_bound import error_bound, rounded_down
from tnlab.figures.axes import log_axis
from tnlab.figures.labels import shown_name
from tnlab.figures.style import GREY, ORANGE, SOFT, plotly_objects, styled
from tnlab.network.cuts import cut_rank
from tnlab.network.structure import Structure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SMALLEST = 1e-6  # relative error: smaller ones are not drawn, which keeps the logarithmic axis readable


@dataclass(frozen=True, eq=False)
class CutTail:
    """One cut: the error of the best approximation of each rank across it, and the network's cut rank.

    Attributes:
        cut: One side of the cut.
        losses: Entry r is the relative error of the best matrix of rank r + 1.
        cut_rank: The largest rank that the network can have across the cut.
        loss: The relative error at the cut rank, which no fit of the network goes below.
    """

    cut: Cut
    losses: NDArray[np.float64]
    cut_rank: int
    loss: float


@dataclass(frozen=True, eq=False)
class CutTails:
    """Data of ``cut_tails_plot``: all cuts, the binding one last, and the error bound."""

    cuts: tuple[CutTail, ...]
    bound: float


def cut_tails_info(spectra: CutSpectra, structure: Structure, *, cuts: Sequence[Cut] | None = None) -> CutTails:
    """Return the error that a structure's cut rank forces on each cut, in ascending order.

    Args:
        spectra: Singular values of the unfoldings of the tensor.
        structure: The structure, of the tensor's modes.
        cuts: The cuts to include; all by default.

    Raises:
        DataError: The tensor and the structure have different modes.
    """
    certificate = error_bound(spectra, structure, cuts=cuts)
    tails = [_tail(spectra, structure, spectra.side(cut)) for cut in (spectra.cuts() if cuts is None else cuts)]
    return CutTails(
        tuple(sorted(tails, key=lambda tail: (tail.loss, tail.cut == certificate.cut))), certificate.error_bound
    )


def cut_tails_plot(info: CutTails) -> "Figure":
    """Draw the error over the rank for every cut, a dot at the cut rank, and the binding cut in colour."""
    figure = plotly_objects().Figure()
    for place, tail in enumerate(info.cuts):
        binds = place == len(info.cuts) - 1 and info.bound > 0
        shown = tail.losses > SMALLEST
        figure.add_scatter(
            x=np.arange(1, len(tail.losses) + 1)[shown],
            y=tail.losses[shown],
            mode="lines",
            line={"color": ORANGE if binds else SOFT, "width": 2.5 if binds else 1.5},
            name=f"modes {_text(tail.cut)}" + (" (binds)" if binds else ""),
            legendgroup=str(tail.cut),
            showlegend=binds,
            customdata=_floors(tail.losses[shown]),
            hovertemplate=f"cut of modes {_text(tail.cut)}<br>rank %{{x}} loses %{{customdata:.5f}}<extra></extra>",
        )
    _dots(figure, info)
    title = "What every cut loses at the network's cut rank"
    styled(figure, title=title, x="rank across the cut", y="relative error at least", log_x=True, log_y=True)
    if info.bound > 0:
        height = math.log10(info.bound)  # plotly places annotations on a logarithmic axis by the logarithm
        text = f"no fit of this structure is below {rounded_down(info.bound, 4)}"
        figure.add_hline(y=info.bound, line={"dash": "dash", "color": ORANGE})
        figure.add_annotation(x=1, xref="x domain", y=height, text=text, showarrow=False, yanchor="bottom")
        figure.update_yaxes(log_axis((info.bound / 16, min(1.0, 10 * info.bound))))
    return figure.update_layout(showlegend=True)


def _dots(figure: "Figure", info: CutTails) -> None:
    shown = [tail for tail in info.cuts if tail.loss > SMALLEST]
    figure.add_scatter(
        x=[tail.cut_rank for tail in shown],
        y=[tail.loss for tail in shown],
        mode="markers",
        marker={"color": GREY, "size": 8},
        name="at the cut rank",
        customdata=[(_text(tail.cut), rounded_down(tail.loss, 4)) for tail in shown],
        hovertemplate="cut of modes %{customdata[0]}<br>cut rank %{x} loses %{customdata[1]}<extra></extra>",
    )


def _floors(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lower bounds rounded down to the five decimals that are shown."""
    return np.floor(losses * 1e5) / 1e5


def _tail(spectra: CutSpectra, structure: Structure, cut: Cut) -> CutTail:
    tail, rank = spectra.tail(cut), cut_rank(structure, cut)
    losses = np.sqrt(np.clip(tail - SLACK, 0.0, None))  # as the error bound: no fit is below, in spite of rounding
    return CutTail(cut, losses=losses[1:], cut_rank=rank, loss=float(losses[rank]) if rank < len(losses) else 0.0)


def _text(cut: Cut) -> str:
    return shown_name(", ".join(map(str, cut)))
