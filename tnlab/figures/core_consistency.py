"""How many components a CP model may have: the core consistency over the rank.

References:
    Bro 2003: https://doi.org/10.1002/cem.801
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.figures.style import BLUE, ORANGE, plotly_objects, styled
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.fit import fit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LOWEST = -10.0  # per cent: what is drawn of a consistency that may be minus a billion


@dataclass(frozen=True)
class Consistency:
    """One CP model: its rank, its core consistency in per cent (at most 100), and its relative error."""

    rank: int
    consistency: float
    error: float


def core_consistency(tensor: Tensor, network: Network) -> float:
    """Return how nearly diagonal the best Tucker core in the space of CP factors is, in per cent.

    With factors ``A_k`` of equal column norms, the least-squares core ``G = X x_1 A_1^+ ... x_N A_N^+`` of a model
    that is right is the superdiagonal T of ones. ``100 (1 - |G - T|^2 / R)`` is 100 there, about 0 or far below where
    components are made up of noise or of interactions.

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
    level = norms.log().mean(dim=0).exp()  # the geometric mean: scaling a column here and its partner there is free
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
    """Fit CP at every rank, and return the core consistency and the error of each model.

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
    """Draw the core consistency over the rank (a triangle where it is far below 0), and the error on its own axis."""
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
    highest = max((model.error for model in models), default=1.0)
    figure.update_layout(yaxis2={"overlaying": "y", "side": "right"})
    styled(figure, title="Core consistency: the last rank before the fall", x="rank")
    figure.update_layout(
        yaxis={"title": "core consistency, %", "range": [-15, 105]},
        yaxis2={"title": "relative error", "range": [0, 1.1 * highest], "tickmode": "auto", "showgrid": False},
        xaxis={"dtick": 1},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )
    return figure
