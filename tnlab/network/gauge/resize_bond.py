"""Resizing of bonds: widen or trim them without changing the tensor, or narrow one by a truncation of its cores."""

import torch
from torch import Tensor

from tnlab.network.core_arrays import padded
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding


def widen(
    arrays: dict[int, Tensor], axes: dict[int, int], extra: int, *, first: int, generator: torch.Generator
) -> None:
    """Raise a bond's rank by ``extra`` without changing the tensor: zeros in one core, random entries in the others.

    The core with the zeros must be the first that a solver updates afterwards: it then makes use of the random entries.
    If another core were updated first, its new entries would meet zeros only and become zero as well.

    Args:
        arrays: The cores that the bond joins, by core index; replaced in place by wider ones.
        axes: The bond's axis in each of them.
        extra: Increase of the rank.
        first: Index of the core that gets the zeros.
        generator: Source of the random entries, normal with the root mean square of the core that they widen.
    """
    for core, array in arrays.items():
        shape = list(array.shape)
        shape[axes[core]] = extra
        if core == first:
            pad = array.new_zeros(shape)
        else:
            size = array.square().mean().sqrt()
            pad = torch.randn(shape, generator=generator, dtype=torch.float64).to(array) * size
        arrays[core] = torch.cat([array, pad], dim=axes[core])


def narrow(arrays: dict[int, Tensor], axes: dict[int, int], rank: int) -> None:
    """Set a bond's rank to ``rank`` by truncating its cores.

    Two cores become the factors of the truncated singular value decomposition of their contraction, with the square
    root of the singular values in each: the best approximation of that rank to the contracted pair, and to the whole
    tensor if one of the two is the centre of a canonical form. Missing singular values up to ``rank`` count as
    zeros. Of a hyper-bond the ``rank`` components of the largest norms are kept.

    Args:
        arrays: The cores that the bond joins, by core index; replaced in place.
        axes: The bond's axis in each of them.
        rank: The new rank; of a hyper-bond no larger than the old one.
    """
    if len(arrays) > 2:
        weight = torch.stack([unfolding(arrays[core], axes[core]).norm(dim=1).log() for core in arrays]).sum(0)
        kept = weight.argsort(descending=True)[:rank].sort().values
        for core, array in arrays.items():
            arrays[core] = array.index_select(axes[core], kept)
        return
    (first, left), (second, right) = arrays.items()
    left_q, left_r = torch.linalg.qr(unfolding(left, axes[first]).T)
    right_q, right_r = torch.linalg.qr(unfolding(right, axes[second]).T)
    u, s, vh = torch.linalg.svd(left_r @ right_r.T, full_matrices=False)
    found = min(rank, len(s))
    weight = s[:found].sqrt()
    for core, side in ((first, left_q @ u[:, :found]), (second, right_q @ vh[:found].T)):
        rows = padded((side * weight).T, (rank, len(side)))
        arrays[core] = fold(rows, arrays[core], axes[core])


def trimmed_bonds(network: Network) -> Network:
    """Return the network with no rank above ``Structure.carriable_rank`` and its tensor unchanged.

    The core with fewer other entries than the bond's rank is factored by a QR decomposition, and the orthonormal factor
    goes to the core at the other end, so that orthonormal cores stay so.
    """
    while True:
        structure = network.structure
        excess = [bond for bond, rank in enumerate(structure.ranks) if rank > structure.carriable_rank(bond)]
        if not excess:
            return network
        bond = max(excess, key=lambda bond: structure.ranks[bond] / structure.carriable_rank(bond))
        near, far = sorted(structure.bonds[bond].cores, key=lambda core: network.cores[core].numel())
        cores = list(network.cores)
        axis = axis_of(structure, near, bond)
        q, r = torch.linalg.qr(unfolding(cores[near].to(torch.float64), axis))
        cores[near] = fold(r, cores[near], axis).to(cores[near])
        absorb(structure, cores, q.T.to(cores[far]), bond, far)
        network = rebuilt(structure, cores)
