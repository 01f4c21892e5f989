"""Splitting of a core into two cores with a bond between them, by a truncated singular value decomposition."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import torch

from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure


def split_core(network: Network, core: int, axes: tuple[int, ...], rank: int) -> Network:
    """Return the network in which a core is split into two: some of its axes move to a new core, the last.

    The two cores are the factors of the truncated singular value decomposition of the old one, joined by a new bond,
    the last, with the square root of the singular values in each.

    Args:
        network: A network without hyper-bonds.
        core: Index of the core to split, which the part with the other axes keeps.
        axes: Axes of the core's array that move to the new core; neither none nor all.
        rank: Rank of the new bond: the number of singular values that are kept.
    """
    kept = [axis for axis in range(network.cores[core].ndim) if axis not in axes]
    array = network.cores[core].permute(*kept, *axes)
    rows, columns = array.shape[: len(kept)], array.shape[len(kept) :]
    u, s, vh = torch.linalg.svd(array.reshape(math.prod(rows), -1), full_matrices=False)
    weight = s[:rank].sqrt()
    cores = list(network.cores)
    cores[core] = (u[:, :rank] * weight).reshape(*rows, rank)
    cores.append((vh[:rank].T * weight).reshape(*columns, rank))
    return _after_split(network.structure, core, axes, rank, cores)


def splits(network: Network, core: int, tolerance: float) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield ``(axes, rank)``, as for ``split_core``, of every split of a core into two that saves parameters.

    Args:
        network: Any network.
        core: Index of the core.
        tolerance: Singular values of at most this part of the largest are not counted in the rank.
    """
    array = network.cores[core].detach().to(torch.float64)
    places = range(array.ndim)
    for count in range(1, array.ndim):
        for axes in combinations(places, count):
            if 0 in axes:  # axis 0 stays, so that every split is met once
                continue
            kept = [axis for axis in places if axis not in axes]
            matrix = array.permute(*kept, *axes).reshape(math.prod(array.shape[axis] for axis in kept), -1)
            values = torch.linalg.svdvals(matrix)
            rank = max(1, int((values > tolerance * values[0]).sum()))
            if rank * sum(matrix.shape) < array.numel():
                yield axes, rank


def _after_split(
    structure: Structure, core: int, axes: tuple[int, ...], rank: int, arrays: list[torch.Tensor]
) -> Network:
    """Return the network of the cores after a split, with the structure that the moved axes and the new bond imply."""
    new, order = len(structure.cores), structure.order
    indices = structure.core_indices[core]
    moved = {indices[axis] for axis in axes}
    legs = structure.cores[core].legs
    cores = [*structure.cores, Core(tuple(leg for leg in legs if leg in moved))]
    cores[core] = replace(structure.cores[core], legs=tuple(leg for leg in legs if leg not in moved))
    ends = [
        tuple(sorted(new if end == core and order + place in moved else end for end in bond.cores))
        for place, bond in enumerate(structure.bonds)
    ]
    bonds = [*map(Bond, ends, structure.ranks), Bond((core, new), rank)]
    parts = replace(structure, cores=tuple(cores), bonds=tuple(bonds))
    return Network(parts, tuple(arrays))
