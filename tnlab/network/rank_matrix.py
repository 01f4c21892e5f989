"""Structures with one core per mode as matrices of ranks: what most searches move in."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tnlab.errors import StructureError
from tnlab.network.structure import Bond, Core, Structure

ModePair = tuple[int, int]  # two modes, the smaller number first


def from_ranks(modes: Sequence[int], ranks: Mapping[tuple[int, int], int]) -> Structure:
    """Return the structure with core k on mode k and these ranks.

    A rank of 1 is no bond; where the network would fall apart without it, the first cores of the parts are joined by
    a bond of rank 1, so that equal ranks give equal structures.

    Args:
        modes: Size of every mode.
        ranks: Rank by pair of cores, in either order; pairs that are left out have rank 1.
    """
    chosen = {(min(pair), max(pair)): int(rank) for pair, rank in ranks.items() if rank > 1}
    group = list(range(len(modes)))
    for a, b in (*chosen, *combinations(range(len(modes)), 2)):
        if group[a] != group[b]:
            chosen.setdefault((a, b), 1)
            old, new = group[b], group[a]
            group = [new if label == old else label for label in group]
    bonds = tuple(Bond(pair, chosen[pair]) for pair in sorted(chosen))
    return Structure(tuple(modes), tuple(Core((mode,)) for mode in range(len(modes))), bonds)


def from_matrix(modes: Sequence[int], matrix: NDArray[np.int64]) -> Structure:
    """Return the structure whose bond between cores i and j has rank ``matrix[i, j]``; symmetric, 1 is no bond."""
    return from_ranks(modes, {(i, j): int(matrix[i, j]) for i, j in combinations(range(len(modes)), 2)})


def to_matrix(structure: Structure) -> NDArray[np.int64]:
    """Return the ranks between the modes' cores, (order, order), symmetric, 1 where there is no bond.

    Raises:
        StructureError: Some core carries no mode or several, or a bond joins more than two cores.
    """
    if structure.has_hyper_bonds or any(len(core.legs) != 1 for core in structure.cores):
        raise StructureError("Only a structure of plain bonds with one mode per core is a matrix of ranks.")
    matrix = np.ones((structure.order, structure.order), dtype=np.int64)
    for bond in structure.bonds:
        i, j = (structure.cores[core].legs[0] for core in bond.cores)
        matrix[i, j] *= bond.rank
        matrix[j, i] = matrix[i, j]
    return matrix


def ring(modes: Sequence[int], around: Sequence[int], ranks: Sequence[int]) -> Structure:
    """Return the ring that meets the modes in the order ``around``; ``ranks[k]`` follows mode ``around[k]``."""
    pairs = zip(around, [*around[1:], around[0]], strict=True)
    return from_ranks(modes, dict(zip(pairs, ranks, strict=True)))
