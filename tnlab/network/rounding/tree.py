"""Round a tree bond by bond, from the leaves to a root.

A truncation projects one side of a bond onto leading singular vectors. From the leaves upwards these projections
commute, so that the squares of what they discard add up to the square of the error.

The singular vectors come from a QR decomposition of every core (full precision), or from the Gram matrices of the
two sides of a bond, which are matrix products only and several times faster.

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

LEAST = 1e-14  # of the largest eigenvalue of a Gram matrix: below it is rounding


@dataclass
class ErrorBudget:
    """How much the bonds may discard, in squares; what one leaves unused the others may use.

    Attributes:
        largest: The largest rank of each bond.
        target_error: Relative error of all bonds together; None allows none but what ``largest`` forces.
        total: Square of the norm of the tensor.
        spent: Discarded so far.
        left: Bonds still to come.
    """

    largest: list[int]
    target_error: float | None = None
    total: float = 0.0
    spent: float = 0.0
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = len(self.largest)

    def rank(self, bond: int, squares: Tensor) -> int:
        """Return how many of the squared singular values (descending) a bond keeps, and book the rest as spent."""
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
        """Relative error of everything discarded."""
        return math.sqrt(self.spent / self.total) if self.total else 0.0


def truncate_by_qr(network: Network, bond: int, rank: int | None, target_error: float | None) -> tuple[Network, float]:
    """Return a tree with one bond truncated by the singular values of its cut, and the relative error."""
    core, parent = network.structure.bonds[bond].cores
    network = canonical(network, core)
    cores, structure = list(network.cores), network.structure
    budget = ErrorBudget([structure.ranks[bond]], target_error, _square(cores[core]))
    if rank is not None:
        budget.largest[0] = max(1, rank)
    _truncate(structure, cores, (core, bond, parent), budget, 0)
    return rebuilt(structure, cores), budget.error


def round_by_qr(network: Network, budget: ErrorBudget) -> tuple[Network, float]:
    """Return a tree rounded within a budget to full precision, and the exact relative error."""
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
    """Return a tree rounded within a budget by Gram matrices, and the relative error where it is above 1e-8."""
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
        to_basis = root @ turned[:, :rank] / squares[:rank].clamp(min=1e-300).sqrt()
        cores[core] = fold(to_basis.T @ matrix, cores[core], axis)
        absorb(structure, cores, to_basis.T @ inside, bond, parent)
    remaining = _square(cores[order[-1][2]])
    error = math.sqrt(max(budget.total - remaining, 0.0) / budget.total) if budget.total else 0.0
    return rebuilt(structure, cores), error


def _truncate(structure: Structure, cores: list[Tensor], upward: ParentBond, budget: ErrorBudget, place: int) -> None:
    """Truncate the bond between the centre and its parent, which becomes the centre, in place."""
    core, bond, parent = upward
    axis = axis_of(structure, core, bond)
    q, r = torch.linalg.qr(unfolding(cores[core], axis).T)
    u, s, vh = torch.linalg.svd(r, full_matrices=False)
    rank = budget.rank(place, s.square())
    cores[core] = fold((q @ u[:, :rank]).T, cores[core], axis)
    absorb(structure, cores, s[:rank, None] * vh[:rank], bond, parent)


def _leaves_first(structure: Structure) -> list[ParentBond]:
    """Return every core but a root in post-order; the root is an end of the tree, so that a train is one path."""
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
    """Return the steps from a core up to the centre above it; none if it is the centre."""
    path = []
    while core != centre:
        bond, parent = upwards[core]
        path.append((core, bond, parent))
        core = parent
    return path


def _outside_grams(structure: Structure, cores: list[Tensor], order: list[ParentBond]) -> dict[int, Tensor]:
    """Return for every bond the Gram matrix of all that lies on its root's side."""
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
    """Return the Gram matrix over a bond of a core, whose other bonds carry the Gram matrices of what lies beyond."""
    array = doubled = cores[core]
    for other, message in known.items():
        axis = axis_of(structure, core, other)
        doubled = fold(message @ unfolding(doubled, axis), doubled, axis)
    axis = axis_of(structure, core, bond)
    gram = unfolding(doubled, axis) @ unfolding(array, axis).T
    return (gram + gram.T) / 2


def _square(core: Tensor) -> float:
    return float(torch.linalg.vector_norm(core, dtype=torch.float64)) ** 2
