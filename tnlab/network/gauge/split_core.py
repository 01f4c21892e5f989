"""Split one core in two by an SVD, with a new bond between the parts."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import torch

from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure


def split_core(network: Network, core: int, axes: tuple[int, ...], rank: int) -> Network:
    """Return the network in which some axes of a core have moved to a new core, behind a bond of a rank.

    Args:
        network: One where no bond joins more than two cores.
        core: Which core is split; it keeps its place.
        axes: Axes of the core that move to the new, last core; not all of them.
        rank: How many singular values are kept.
    """
    kept = [axis for axis in range(network.cores[core].ndim) if axis not in axes]
    array = network.cores[core].permute(*kept, *axes)
    rows, columns = array.shape[: len(kept)], array.shape[len(kept) :]
    u, s, vh = torch.linalg.svd(array.reshape(math.prod(rows), -1), full_matrices=False)
    weight = s[:rank].sqrt()
    cores = list(network.cores)
    cores[core] = (u[:, :rank] * weight).reshape(*rows, rank)
    cores.append((vh[:rank].T * weight).reshape(*columns, rank))
    return _ordered(network.structure, core, axes, rank, cores)


def splits(network: Network, core: int, tolerance: float) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield the axes and the rank of every split of a core that saves parameters.

    Singular values are dropped that are below ``tolerance`` times the largest.
    """
    array = network.cores[core].detach().to(torch.float64)
    places = range(array.ndim)
    for count in range(1, array.ndim):
        for axes in combinations(places, count):
            if 0 in axes:
                continue
            kept = [axis for axis in places if axis not in axes]
            matrix = array.permute(*kept, *axes).reshape(math.prod(array.shape[axis] for axis in kept), -1)
            values = torch.linalg.svdvals(matrix)
            rank = max(1, int((values > tolerance * values[0]).sum()))
            if rank * sum(matrix.shape) < array.numel():
                yield axes, rank


def _ordered(structure: Structure, core: int, axes: tuple[int, ...], rank: int, arrays: list[torch.Tensor]) -> Network:
    """Return the network of the split cores, their axes in the order of its structure."""
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
