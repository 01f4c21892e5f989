"""Rounding of a tree network bond by bond, from the leaves to a root, by singular value decompositions.

A truncation projects one side of a bond onto its leading singular vectors. From the leaves to the root the projections
commute, so that the squares of the discarded singular values add up to the square of the error.

What lies beyond a bond enters by an isometry, or only by its triangular factor, which takes fewer operations.

References:
    Oseledets 2011: https://doi.org/10.1137/090752286
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tnlab.network.gauge.canonical import shift, turned_to
from tnlab.network.gauge.triangles import (
    as_columns,
    check_range,
    column_basis,
    double_arrays,
    norm_of,
    times_along,
    triangle,
)
from tnlab.network.graph import ParentBond, axis_of, far_end
from tnlab.network.network import Network
from tnlab.network.pairwise import permute
from tnlab.network.structure import Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding

Squares = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
LEAST = 1e-12  # part of the largest eigenvalue of a Gram matrix, below which its vectors are not relied on


@dataclass
class ErrorBudget:
    """The squared error that the bonds of a tree may still discard when it is rounded, shared equally among them.

    What one bond leaves unused, the bonds after it share.

    Attributes:
        largest: Largest rank of each bond.
        target_error: Largest relative error of all truncations together; None counts as 0, so that only ``largest``
            makes a bond discard anything.
        total: Squared Frobenius norm of the tensor.
        spent: Sum of the squared singular values discarded so far.
        left: Number of bonds that are not truncated yet.
    """

    largest: list[int]
    target_error: float | None = None
    total: float = 0.0
    spent: float = 0.0
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = len(self.largest)

    def rank(self, bond: int, squares: Squares) -> int:
        """Return the rank that a bond keeps, and add the squares that it discards to ``spent``.

        Args:
            bond: Index in ``largest`` of the bond.
            squares: Its squared singular values, descending.
        """
        rank = self.least_rank(bond, squares)
        self.spend(float(squares[rank:].sum()))
        return rank

    def least_rank(self, bond: int, squares: Squares) -> int:
        """Return the rank that a bond keeps, from its squared singular values, descending."""
        dropped = squares[::-1].cumsum().searchsorted(max(self.allowed, self.negligible(len(squares))), "right")
        return min(max(1, len(squares) - int(dropped)), self.largest[bond])

    def spend(self, lost: float) -> None:
        """Record the squared norm that the truncation of one bond discards."""
        self.spent += lost
        self.left -= 1

    def negligible(self, count: int) -> float:
        """Return the squared norm that rounding errors alone discard of a bond with ``count`` singular values."""
        return EPS**2 * self.total * count

    @property
    def allowed(self) -> float:
        """Squared norm that the next bond may discard."""
        return max(0.0, ((self.target_error or 0.0) ** 2 * self.total - self.spent) / self.left)

    @property
    def error(self) -> float:
        """Relative error of all truncations so far: ``sqrt(spent / total)``."""
        return math.sqrt(self.spent / self.total) if self.total else 0.0


def truncate_by_qr(network: Network, bond: int, rank: int | None, target_error: float | None) -> tuple[Network, float]:
    """Return a tree with one bond truncated by the singular values along its cut, and the exact relative error.

    Args:
        network: A tree, in float64.
        bond: Index of the bond.
        rank: Largest rank to keep; None keeps at most the old one.
        target_error: Largest relative error; None counts as 0.
    """
    structure = network.structure
    core, parent = structure.bonds[bond].cores
    cores, powers = turned_to(network, core)
    most = structure.ranks[bond] if rank is None else max(1, rank)
    budget = ErrorBudget([most], target_error, _square(cores[core]))
    _truncate(structure, cores, (core, bond, parent), budget, 0)
    return rebuilt(structure, powers.give(cores, parent)), budget.error


def round_by_qr(network: Network, budget: ErrorBudget) -> tuple[Network, float]:
    """Return a tree rounded by QR decompositions within an error budget, and the exact relative error.

    The tree is brought into canonical form; then the centre moves along the bonds in post-order, truncating each by a
    singular value decomposition.
    """
    structure = network.structure
    order = _leaves_first(structure)
    centre = order[0][0]
    cores, powers = turned_to(network, centre)
    budget.total = _square(cores[centre])
    upwards = {core: (bond, parent) for core, bond, parent in order}
    for core, bond, parent in order:
        for lower, between, upper in reversed(_path(upwards, core, centre)):
            shift(structure, cores, upper, between, lower)
        _truncate(structure, cores, (core, bond, parent), budget, bond)
        centre = parent
    return rebuilt(structure, powers.give(cores, centre)), budget.error


@np.errstate(over="ignore", invalid="ignore")
def round_by_triangles(network: Network, budget: ErrorBudget) -> tuple[Network, float]:
    """Return a tree rounded within an error budget, and the exact relative error.

    The part of the tree beyond a bond is an isometry times a triangular factor, which is all that a truncation needs of
    it. So no isometries are formed; the error of every truncation is measured.

    Raises:
        FloatingPointError: Products leave the range of floats; ``round_by_qr`` takes powers of two out of them.
    """
    structure = network.structure
    arrays, order = double_arrays(network), _leaves_first(structure)
    parents, above = {bond: parent for _, bond, parent in order}, {core: bond for core, bond, _ in order}
    factors: dict[tuple[int, int], Any] = {}  # by bond and core: of the part of the tree on the other side of the bond

    def factor_at(core: int, bond: int) -> Any:
        """Return the factor of a core with all that is beyond its other bonds, over one bond."""
        array = arrays[core]
        for other in structure.core_bonds[core]:
            if other != bond and (other, core) in factors:
                array = times_along(array, factors[other, core], axis_of(structure, core, other))
        return triangle(as_columns(array, axis_of(structure, core, bond)))

    if any(len(bonds) > 2 for bonds in structure.core_bonds):
        for core, bond, parent in order:
            factors[bond, parent] = factor_at(core, bond)
    for core, bond, parent in order:
        path, lower = [], core
        while lower in above and (above[lower], lower) not in factors:
            path.append(lower)
            lower = parents[above[lower]]
        for lower in reversed(path):
            factors[above[lower], lower] = factor_at(parents[above[lower]], above[lower])
        axis = axis_of(structure, core, bond)
        matrix = as_columns(arrays[core], axis)
        basis = _basis(matrix @ factors[bond, core].T, budget, bond)
        factors.pop((bond, parent), None)  # the truncated part is an isometry
        axes = [place for place in range(arrays[core].ndim) if place != axis]
        folded = basis.reshape(*(arrays[core].shape[place] for place in axes), basis.shape[1])
        arrays[core] = permute(folded, tuple([*axes, axis].index(place) for place in range(len(axes) + 1)))
        arrays[parent] = times_along(arrays[parent], basis.T @ matrix, axis_of(structure, parent, bond))
    return rebuilt(structure, [torch.as_tensor(array) for array in arrays]), budget.error


def _basis(matrix: Any, budget: ErrorBudget, bond: int) -> Any:
    """Return orthonormal leading left singular vectors of a matrix within the budget, and spend what they leave out.

    They come from the Gram matrix of the columns if what they leave out, which is measured, is within the budget, or is
    all that the largest rank can keep; else from a singular value decomposition.
    """
    linalg: Any = (np if isinstance(matrix, np.ndarray) else torch).linalg
    rows, columns = matrix.shape
    size = check_range(norm_of(matrix))
    budget.total = budget.total or size**2
    if rows >= columns:
        values, vectors = linalg.eigh(matrix.T @ matrix)
        squares = np.maximum(_numpy(values)[::-1], 0.0)
        squares[squares < LEAST * squares[0]] = 0.0  # rounding errors, or too weak for their vectors to be right
        rank = budget.least_rank(bond, squares)
        basis = column_basis(matrix @ vectors[:, columns - rank :])
        rest = (matrix - basis @ (basis.T @ matrix)).reshape(-1)
        lost = float(rest @ rest)
        if lost <= max(budget.allowed, budget.negligible(columns)) or rank == budget.largest[bond]:
            budget.spend(lost)
            return basis
    vectors, values, _ = linalg.svd(matrix, full_matrices=False)
    return vectors[:, : budget.rank(bond, _numpy(values) ** 2)]


def _numpy(array: Any) -> Squares:
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()


def _truncate(structure: Structure, cores: list[Tensor], upward: ParentBond, budget: ErrorBudget, place: int) -> None:
    """Truncate, in place, the bond between the centre and its parent, and make the parent the centre.

    ``place`` is the index of the bond in ``budget.largest``.
    """
    core, bond, parent = upward
    axis = axis_of(structure, core, bond)
    q, r = torch.linalg.qr(unfolding(cores[core], axis).T)
    u, s, vh = torch.linalg.svd(r, full_matrices=False)
    rank = budget.rank(place, _numpy(s) ** 2)
    cores[core] = fold((q @ u[:, :rank]).T, cores[core], axis)
    absorb(structure, cores, s[:rank, None] * vh[:rank], bond, parent)


@lru_cache(maxsize=512)
def _leaves_first(structure: Structure) -> tuple[ParentBond, ...]:
    """Return every core but the root, with the bond to its parent, in post-order; the root is a leaf of the tree.

    With a leaf as root, a tensor train is one path, along which the centre never moves back.
    """
    root = min(range(len(structure.cores)), key=lambda core: (len(structure.core_bonds[core]), -core))
    order: list[ParentBond] = []
    stack: list[tuple[ParentBond, bool]] = [((root, -1, -1), False)]
    while stack:
        upward, done = stack.pop()
        core, above, _ = upward
        if done:
            order.append(upward)
            continue
        stack.append((upward, True))
        stack += [((far_end(structure, b, core), b, core), False) for b in structure.core_bonds[core] if b != above]
    return tuple(order[:-1])


def _path(upwards: dict[int, tuple[int, int]], core: int, centre: int) -> list[ParentBond]:
    """Return the cores, with the bonds to their parents, on the path from a core to one of its ancestors, the centre.

    ``upwards`` gives the bond and the parent of every core but the root.
    """
    path = []
    while core != centre:
        bond, parent = upwards[core]
        path.append((core, bond, parent))
        core = parent
    return path


def _square(core: Tensor) -> float:
    """Return the sum of the squared entries of a core, in float64."""
    return float(torch.linalg.vector_norm(core, dtype=torch.float64)) ** 2
