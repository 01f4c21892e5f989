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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tnlab.bounds.cut_choice import bridge, chosen_cuts, part_size
from tnlab.bounds.cut_ranks import cut_ranks
from tnlab.bounds.cut_spectra import SLACK, Cut, CutSpectra, entries_of
from tnlab.errors import DataError
from tnlab.network.graph import is_tree
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread

MAX_SECONDS = 10.0  # for the spectra of cuts; those of 14 modes of size 2 take about a second for a ring
CHUNK = 256  # structures per step: their intermediate arrays stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Certificate:
    """A proved lower bound on the relative error of every fit of a structure, with the cut that proves it.

    Attributes:
        error_bound: Lower bound on the relative error, for all values of the cores. 0 excludes nothing.
        cut: The modes on one side of the cut that gives the bound; empty if the bound is 0.
        cut_rank: Largest rank that the network can have across this cut; 1 if the bound is 0.
        crossing: The bonds that cross it.
        spectrum: Singular values of the tensor across it, descending, relative to ``|X|``.
        upper_bound: On a tree, a relative error that the best fit does not exceed; None otherwise, and where time ran
            out.
        cuts: Number of cuts that were looked at; more of them can only raise the bound.
        all_cuts: Number of cuts of the tensor.
    """

    error_bound: float
    cut: Cut
    cut_rank: int
    crossing: tuple[int, ...]
    spectrum: NDArray[np.float64]
    upper_bound: float | None
    cuts: int
    all_cuts: int

    def __str__(self) -> str:
        """Say the bound, rounded down, and the cut that proves it."""
        looked_at = f"{self.cuts:,} of {self.all_cuts:,} cuts were looked at"
        if not self.cut:
            return f"No cut limits the relative error of this structure; {looked_at}."
        return (
            f"No fit of this structure has a relative error below {rounded_down(self.error_bound, 6)}: cut of modes "
            f"{', '.join(map(str, self.cut))}, cut rank {self.cut_rank}; {looked_at}."
        )


@on_one_thread(lambda X, *_, **__: entries_of(X))
def error_bound(
    X: Tensor | CutSpectra,
    structure: Structure,
    *,
    cuts: Sequence[Cut] | None = None,
    max_seconds: float = MAX_SECONDS,
) -> Certificate:
    """Return a lower bound on the relative error of every fit of a structure to a tensor, without fitting.

    Args:
        X: The tensor, or its spectra, which serve for many structures.
        structure: Any structure over its modes.
        cuts: One side of every cut to consult; by default those that can limit the error (see ``chosen_cuts``), as
            many as the time allows. Any choice gives a valid bound.
        max_seconds: Time in seconds after which no further cut is consulted, and no upper bound computed; of no
            effect with ``cuts``, and where all spectra are known. Single modes are consulted whatever the time.

    Raises:
        DataError: The tensor's shape is not ``structure.modes``.
        StructureError: More than 14 cores of the structure have no leg or several legs.
    """
    spectra, begun = _spectra_for(X, structure), time.monotonic()
    parts, looked_at = _parts(spectra, structure, structure.ranks, cuts, max_seconds)
    upper = _upper(spectra, structure, begun + max_seconds if cuts is None else math.inf)
    all_cuts = 2 ** (spectra.order - 1) - 1
    worst = max((_worst(spectra, structure, part) for part in parts), key=itemgetter(0), default=None)
    if worst is None or worst[0] <= SLACK:
        return Certificate(
            error_bound=0.0,
            cut=(),
            cut_rank=1,
            crossing=(),
            spectrum=np.zeros(0),
            upper_bound=upper,
            cuts=looked_at,
            all_cuts=all_cuts,
        )
    tail, asked, place = worst
    crossings = cut_ranks(structure, asked)
    return Certificate(
        error_bound=math.sqrt(tail - SLACK),
        cut=asked[place],
        cut_rank=crossings.cut_rank(structure.ranks, place),
        crossing=crossings.crossing_bonds(structure.ranks, place),
        spectrum=spectra.singular_values(asked[place]),
        upper_bound=upper,
        cuts=looked_at,
        all_cuts=all_cuts,
    )


