"""Truncation of one bond in a network with loops, or of one hyper-bond, by its environment.

The tensor is linear in a matrix M inserted on a bond between two cores, so that the squared norm of its change is a
quadratic form in M - 1. The matrix of the form, the environment of the bond, is the network times itself with that bond
left open. The best M of rank k is sought as a product of two factors by alternating least squares. The start is the
best M for the nearest environment that is a product of two sides; on a tree, where it is one, that is the solution.

Of a hyper-bond the components are dropped greedily: each time the one whose loss, with the others reweighted, is least.

References:
    Evenbly 2018: https://doi.org/10.1103/PhysRevB.98.085155
"""

import math

import torch
from torch import Tensor

from tnlab.metrics import shifted
from tnlab.network.contraction import contract_scaled
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.unfolding import absorb, rebuilt

TURNS = 40  # largest number of updates of both factors
SETTLED = 1e-4  # relative decrease of the squared error in one update, below which the updates end
SINGULAR = 1e-13  # part of the largest eigenvalue of a system, below which an eigenvalue counts as zero
POWER = 12  # power iterations towards the nearest product of two sides; it is only a start, so that few are enough
FAINT = 1e-12  # part of the largest singular value, below which the start divides by this part instead
TINY = 1e-300  # least divisor, so that a zero network stays finite


def truncate_pair(network: Network, bond: int, rank: int | None, allowed: float | None) -> tuple[Network, float]:
    """Return the network with a bond between two cores truncated, and the Frobenius norm of the tensor's change.

    Args:
        network: Any network.
        bond: Index of a bond between two cores.
        rank: The rank to keep, or None to find the least rank within ``allowed`` by bisection.
        allowed: Largest norm of the change; read only if ``rank`` is None.
    """
    old = network.structure.ranks[bond]
    environment = _environment(network, bond)
    if rank is not None:
        factors, lost = _best(environment, min(max(rank, 1), old))
    else:
        assert allowed is not None
        factors, lost = _least(environment, allowed)
    if factors is None:
        return network, 0.0
    cores = list(network.cores)
    left, right = network.structure.bonds[bond].cores
    absorb(network.structure, cores, factors[0].T.to(cores[left]), bond, left)
    absorb(network.structure, cores, factors[1].to(cores[right]), bond, right)
    return rebuilt(network.structure, cores), lost


def truncate_hyper_bond(network: Network, bond: int, rank: int | None, allowed: float | None) -> tuple[Network, float]:
    """Return the network with a hyper-bond truncated, and the Frobenius norm of the tensor's change.

    Args:
        network: Any network.
        bond: Index of a hyper-bond.
        rank: The rank to keep, or None to drop components as long as the change is within ``allowed``.
        allowed: Largest norm of the change; read only if ``rank`` is None.
    """
    structure = network.structure
    labels, arrays = _double_layer(network)
    ket = structure.order + bond
    gram = shifted(*contract_scaled(labels, (ket, ket + len(structure.bonds)), arrays))
    gram = (gram + gram.T) / 2
    kept = list(range(len(gram)))
    weights, lost = torch.ones(len(gram)).to(gram), 0.0
    while len(kept) > (rank or 1):
        tries = [_without(gram, [component for component in kept if component != gone]) for gone in kept]
        gone = min(range(len(kept)), key=lambda place: tries[place][1])
        if rank is None and tries[gone][1] > (allowed or 0.0):
            break
        weights, lost = tries[gone]
        kept = [component for place, component in enumerate(kept) if place != gone]
    cores = list(network.cores)
    for turn, core in enumerate(structure.bonds[bond].cores):
        axis = axis_of(structure, core, bond)
        cores[core] = cores[core].index_select(axis, torch.tensor(kept, device=cores[core].device))
        if turn == 0:
            absorb(structure, cores, torch.diag(weights).to(cores[core]), bond, core)
    return rebuilt(structure, cores), lost


def _without(gram: Tensor, kept: list[int]) -> tuple[Tensor, float]:
    """Return the weights with which the kept components best approximate the sum of all, and the norm of the error.

    ``gram`` holds the inner products of all components.
    """
    overlap = gram[kept].sum(1)
    weights = _solve(gram[kept][:, kept], overlap)
    change = torch.ones(len(gram)).to(gram)
    change[kept] -= weights
    return weights, math.sqrt(max(float(change @ gram @ change), 0.0))


def _double_layer(network: Network) -> tuple[list[tuple[int, ...]], list[Tensor]]:
    """Return the index labels and the float64 cores of the network times itself, the inner product without contraction.

    Both layers share the labels of the modes; those of the second layer's bonds (the bra) are raised by their number.
    """
    structure = network.structure
    order, shift = structure.order, len(structure.bonds)
    ket = list(structure.core_indices)
    bra = [tuple(index + shift * (index >= order) for index in own) for own in ket]
    double = [core.detach().to(torch.float64) for core in network.cores]
    return [*ket, *bra], [*double, *double]


