"""Lower bound on the relative error of every fit of a structure, from the spectra of the tensor's unfoldings.

Along every cut S of the modes, the unfolding of a network has rank at most its cut rank q_S, for all values of the
cores. By Eckart and Young its squared distance from ``X_(S)`` is at least the tail, so
``error^2 >= max_S tail_S(q_S)``. On a tree every bond is a cut, and truncating one bond after the other proves
``best error^2 <= sum over bonds of tail_e(R_e)``.

References:
    Eckart 1936: https://doi.org/10.1007/BF02288367
    Grasedyck 2010 (the upper bound on trees): https://doi.org/10.1137/090764189
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tnlab.bounds.cut_ranks import cut_ranks
from tnlab.bounds.cut_spectra import SLACK, Cut, CutSpectra, entries_of
from tnlab.errors import DataError
from tnlab.network.graph import is_tree
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread

CHUNK = 256  # structures per step: their intermediate arrays stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Certificate:
    """A proved lower bound on the relative error of every fit of a structure, with the cut that proves it.

    Attributes:
        error_bound: Lower bound on the relative error, for all values of the cores. 0 excludes nothing.
        cut: The modes on one side of the cut that gives the bound; empty if no cut was consulted.
        cut_rank: Largest rank that the network can have across this cut.
        crossing: The bonds that cross it.
        spectrum: Singular values of the tensor across it, descending, relative to ``|X|``.
        upper_bound: On a tree, a relative error that the best fit does not exceed; otherwise None.
        cuts: Number of cuts that were consulted; more of them can only raise the bound.
    """

    error_bound: float
    cut: Cut
    cut_rank: int
    crossing: tuple[int, ...]
    spectrum: NDArray[np.float64]
    upper_bound: float | None
    cuts: int


@on_one_thread(lambda X, *_, **__: entries_of(X))
def error_bound(X: Tensor | CutSpectra, structure: Structure, *, cuts: Sequence[Cut] | None = None) -> Certificate:
    """Return a lower bound on the relative error of every fit of a structure to a tensor, without fitting.

    Args:
        X: The tensor, or its spectra, which serve for many structures.
        structure: Any structure over its modes.
        cuts: One side of every cut to consult; all of them by default. Any choice gives a valid bound.

    Raises:
        DataError: The tensor's shape is not ``structure.modes``.
        StructureError: More than 14 cores of the structure have no leg or several legs.
    """
    spectra = _spectra_for(X, structure)
    asked, table = spectra.table(cuts)
    if not structure.bonds or not asked:
        return Certificate(
            error_bound=0.0,
            cut=(),
            cut_rank=1,
            crossing=(),
            spectrum=np.zeros(0),
            upper_bound=_upper(spectra, structure),
            cuts=len(asked),
        )
    crossings = cut_ranks(structure, asked)
    reached = crossings.ranks(np.array([structure.ranks]), table.shape[1] - 1)[0]
    tails = table[np.arange(len(asked)), reached]
    worst = int(np.argmax(tails))
    return Certificate(
        error_bound=math.sqrt(max(0.0, tails[worst] - SLACK)),
        cut=asked[worst],
        cut_rank=crossings.cut_rank(structure.ranks, worst),
        crossing=crossings.crossing_bonds(structure.ranks, worst),
        spectrum=spectra.singular_values(asked[worst]),
        upper_bound=_upper(spectra, structure),
        cuts=len(asked),
    )


def error_bounds(
    spectra: CutSpectra, structure: Structure, ranks: NDArray[np.int64], *, cuts: Sequence[Cut] | None = None
) -> NDArray[np.float64]:
    """Return the error bounds of many structures of one topology, (structures,), by array operations.

    Args:
        spectra: Spectra of the tensor.
        structure: Any structure of the topology.
        ranks: Ranks of every bond, (structures, bonds).
        cuts: As for ``error_bound``.
    """
    asked, table = _spectra_for(spectra, structure).table(cuts)
    crossings = cut_ranks(structure, asked)
    tails = np.empty(len(ranks))
    flat, rows = table.ravel(), np.arange(len(asked), dtype=np.int32) * table.shape[1]
    for start in range(0, len(ranks), CHUNK):
        reached = crossings.ranks(ranks[start : start + CHUNK], table.shape[1] - 1)
        tails[start : start + CHUNK] = flat[reached + rows].max(axis=1, initial=0.0)
    return np.sqrt(np.clip(tails - SLACK, 0.0, None))


def one_more_rank(
    X: Tensor | CutSpectra, structure: Structure, *, cuts: Sequence[Cut] | None = None
) -> tuple[float, ...]:
    """Return, for every bond, the error bound of the structure whose rank on that bond is larger by 1."""
    spectra = _spectra_for(X, structure)
    if not structure.bonds:
        return ()
    ranks = np.array(structure.ranks, dtype=np.int64) + np.eye(len(structure.bonds), dtype=np.int64)
    return tuple(error_bounds(spectra, structure, ranks, cuts=cuts).tolist())


def network_cuts(structure: Structure) -> tuple[Cut, ...]:
    """Return a small choice of cuts: single modes, bonds whose removal disconnects the network, and pairs of modes."""
    singles = [(mode,) for mode in range(structure.order)] if structure.order > 1 else []
    pairs = [(i, j) for i in range(structure.order) for j in range(i) if structure.order > 2]
    bridges = [side for side in (_bridge(structure, bond) for bond in range(len(structure.bonds))) if side]
    return tuple(dict.fromkeys([*singles, *bridges, *((j, i) for i, j in pairs)]))


def _bridge(structure: Structure, bond: int) -> Cut:
    """Return the modes on one side of a bond whose removal disconnects the network; empty if it does not."""
    if len(structure.bonds[bond].cores) > 2:
        return ()
    start = structure.bonds[bond].cores[0]
    reached, frontier = {start}, [start]
    while frontier:
        core = frontier.pop()
        for other in structure.core_bonds[core]:
            fresh = set(structure.bonds[other].cores) - reached if other != bond else set[int]()
            reached |= fresh
            frontier.extend(fresh)
    side = tuple(sorted(leg for core in reached for leg in structure.cores[core].legs))
    return side if len(reached) < len(structure.cores) and 0 < len(side) < structure.order else ()


def _upper(spectra: CutSpectra, structure: Structure) -> float | None:
    if not is_tree(structure):
        return None
    sides = [_bridge(structure, bond) for bond in range(len(structure.bonds))]
    tails = [_most(spectra.tail(side), rank) for side, rank in zip(sides, structure.ranks, strict=True) if side]
    return math.sqrt(min(1.0, sum(tails) + SLACK))


def _spectra_for(tensor: Tensor | CutSpectra, structure: Structure) -> CutSpectra:
    spectra = tensor if isinstance(tensor, CutSpectra) else CutSpectra(tensor)
    if spectra.modes != structure.modes:
        raise DataError(f"The structure is for modes {structure.modes}, but the tensor has {spectra.modes}.")
    return spectra


def _at(tail: NDArray[np.float64], rank: int) -> float:
    return float(tail[rank]) if rank < len(tail) else 0.0


def _most(tail: NDArray[np.float64], rank: int) -> float:
    """Return an upper bound on the squared error of X at a rank: that of the compressed Y plus ``|X|^2 - |Y|^2``."""
    return _at(tail, rank) + max(0.0, 1.0 - float(tail[0]))
