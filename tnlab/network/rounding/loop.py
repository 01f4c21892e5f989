"""Truncate one bond of a network with loops, or one hyper-bond.

With a matrix M inserted on a bond between two cores the tensor is a linear function of M, so that the square of its
change is a quadratic form in M - 1. Its matrix, the environment of the bond, has one row per entry of M. The best M
of rank k is sought as a product of two factors, each in turn by least squares, from the M that would be best if the
environment fell apart into two sides (as it does on a tree, where the start is already the answer).

Of a hyper-bond the components are dropped one by one, each time the one that costs least with the rest weighted anew.

References:
    Evenbly 2018: https://doi.org/10.1103/PhysRevB.98.085155
"""

import math

import torch
from torch import Tensor

from tnlab.network.contraction import contract_indices
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.unfolding import absorb, rebuilt

TURNS = 40  # updates of both factors at most
SETTLED = 1e-4  # decrease of the squared error per update, of itself, at which they stop
SINGULAR = 1e-13  # of the largest eigenvalue: taken for zero
POWER = 12  # iterations towards the product of two sides nearest to an environment


def truncate_pair(network: Network, bond: int, rank: int | None, allowed: float | None) -> tuple[Network, float]:
    """Return the network with a bond of two cores at a rank, or at the least whose change is allowed, and the change.

    Args:
        network: Any network.
        bond: A bond between two cores.
        rank: The rank to keep.
        allowed: Largest norm of the change, if no rank is given.
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


def truncate_component(network: Network, bond: int, rank: int | None, allowed: float | None) -> tuple[Network, float]:
    """Return the network with a hyper-bond at a rank, or at the least whose change is allowed, and the change."""
    structure = network.structure
    labels, arrays = _double_layer(network)
    ket = structure.order + bond
    gram = contract_indices(labels, (ket, ket + len(structure.bonds)), arrays)
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
    """Return the best weights of the kept components for the sum of all, and the norm of what is lost."""
    overlap = gram[kept].sum(1)
    weights = _solve(gram[kept][:, kept], overlap)
    change = torch.ones(len(gram)).to(gram)
    change[kept] -= weights
    return weights, math.sqrt(max(float(change @ gram @ change), 0.0))


def _double_layer(network: Network) -> tuple[list[tuple[int, ...]], list[Tensor]]:
    """Return labels and arrays of the network times itself; bonds of the second layer are shifted."""
    structure = network.structure
    order, shift = structure.order, len(structure.bonds)
    ket = list(structure.core_indices)
    bra = [tuple(index + shift * (index >= order) for index in own) for own in ket]
    double = [core.detach().to(torch.float64) for core in network.cores]
    return [*ket, *bra], [*double, *double]


def _environment(network: Network, bond: int) -> Tensor:
    """Return the quadratic form of a bond, shape (r, r, r, r): left and right end, then the same in the bra."""
    structure = network.structure
    labels, arrays = _double_layer(network)
    ket = structure.order + bond
    bra = ket + len(structure.bonds)
    fresh = structure.order + 2 * len(structure.bonds)
    right, count = structure.bonds[bond].cores[1], len(structure.cores)
    labels[right] = tuple(fresh if index == ket else index for index in labels[right])
    labels[right + count] = tuple(fresh + 1 if index == bra else index for index in labels[right + count])
    form = contract_indices(labels, (ket, fresh, bra, fresh + 1), arrays)
    return (form + form.permute(2, 3, 0, 1)) / 2


def _least(environment: Tensor, allowed: float) -> tuple[tuple[Tensor, Tensor] | None, float]:
    """Return the factors of the least rank, found by bisection, whose change is allowed; None if there is none."""
    low, high = 0, len(environment)  # ranks that fail, and that are fine
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
    """Return the factors (r, k) and (k, r) of the best matrix of rank k found on a bond, and the norm of the change."""
    size = len(environment)
    identity = torch.eye(size).to(environment)
    if rank >= size:
        return (identity, identity), 0.0
    pull = torch.einsum("ijkl,kl->ij", environment, identity)
    left, right = _start(environment, rank)
    best = _change(environment, identity - left @ right)
    for _ in range(TURNS):
        form = torch.einsum("ijkl,aj,bl->iakb", environment, right, right).reshape(size * rank, -1)
        left = _solve(form, (pull @ right.T).reshape(-1)).reshape(size, rank)
        form = torch.einsum("ijkl,ia,kb->ajbl", environment, left, left).reshape(size * rank, -1)
        right = _solve(form, (left.T @ pull).reshape(-1)).reshape(rank, size)
        now = _change(environment, identity - left @ right)
        if now >= (1 - SETTLED) * best:
            best = min(now, best)
            break
        best = now
    u, s, vh = torch.linalg.svd(left @ right)
    weight = s[:rank].sqrt()
    left, right = u[:, :rank] * weight, weight[:, None] * vh[:rank]
    return (left, right), math.sqrt(max(_change(environment, identity - left @ right), 0.0))


def _start(environment: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Return the best factors for the product of two sides that is nearest to the environment."""
    near = torch.eye(len(environment)).to(environment)
    far = near
    for _ in range(POWER):
        far = torch.einsum("ijkl,ik->jl", environment, near)
        far = far / far.norm().clamp(min=1e-300)
        near = torch.einsum("ijkl,jl->ik", environment, far)
        near = near / near.norm().clamp(min=1e-300)
    left, right = _root(near), _root(far)
    u, s, vh = torch.linalg.svd(left @ right.T)
    weight = s[:rank].clamp(min=1e-12 * float(s[0]) + 1e-300).rsqrt()
    return right.T @ vh[:rank].T * weight, weight[:, None] * (u[:, :rank].T @ left)


def _root(gram: Tensor) -> Tensor:
    """Return R with ``R^T R`` the nearest positive semidefinite matrix."""
    weights, vectors = torch.linalg.eigh((gram + gram.T) / 2)
    return (vectors * weights.clamp(min=0).sqrt()).T


def _change(environment: Tensor, difference: Tensor) -> float:
    return float(torch.einsum("ij,ijkl,kl->", difference, environment, difference))


def _solve(form: Tensor, right: Tensor) -> Tensor:
    """Return the least solution of a positive semidefinite system."""
    weights, vectors = torch.linalg.eigh((form + form.T) / 2)
    kept = weights > SINGULAR * weights[-1]
    vectors = vectors[:, kept]
    return vectors @ ((vectors.T @ right) / weights[kept])
