"""Core consistency of CP fits over the rank, a diagnostic for the number of components (CORCONDIA).

References:
    Bro 2003: https://doi.org/10.1002/cem.801
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.figures.axes import whole_axis
from tnlab.figures.style import BLUE, ORANGE, plotly_objects, styled
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.fit import fit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LOWEST = -10.0  # per cent: lower consistencies, which may be minus a billion, are drawn here as triangles


@dataclass(frozen=True)
class Consistency:
    """One CP fit: its rank, its core consistency in per cent (at most 100), and its relative error."""

    rank: int
    consistency: float
    error: float


def core_consistency(tensor: Tensor, network: Network) -> float:
    """Return the core consistency of a CP network in per cent, ``100 (1 - |G - T|^2 / R)``: 100 for a true CP model.

    ``G = X x_1 A_1^+ ... x_N A_N^+`` is the least-squares Tucker core for the CP factors ``A_k``, scaled to equal
    column norms; ``T`` is the superdiagonal tensor of ones and ``R`` the rank. Values about 0 or far below mean that
    components model noise or interactions.

    Source: Bro 2003: https://doi.org/10.1002/cem.801

    Args:
        tensor: X, of the network's modes.
        network: A CP network of X.

    Raises:
        StructureError: The network is not CP: one bond over all cores, one mode each.
    """
    structure = network.structure
    if len(structure.bonds) != 1 or any(len(core.legs) != 1 for core in structure.cores):
        raise StructureError(
            "Core consistency is of a CP network (one bond over all cores, one mode each), but this one has "
            f"{len(structure.bonds)} bonds over {len(structure.cores)} cores."
        )
    factors = {
        core.legs[0]: array.detach().double() for core, array in zip(structure.cores, network.cores, strict=True)
    }
    norms = torch.stack([factors[mode].norm(dim=0).clamp(min=1e-300) for mode in range(structure.order)])
    level = norms.log().mean(dim=0).exp()  # geometric mean: CP leaves the scale of each factor column free
    core = tensor.detach().double()
    for mode in range(structure.order):
        inverse = torch.linalg.pinv(factors[mode] / norms[mode] * level)
        core = (core.movedim(mode, -1) @ inverse.T).movedim(-1, mode)
    rank = structure.bonds[0].rank
    diagonal = (torch.arange(rank, device=core.device),) * structure.order
    square = core.square().sum() - core[diagonal].square().sum() + (core[diagonal] - 1).square().sum()
    return float(100 * (1 - square / rank))


def core_consistency_info(
    tensor: Tensor,
    ranks: Iterable[int] = range(1, 7),
    *,
    seed: int | torch.Generator | None = 0,
    max_sweeps: int = 500,
    restarts: int = 3,
) -> tuple[Consistency, ...]:
    """Fit CP at every rank, and return the core consistency and the relative error of each fit.

    Args:
        tensor: The tensor to fit.
        ranks: Ranks to try.
        seed: Seed of the starts of every fit.
        max_sweeps: Sweeps per start.
        restarts: Starts per rank; the best fit is kept.

    Raises:
        DataError: The tensor cannot be fitted.
        FormatError: A rank is not a whole number above 0.
    """
    models = []
    for rank in ranks:
        structure = formats["cp"].build(tensor.shape, rank)
        result = fit(tensor, structure, seed=seed, max_sweeps=max_sweeps, restarts=restarts)
        models.append(Consistency(rank, core_consistency(tensor, result.network), result.relative_error))
    return tuple(models)


def core_consistency_plot(info: Iterable[Consistency]) -> "Figure":
    """Draw the core consistency over the rank (triangles below ``LOWEST``), and the error on a second axis."""
    models = sorted(info, key=lambda model: model.rank)
    ranks = [model.rank for model in models]
    figure = plotly_objects().Figure()
    figure.add_scatter(
        x=ranks,
        y=[max(model.consistency, LOWEST) for model in models],
        customdata=[model.consistency for model in models],
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"size": 10, "symbol": ["circle" if m.consistency >= LOWEST else "triangle-down" for m in models]},
        name="core consistency",
        hovertemplate="rank %{x}: %{customdata:.1f} %<extra></extra>",
    )
    figure.add_scatter(
        x=ranks,
        y=[model.error for model in models],
        yaxis="y2",
        mode="lines+markers",
        line={"color": ORANGE, "dash": "dot"},
        name="relative error",
        hovertemplate="rank %{x}: error %{y:.4g}<extra></extra>",
    )
    highest = max((model.error for model in models if math.isfinite(model.error)), default=0.0) or 1.0
    figure.update_layout(yaxis2={"overlaying": "y", "side": "right"})
    styled(figure, title="Core consistency: the last rank before the fall", x="rank")
    figure.update_layout(
        yaxis={"title": "core consistency, %", "range": [-15, 105]},
        yaxis2={"title": "relative error", "range": [0, 1.1 * highest], "tickmode": "auto", "showgrid": False},
        xaxis=whole_axis(ranks),
    )
    return figure
