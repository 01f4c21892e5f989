"""Rounding of a tree network bond by bond, from the leaves to a root, by QR decompositions or by Gram matrices.

A truncation projects one side of a bond onto its leading singular vectors. From the leaves to the root the projections
commute, so that the squares of the discarded singular values add up to the square of the error.

The singular vectors come from a QR decomposition of every core, to full precision, or from the Gram matrices of the
two sides of a bond, which take matrix products only and are several times faster.

References:
    Al Daas 2022 (Gram matrices instead of QR): https://doi.org/10.1137/21M1395363
"""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from tnlab.network.gauge.canonical import canonical, shift
from tnlab.network.graph import ParentBond, axis_of, far_end
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding

LEAST = 1e-14  # part of the largest eigenvalue of a Gram matrix, below which an eigenvalue is rounding error
TINY = 1e-300  # least divisor, so that a zero network stays finite


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

    def rank(self, bond: int, squares: Tensor) -> int:
        """Return the rank that a bond keeps, and add the squares that it discards to ``spent``.

        Args:
            bond: Index in ``largest`` of the bond.
            squares: Its squared singular values, descending.
        """
        squares = squares.clamp(min=0)
        tails = squares.flip(0).cumsum(0).flip(0)
        negligible = torch.finfo(squares.dtype).eps ** 2 * self.total * len(squares)
        allowed = max(0.0, ((self.target_error or 0.0) ** 2 * self.total - self.spent) / self.left)
        rank = min(max(1, int((tails > max(allowed, negligible)).sum())), self.largest[bond])
        self.spent += float(tails[rank]) if rank < len(tails) else 0.0
        self.left -= 1
        return rank

    @property
    def error(self) -> float:
        """Relative error of all truncations so far: ``sqrt(spent / total)``."""
        return math.sqrt(self.spent / self.total) if self.total else 0.0


def truncate_by_qr(network: Network, bond: int, rank: int | None, target_error: float | None) -> tuple[Network, float]:
    """Return a tree with one bond truncated by the singular values along its cut, and the exact relative error.

    Args:
        network: A tree.
        bond: Index of the bond.
        rank: Largest rank to keep; None keeps at most the old one.
        target_error: Largest relative error; None counts as 0.
    """
    core, parent = network.structure.bonds[bond].cores
    network = canonical(network, core)
    cores, structure = list(network.cores), network.structure
    budget = ErrorBudget([structure.ranks[bond]], target_error, _square(cores[core]))
    if rank is not None:
        budget.largest[0] = max(1, rank)
    _truncate(structure, cores, (core, bond, parent), budget, 0)
    return rebuilt(structure, cores), budget.error


def round_by_qr(network: Network, budget: ErrorBudget) -> tuple[Network, float]:
    """Return a tree rounded by QR decompositions within an error budget, and the exact relative error.

    The tree is brought into canonical form; then the centre moves along the bonds in post-order, truncating each by a
    singular value decomposition.
    """
    order = _leaves_first(network.structure)
    centre = order[0][0]
    network = canonical(network, centre)
    structure, cores = network.structure, list(network.cores)
    budget.total = _square(cores[centre])
    upwards = {core: (bond, parent) for core, bond, parent in order}
    for core, bond, parent in order:
        for lower, between, upper in reversed(_path(upwards, core, centre)):
            shift(structure, cores, upper, between, lower)
        _truncate(structure, cores, (core, bond, parent), budget, bond)
        centre = parent
    return rebuilt(structure, cores), budget.error


def round_by_grams(network: Network, budget: ErrorBudget) -> tuple[Network, float]:
    """Return a tree rounded by Gram matrices within an error budget, and the relative error, to about 1e-8 in float64.

    The singular values of a bond are the square roots of the eigenvalues of the product of the Gram matrices of its two
    sides: those beyond the bond are formed first, those of the truncated subtrees below it on the way to the root.
    """
    structure, cores = network.structure, list(network.cores)
    order = _leaves_first(structure)
    outside = _outside_grams(structure, cores, order)
    for turn, (core, bond, parent) in enumerate(order):
        axis = axis_of(structure, core, bond)
        matrix = unfolding(cores[core], axis)
        weights, vectors = torch.linalg.eigh(outside[bond])
        root = vectors * weights.clamp(min=0).sqrt()
        inside = matrix @ matrix.T
        squares, turned = torch.linalg.eigh(root.T @ inside @ root)
        squares, turned = squares.flip(0), turned.flip(1)
        if turn == 0:
            budget.total = float(squares.clamp(min=0).sum())
        rank = max(1, min(budget.rank(bond, squares), int((squares > LEAST * squares[0]).sum())))
        to_basis = root @ turned[:, :rank] / squares[:rank].clamp(min=TINY).sqrt()
        cores[core] = fold(to_basis.T @ matrix, cores[core], axis)
        absorb(structure, cores, to_basis.T @ inside, bond, parent)
    remaining = _square(cores[order[-1][2]])
    error = math.sqrt(max(budget.total - remaining, 0.0) / budget.total) if budget.total else 0.0
    return rebuilt(structure, cores), error


def _truncate(structure: Structure, cores: list[Tensor], upward: ParentBond, budget: ErrorBudget, place: int) -> None:
    """Truncate, in place, the bond between the centre and its parent, and make the parent the centre.

    ``place`` is the index of the bond in ``budget.largest``.
    """
    core, bond, parent = upward
    axis = axis_of(structure, core, bond)
    q, r = torch.linalg.qr(unfolding(cores[core], axis).T)
    u, s, vh = torch.linalg.svd(r, full_matrices=False)
    rank = budget.rank(place, s.square())
    cores[core] = fold((q @ u[:, :rank]).T, cores[core], axis)
    absorb(structure, cores, s[:rank, None] * vh[:rank], bond, parent)


def _leaves_first(structure: Structure) -> list[ParentBond]:
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
    return order[:-1]


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


def _outside_grams(structure: Structure, cores: list[Tensor], order: list[ParentBond]) -> dict[int, Tensor]:
    """Return for every bond the Gram matrix, (rank, rank), of the part of the tree on the root's side of it."""
    below: dict[int, list[int]] = {}
    for _, bond, parent in order:
        below.setdefault(parent, []).append(bond)
    inside: dict[int, Tensor] = {}
    if any(len(bonds) > 1 for bonds in below.values()):
        for core, bond, _ in order:
            inside[bond] = _gram(structure, cores, core, bond, {b: inside[b] for b in below.get(core, [])})
    outside: dict[int, Tensor] = {}
    above = {core: bond for core, bond, _ in order}
    for _, bond, parent in reversed(order):
        known = {other: inside[other] for other in below[parent] if other != bond}
        if parent in above:
            known[above[parent]] = outside[above[parent]]
        outside[bond] = _gram(structure, cores, parent, bond, known)
    return outside


def _gram(structure: Structure, cores: list[Tensor], core: int, bond: int, known: dict[int, Tensor]) -> Tensor:
    """Return the Gram matrix over a bond of a core together with the subtrees beyond its other bonds.

    ``known`` gives the Gram matrices of these subtrees by bond; a missing one counts as the identity.
    """
    array = doubled = cores[core]
    for other, message in known.items():
        axis = axis_of(structure, core, other)
        doubled = fold(message @ unfolding(doubled, axis), doubled, axis)
    axis = axis_of(structure, core, bond)
    gram = unfolding(doubled, axis) @ unfolding(array, axis).T
    return (gram + gram.T) / 2


def _square(core: Tensor) -> float:
    """Return the sum of the squared entries of a core, in float64."""
    return float(torch.linalg.vector_norm(core, dtype=torch.float64)) ** 2