def _environment(network: Network, bond: int) -> Tensor:
    """Return the environment of a bond of rank r, (r, r, r, r): its left and right end, then the same in the bra."""
    structure = network.structure
    labels, arrays = _double_layer(network)
    ket = structure.order + bond
    bra = ket + len(structure.bonds)
    fresh = structure.order + 2 * len(structure.bonds)
    right, count = structure.bonds[bond].cores[1], len(structure.cores)
    labels[right] = tuple(fresh if index == ket else index for index in labels[right])
    labels[right + count] = tuple(fresh + 1 if index == bra else index for index in labels[right + count])
    form = shifted(*contract_scaled(labels, (ket, fresh, bra, fresh + 1), arrays))
    return (form + form.permute(2, 3, 0, 1)) / 2


def _least(environment: Tensor, allowed: float) -> tuple[tuple[Tensor, Tensor] | None, float]:
    """Return factors of the least rank whose change is at most ``allowed``, or None at full rank, and the change."""
    low, high = 0, len(environment)  # a rank that changes too much, and one that does not
    found, lost = None, 0.0
    while high - low > 1:
        middle = (low + high) // 2
        factors, change = _best(environment, middle)
        if change <= allowed:
            high, found, lost = middle, factors, change
        else:
            low = middle
    return found, lost


def _best(environment: Tensor, rank: int) -> tuple[tuple[Tensor, Tensor], float]:
    """Return factors (r, k) and (k, r) of a matrix of rank k on a bond with little change, and the norm of the change.

    The factors are updated by alternating least squares in the environment.
    """
    size = len(environment)
    identity = torch.eye(size).to(environment)
    if rank >= size:
        return (identity, identity), 0.0
    rows = environment.reshape(size * size, size * size)
    pull = (rows @ identity.reshape(-1)).reshape(size, size)
    left, right = _start(environment, rank)
    best = _change(environment, identity - left @ right)
    for _ in range(TURNS):
        form = _inserted(environment, right)
        left = _solve(form, (pull @ right.T).reshape(-1)).reshape(size, rank)
        form = _inserted(environment.permute(1, 0, 3, 2), left.T)
        right = _solve(form, (left.T @ pull).T.reshape(-1)).reshape(size, rank).T
        now = _change(environment, identity - left @ right)
        if now >= (1 - SETTLED) * best:
            best = min(now, best)
            break
        best = now
    u, s, vh = torch.linalg.svd(left @ right)
    weight = s[:rank].sqrt()
    left, right = u[:, :rank] * weight, weight[:, None] * vh[:rank]
    return (left, right), math.sqrt(max(_change(environment, identity - left @ right), 0.0))


def _inserted(environment: Tensor, factor: Tensor) -> Tensor:
    """Return ``E_ijkl F_aj F_bl`` as a matrix of the pairs (i, a) and (k, b)."""
    size, rank = len(environment), len(factor)
    half = (environment.reshape(-1, size) @ factor.T).reshape(size, size, size * rank)
    return (factor @ half).reshape(size * rank, size * rank)


def _start(environment: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Return the best factors, (r, k) and (k, r), for the product of two Gram matrices nearest to the environment."""
    size = len(environment)
    sides = environment.permute(0, 2, 1, 3).reshape(size * size, size * size)
    near = torch.eye(size).to(environment).reshape(-1)
    far = near
    for _ in range(POWER):
        far = near @ sides
        far = far / far.norm().clamp(min=TINY)
        near = sides @ far
        near = near / near.norm().clamp(min=TINY)
    left, right = (_root(side.reshape(size, size)) for side in (near, far))
    u, s, vh = torch.linalg.svd(left @ right.T)
    weight = s[:rank].clamp(min=FAINT * float(s[0]) + TINY).rsqrt()
    return right.T @ vh[:rank].T * weight, weight[:, None] * (u[:, :rank].T @ left)


def _root(gram: Tensor) -> Tensor:
    """Return R such that ``R^T R`` is the positive semidefinite matrix nearest to ``gram``."""
    weights, vectors = torch.linalg.eigh((gram + gram.T) / 2)
    return (vectors * weights.clamp(min=0).sqrt()).T


def _change(environment: Tensor, difference: Tensor) -> float:
    """Return the quadratic form: the squared norm of the tensor's change if the bond's identity changes by a matrix."""
    flat = difference.reshape(-1)
    return float(flat @ (environment.reshape(len(flat), len(flat)) @ flat))


def _solve(form: Tensor, right: Tensor) -> Tensor:
    """Return the least-norm solution of ``form @ x = right`` for a positive semidefinite matrix."""
    weights, vectors = torch.linalg.eigh((form + form.T) / 2)
    kept = weights > SINGULAR * weights[-1]
    vectors = vectors[:, kept]
    return vectors @ ((vectors.T @ right) / weights[kept])
