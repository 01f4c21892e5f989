"""The figure of the singular values of one unfolding, split into those that a rank keeps and those that it drops."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_spectra import Cut, CutSpectra
from tnlab.figures.style import BLUE, GREY, ORANGE, plotly_objects, styled

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


SMALLEST = 1e-12  # part of the norm: smaller values are rounding errors and are not drawn


@dataclass(frozen=True, eq=False)
class UnfoldingSpectrum:
    """Data of ``unfolding_spectrum_plot``.

    Attributes:
        cut: Modes on one side of the cut.
        rest: Modes on the other side.
        values: Singular values over the norm of the tensor, descending.
        rank: Number of values that are kept.
        error: Norm of the other values: the least relative error of a matrix of this rank (Eckart and Young).
    """

    cut: Cut
    rest: Cut
    values: NDArray[np.float64]
    rank: int
    error: float


def unfolding_spectrum_info(spectra: CutSpectra, cut: Iterable[int], rank: int) -> UnfoldingSpectrum:
    """Return the singular values of the unfolding along a cut, and the least error of a matrix of a given rank.

    Args:
        spectra: Singular values of the tensor's unfoldings.
        cut: Modes on one side of the cut.
        rank: Number of values to keep.

    Raises:
        ValueError: The rank is negative.
    """
    if rank < 0:
        raise ValueError(f"The rank must be at least 0, but is {rank}.")
    side = tuple(sorted(set(cut)))
    tail = spectra.tail(side)
    return UnfoldingSpectrum(
        cut=side,
        rest=tuple(mode for mode in range(spectra.order) if mode not in side),
        values=spectra.singular_values(side),
        rank=rank,
        error=float(np.sqrt(tail[min(rank, len(tail) - 1)])),
    )


def unfolding_spectrum_plot(info: UnfoldingSpectrum) -> "Figure":
    """Draw the singular values, the kept ones filled and the dropped ones hollow, with a line between them."""
    objects = plotly_objects()
    ranks = np.arange(1, len(info.values) + 1)
    kept = ranks <= info.rank
    figure = objects.Figure()
    for chosen, name, colour, symbol in (
        (kept, f"kept by rank {info.rank}", BLUE, "circle"),
        (~kept & (info.values > SMALLEST), f"lost: together {info.error:.4g} of |X|", ORANGE, "circle-open"),
    ):
        marks = {"color": colour, "symbol": symbol, "size": 7}
        if chosen.any():
            figure.add_scatter(x=ranks[chosen], y=info.values[chosen], name=name, mode="markers", marker=marks)
    if 0 < info.rank < len(ranks):
        figure.add_vline(x=info.rank + 0.5, line={"dash": "dash", "color": GREY})
    sides = " | ".join(", ".join(map(str, side)) for side in (info.cut, info.rest))
    title = f"Unfolding of modes {sides}"
    styled(figure, title=title, x="number", y="singular value / |X|", log_x=True, log_y=True)
    return figure.update_layout(showlegend=True)