def error_bounds(
    spectra: CutSpectra,
    structure: Structure,
    ranks: NDArray[np.int64],
    *,
    cuts: Sequence[Cut] | None = None,
    max_seconds: float = MAX_SECONDS,
) -> NDArray[np.float64]:
    """Return the error bounds of many structures of one topology, (structures,), by array operations.

    Args:
        spectra: Spectra of the tensor.
        structure: Any structure of the topology.
        ranks: Ranks of every bond, (structures, bonds).
        cuts: As for ``error_bound``.
        max_seconds: As for ``error_bound``.
    """
    spectra, tails = _spectra_for(spectra, structure), np.zeros(len(ranks))
    least = ranks.min(axis=0).tolist() if len(ranks) else structure.ranks
    for part in _parts(spectra, structure, least, cuts, max_seconds)[0]:
        asked, table = spectra.table(part)
        crossings = cut_ranks(structure, asked)
        flat, rows = table.ravel(), np.arange(len(asked), dtype=np.int32) * table.shape[1]
        for start in range(0, len(ranks), CHUNK):
            some = slice(start, start + CHUNK)
            reached = crossings.ranks(ranks[some], table.shape[1] - 1)
            tails[some] = np.maximum(tails[some], flat[reached + rows].max(axis=1, initial=0.0))
    return np.sqrt(np.clip(tails - SLACK, 0.0, None))


def one_more_rank(
    X: Tensor | CutSpectra,
    structure: Structure,
    *,
    cuts: Sequence[Cut] | None = None,
    max_seconds: float = MAX_SECONDS,
) -> tuple[float, ...]:
    """Return, for every bond, the error bound of the structure whose rank on that bond is larger by 1."""
    spectra = _spectra_for(X, structure)
    if not structure.bonds:
        return ()
    ranks = np.array(structure.ranks, dtype=np.int64) + np.eye(len(structure.bonds), dtype=np.int64)
    return tuple(error_bounds(spectra, structure, ranks, cuts=cuts, max_seconds=max_seconds).tolist())


Part = tuple[Cut, ...] | None


def _parts(
    spectra: CutSpectra,
    structure: Structure,
    ranks: Sequence[int],
    cuts: Sequence[Cut] | None,
    max_seconds: float,
) -> tuple[list[Part], int]:
    """Return the cuts to consult in parts that one array computation can take, and how many were looked at.

    None stands for all cuts, where their spectra are known and are one part.
    """
    size = part_size(structure)
    if not structure.bonds:
        return [], 2 ** (spectra.order - 1) - 1
    if cuts is not None:
        chosen, looked_at = tuple(dict.fromkeys(cuts)), len({spectra.side(cut) for cut in cuts})
    elif spectra.complete and len(spectra.known) <= size:
        return [None], len(spectra.known)
    else:
        choice = chosen_cuts(spectra, structure, ranks, max_seconds)
        chosen, looked_at = choice.cuts, choice.looked_at
    return [chosen[start : start + size] for start in range(0, len(chosen), size)], looked_at


def _worst(spectra: CutSpectra, structure: Structure, part: Part) -> tuple[float, tuple[Cut, ...], int]:
    """Return the largest tail of some cuts at their cut ranks, these cuts, and the place of its cut among them."""
    asked, table = spectra.table(part)
    reached = cut_ranks(structure, asked).ranks(np.array([structure.ranks]), table.shape[1] - 1)[0]
    tails = table[np.arange(len(asked)), reached]
    place = int(np.argmax(tails))
    return float(tails[place]), asked, place


def rounded_down(value: float, digits: int) -> str:
    """Return a number rounded down to some significant digits, so that a lower bound stays one in words."""
    return _rounded(value, digits, ROUND_FLOOR)


def rounded_up(value: float, digits: int) -> str:
    """Return a number rounded up to some significant digits, so that an upper bound stays one in words."""
    return _rounded(value, digits, ROUND_CEILING)


def _rounded(value: float, digits: int, rounding: str) -> str:
    return f"{float(Context(prec=digits, rounding=rounding).create_decimal(Decimal(value))):.{digits}g}"


def _upper(spectra: CutSpectra, structure: Structure, deadline: float) -> float | None:
    if not is_tree(structure):
        return None
    known, total = set(spectra.known), SLACK
    for bond, rank in enumerate(structure.ranks):
        side = bridge(structure, bond)
        if side and spectra.side(side) not in known and time.monotonic() > deadline:
            return None
        total += _most(spectra.tail(side), rank) if side else 0.0
    return math.sqrt(min(1.0, total))


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
