"""Structures with one core per mode, built from and written as the symmetric matrix of ranks between their cores."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tnlab.errors import StructureError
from tnlab.network.structure import Bond, Core, Structure

ModePair = tuple[int, int]  # two modes, the smaller number first


def from_ranks(modes: Sequence[int], ranks: Mapping[tuple[int, int], int]) -> Structure:
    """Return the structure in which core k carries mode k and pairs of cores share bonds of given ranks.

    A pair of rank 1 gets no bond. Where the cores would not be connected, bonds of rank 1 join the first pairs, in
    lexicographic order, that connect two parts; so equal ranks give equal structures.

    Args:
        modes: Size of every mode.
        ranks: Rank by pair of cores, in either order; a missing pair has rank 1.
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
    """Return the structure in which core k carries mode k and cores i and j share a bond of rank ``matrix[i, j]``.

    Args:
        modes: Size of every mode.
        matrix: Symmetric, (order, order); 1 means no bond, the diagonal is ignored.
    """
    return from_ranks(modes, {(i, j): int(matrix[i, j]) for i, j in combinations(range(len(modes)), 2)})


def to_matrix(structure: Structure) -> NDArray[np.int64]:
    """Return the matrix, (order, order), of the ranks between the cores that carry the modes.

    It is symmetric, with 1 where two cores share no bond; the ranks of parallel bonds are multiplied.

    Raises:
        StructureError: Some core carries no mode or several, or a bond joins more than two cores.
    """
    if structure.has_hyper_bonds or any(len(core.legs) != 1 for core in structure.cores):
        raise StructureError(
            "Only a structure with one mode per core and no hyper-bond has a matrix of ranks, but this one is "
            f"{structure.einsum}."
        )
    matrix = np.ones((structure.order, structure.order), dtype=np.int64)
    for bond in structure.bonds:
        i, j = (structure.cores[core].legs[0] for core in bond.cores)
        matrix[i, j] *= bond.rank
        matrix[j, i] = matrix[i, j]
    return matrix


def ring(modes: Sequence[int], around: Sequence[int], ranks: Sequence[int]) -> Structure:
    """Return the tensor ring whose cores follow one another in the order ``around``.

    Args:
        modes: Size of every mode.
        around: All modes, in their cyclic order around the ring.
        ranks: ``ranks[k]`` is the rank between the cores of modes ``around[k]`` and ``around[k + 1]``.
    """
    pairs = zip(around, [*around[1:], around[0]], strict=True)
    return from_ranks(modes, dict(zip(pairs, ranks, strict=True)))
