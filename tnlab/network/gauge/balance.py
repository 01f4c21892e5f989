"""Balanced gauge of a network, with loops or without: the same tensor with the least sum of squares of the cores.

The tensor does not change when a matrix g is multiplied into one end of a bond and its inverse into the other. Over all
such choices the sum of the squares of all entries of all cores has a minimum. There, the two cores of every bond have
the same Gram matrix on it: all have one norm, and none is needlessly ill-conditioned.

References:
    Acuaviva 2023 (minimal canonical form): https://arxiv.org/abs/2209.14358
    Evenbly 2018 (gauges of closed loops): https://doi.org/10.1103/PhysRevB.98.085155
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from tnlab.network.gauge.resize_bond import narrow
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.powers import evened, held_by
from tnlab.network.structure import Structure
from tnlab.network.unfolding import unfolding
from tnlab.threads import on_one_thread

TINY = 1e-300  # least divisor and least argument of a logarithm, so that a zero component stays finite


@on_one_thread(lambda network, *_, **__: network.parameters)
def balanced(network: Network, *, max_sweeps: int = 100, tolerance: float = 1e-8) -> Network:
    """Return the same tensor in the gauge in which its cores have the least sum of squares.

    Passes over all bonds give each bond its best gauge while the others stay, until the sum no longer falls. A
    hyper-bond only admits a positive factor per component and core, with product 1 over the cores.

    Args:
        network: Any network.
        max_sweeps: Largest number of passes over all bonds.
        tolerance: Relative decrease of the sum in one pass, below which the passes end.
    """
    structure = network.structure
    cores = equal_norms([core.to(torch.float64) for core in network.cores])
    before = _squares(cores)
    for _ in range(max_sweeps):
        for bond in range(len(structure.bonds)):
            _settle(structure, cores, bond)
        after = _squares(cores)
        if not after < before * (1 - tolerance):
            break
        before = after
    like = network.cores[0]
    return Network(structure, tuple(core.to(like).contiguous() for core in held_by(cores, like.dtype)))


def equal_norms(cores: Sequence[Tensor]) -> list[Tensor]:
    """Return the cores scaled to the geometric mean of their norms, which keeps the tensor of their network.

    They are returned unchanged if one is zero or not finite.
    """
    even = evened(cores)  # whose norms are in the range of floats
    norms = [float(torch.linalg.vector_norm(core)) for core in even]
    if min(norms) == 0 or not math.isfinite(sum(norms)):
        return list(cores)
    mean = math.exp(sum(map(math.log, norms)) / len(norms))
    return [core * (mean / norm) for core, norm in zip(even, norms, strict=True)]


def imbalance(network: Network) -> float:
    """Return how far a network is from its balanced gauge: from 0, where it is balanced, to 1.

    For every bond the Gram matrices of its two cores are compared by the norm of their difference over the sum of their
    norms; for a hyper-bond the vectors of the squared norms of each core's components. The largest value is returned.
    """
    worst = 0.0
    for place, bond in enumerate(network.structure.bonds):
        pair = len(bond.cores) == 2
        sides = [
            unfolding(network.cores[core].to(torch.float64), axis_of(network.structure, core, place))
            for core in bond.cores
        ]
        marks = [side @ side.T if pair else side.square().sum(1) for side in sides]
        total = sum(float(mark.norm()) for mark in marks)
        spread = max(float((mark - marks[0]).norm()) for mark in marks)
        worst = max(worst, spread / total if total else 0.0)
    return worst


def _settle(structure: Structure, cores: list[Tensor], bond: int) -> None:
    """Change the cores of one bond, in place, to the gauge of that bond with the least sum of squares."""
    joined = structure.bonds[bond].cores
    axes = {core: axis_of(structure, core, bond) for core in joined}
    if len(joined) == 2:
        arrays = {core: cores[core] for core in joined}
        narrow(arrays, axes, structure.ranks[bond])
        for core, array in arrays.items():
            cores[core] = array
        return
    norms = torch.stack([unfolding(cores[core], axes[core]).norm(dim=1) for core in joined])
    mean = norms.clamp(min=TINY).log().mean(0).exp()
    for core, own in zip(joined, norms, strict=True):
        factor = torch.where((norms > 0).all(0), mean / own.clamp(min=TINY), torch.ones_like(own))
        shape = [1] * cores[core].ndim
        shape[axes[core]] = -1
        cores[core] = cores[core] * factor.reshape(shape)


def _squares(cores: list[Tensor]) -> float:
    return sum(float(core.square().sum()) for core in cores)
