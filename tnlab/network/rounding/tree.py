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

from tnlab.network.gauge.canonical import shift, turned_to
from tnlab.network.graph import ParentBond, axis_of, far_end
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo, Scaled
from tnlab.network.structure import Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding

LEAST = 1e-14  # part of the largest eigenvalue of a Gram matrix, below which an eigenvalue is rounding error
GRAM_FLOOR = 100 * math.sqrt(torch.finfo(torch.float64).eps)  # least relative error that Gram matrices can tell, 1.5e-6


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

    def rank(self, bond: int, squares: Tensor, most: int | None = None) -> int:
        """Return the rank that a bond keeps, and add the squares that it discards to ``spent``.

        Args:
            bond: Index in ``largest`` of the bond.
            squares: Its squared singular values, descending.
            most: Largest rank to keep besides ``largest``.
        """
        squares = squares.clamp(min=0)
        tails = squares.flip(0).cumsum(0).flip(0)
        negligible = torch.finfo(squares.dtype).eps ** 2 * self.total * len(squares)
        allowed = max(0.0, ((self.target_error or 0.0) ** 2 * self.total - self.spent) / self.left)
        rank = min(max(1, int((tails > max(allowed, negligible)).sum())), self.largest[bond], most or len(squares))
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


def round_by_grams(network: Network, budget: ErrorBudget) -> tuple[Network, float, float]:
    """Return a tree rounded by Gram matrices within an error budget, the relative error, and what that must exceed.

    The singular values of a bond are the square roots of the eigenvalues of the product of the Gram matrices of its two
    sides: those beyond the bond are formed first, those of the truncated subtrees below it on the way to the root.

    Rounding errors hide the squares below the rounding unit times the traces of the two matrices. The error is right to
    a thousandth where it is at least the last number returned, which is larger where terms cancel. The rounding ends
    early, with the network as it was and an infinite last number, where a bond discards only what rounding errors hide.
    """
    structure = network.structure
    needed = PowersOfTwo.of(network.cores, structure.index_sizes).needed
    below = [PowersOfTwo(needed) for _ in network.cores]  # taken out of a core and the truncated subtrees below it
    cores = [powers.take(core) for powers, core in zip(below, network.cores, strict=True)]
    order = _leaves_first(structure)
    outside = _outside_grams(structure, cores, order, below)
    whole, least = Scaled(0.0), 1.0
    for core, bond, parent in order:
        axis = axis_of(structure, core, bond)
        matrix = unfolding(cores[core], axis)
        beyond, exponent = outside[bond]
        weights, vectors = torch.linalg.eigh(beyond)
        root = vectors * weights.clamp(min=0).sqrt()
        inside = matrix @ matrix.T
        squares, turned = torch.linalg.eigh(root.T @ inside @ root)
        squares, turned = squares.flip(0).clamp(min=0), turned.flip(1)
        sums = float(squares.sum())
        if not sums:
            return network, 0.0, math.inf
        total = Scaled(sums, exponent + 2 * below[core].exponent)
        if not whole.mantissa:
            whole, budget.total = total, 1.0
        least = min(least, sums / float(beyond.trace() * inside.trace()))
        found = int((squares > LEAST * squares[0]).sum())
        rank = budget.rank(bond, squares * (total.over(whole) / sums), found)
        if rank < min(matrix.shape) and budget.spent < GRAM_FLOOR**2:  # a sum of few terms: more bonds will be so
            return network, 0.0, math.inf
        to_basis = root @ turned[:, :rank] / squares[:rank].sqrt()
        cores[core] = fold(to_basis.T @ matrix, cores[core], axis)
        absorb(structure, cores, to_basis.T @ inside, bond, parent)
        below[parent].exponent += below[core].exponent
        cores[parent] = below[parent].take(cores[parent])
    last = order[-1][2]
    lost = 1.0 - Scaled(_square(cores[last]), 2 * below[last].exponent).over(whole)
    return rebuilt(structure, below[last].give(cores)), math.sqrt(max(lost, 0.0)), GRAM_FLOOR / math.sqrt(least)


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


def _outside_grams(
    structure: Structure, cores: list[Tensor], order: list[ParentBond], taken: list[PowersOfTwo]
) -> dict[int, tuple[Tensor, int]]:
    """Return for every bond the Gram matrix, (rank, rank), of the part of the tree on the root's side of it.

    The second of each pair is the exponent of a power of two that multiplies the matrix; ``taken`` has those of cores.
    """
    below: dict[int, list[int]] = {}
    for _, bond, parent in order:
        below.setdefault(parent, []).append(bond)

    def gram(core: int, bond: int, known: dict[int, tuple[Tensor, int]]) -> tuple[Tensor, int]:
        powers = PowersOfTwo(
            taken[core].needed, 2 * taken[core].exponent + sum(exponent for _, exponent in known.values())
        )
        message = powers.take(_gram(structure, cores, core, bond, {other: own for other, (own, _) in known.items()}))
        return message, powers.exponent

    inside: dict[int, tuple[Tensor, int]] = {}
    if any(len(bonds) > 1 for bonds in below.values()):
        for core, bond, _ in order:
            inside[bond] = gram(core, bond, {other: inside[other] for other in below.get(core, [])})
    outside: dict[int, tuple[Tensor, int]] = {}
    above = {core: bond for core, bond, _ in order}
    for _, bond, parent in reversed(order):
        known = {other: inside[other] for other in below[parent] if other != bond}
        if parent in above:
            known[above[parent]] = outside[above[parent]]
        outside[bond] = gram(parent, bond, known)
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
