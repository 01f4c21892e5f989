"""The figure of the columns of a core along one mode, such as the factor vectors of CP or Tucker."""

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tnlab.errors import DataError
from tnlab.figures.labels import shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import plotly_objects, styled
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.unfolding import unfolding

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True, eq=False)
class FactorColumn:
    """One column of the unfolding of a core along a mode.

    Attributes:
        label: The number of its component in CP; otherwise its indices on the core's other axes.
        values: Its entries along the mode, of unit norm.
        weight: Its norm over that of the core; in CP, the norm of the component over that of the tensor.
    """

    label: str
    values: NDArray[np.float64]
    weight: float


@dataclass(frozen=True)
class FactorColumns:
    """Data of ``factor_plot``: columns of the unfolding of one core along one mode.

    Attributes:
        core: Label of the core.
        mode: The mode, counted from 0.
        columns: The columns of largest weight, in descending order.
        total: Number of all columns.
    """

    core: str
    mode: int
    columns: tuple[FactorColumn, ...]
    total: int


def factor_info(network: Network, mode: int, *, most: int = 6) -> FactorColumns:
    """Return the columns, along one mode, of the unfolding of the core that carries it; those of largest weight first.

    In a CP network they are its components, in the same order for every mode. In any other network they depend on the
    gauge; only the space that they span is a property of the tensor.

    Args:
        network: The network.
        mode: The mode, counted from 0.
        most: Largest number of columns to return.

    Raises:
        DataError: There is no such mode.
    """
    structure = network.structure
    if not 0 <= mode < structure.order:
        raise DataError(f"The modes are 0 to {structure.order - 1}, but mode {mode} was asked for.")
    place = next(place for place, core in enumerate(structure.cores) if mode in core.legs)
    axis = structure.cores[place].legs.index(mode)
    matrix = unfolding(network.cores[place].detach().double().cpu(), axis)
    norms = matrix.norm(dim=0)
    if len(structure.bonds) == 1 and len(structure.bonds[0].cores) == structure.order:
        weights, labels = _components(network), [f"component {k + 1}" for k in range(matrix.shape[1])]
    else:
        weights, labels = norms / norms.norm().clamp(min=1e-300), _places(structure, place, axis)
    heaviest = weights.argsort(descending=True, stable=True)[:most].tolist()
    columns = (matrix / norms.clamp(min=1e-300)).numpy()
    chosen = tuple(FactorColumn(labels[k], columns[:, k], float(weights[k])) for k in heaviest)
    return FactorColumns(structure.core_label(place), mode=mode, columns=chosen, total=matrix.shape[1])


def factor_plot(info: FactorColumns) -> "Figure":
    """Draw the columns as lines along the mode, with a point at every entry of a short mode (up to 40)."""
    figure = plotly_objects().Figure()
    for place, column in enumerate(info.columns):
        mode = "lines+markers" if len(column.values) <= 40 else "lines"
        name = f"{shown_name(column.label)} ({column.weight:.2f})"
        figure.add_scatter(y=column.values, mode=mode, name=name, **series_look(place))
    shown = "" if info.total == len(info.columns) else f", the heaviest {len(info.columns)} of {info.total}"
    title = f"Core {info.core} along mode {info.mode}{shown}"
    styled(figure, title=title, x=f"mode {info.mode}", y="entry of the unit column")
    figure.update_layout(showlegend=True)
    return figure


def _components(network: Network) -> Tensor:
    """Return the norm of every CP component over the norm of the tensor, computed from Gram matrices of the factors."""
    grams = [core.detach().double().cpu() for core in network.cores]
    grams = [matrix.reshape(-1, matrix.shape[-1]).T @ matrix.reshape(-1, matrix.shape[-1]) for matrix in grams]
    product_of_all = torch.stack(grams).prod(dim=0)
    return product_of_all.diagonal().sqrt() / math.sqrt(max(float(product_of_all.sum()), 1e-300))


def _places(structure: Structure, place: int, axis: int) -> list[str]:
    """Return a label for every column of the unfolding of a core along an axis: indices on the core's other axes."""
    core = structure.cores[place]
    names = [f"mode {leg}" for leg in core.legs] + [structure.bond_label(bond) for bond in structure.core_bonds[place]]
    sizes = list(structure.core_shapes[place])
    del names[axis], sizes[axis]
    return [
        ", ".join(f"{name} {index + 1}" for name, index in zip(names, indices, strict=True)) or "entries"
        for indices in product(*map(range, sizes))
    ]
