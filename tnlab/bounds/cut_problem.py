"""Fewest parameters that every cut allows: the problem that the parameter bound solves, and its parts in common.

Minimise ``sum_k n_k prod_j R_kj`` over integer ranks on the bonds of one core per mode, such that the product of
the ranks crossing S is at least ``r(S)``, for every cut S. Sets of modes are bit masks.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_spectra import Cut, CutSpectra
from tnlab.network.rank_matrix import from_ranks
from tnlab.network.structure import Structure

CorePair = tuple[int, int]
PairRanks = Mapping[CorePair, int]  # rank of every bond above 1, by its two cores, ascending


@dataclass(frozen=True, eq=False)
class CutProblem:
    """What every cut of a tensor asks of the ranks.

    Attributes:
        modes: Size of every mode.
        needed: Least cut rank by bit mask of one side, either side; 1 for a cut that was not consulted.
        max_rank: Largest rank of a bond that is allowed.
        complete: Whether every cut was consulted.
    """

    modes: tuple[int, ...]
    needed: NDArray[np.int64]
    max_rank: int
    complete: bool = True

    @property
    def order(self) -> int:
        """Number of modes."""
        return len(self.modes)

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Mode sizes as numbers to compute with; products below 2^53 are exact."""
        return np.array(self.modes, dtype=np.float64)

    @cached_property
    def singles(self) -> NDArray[np.int64]:
        """Least product of the ranks at every core."""
        return self.needed[1 << np.arange(self.order)]

    @cached_property
    def least(self) -> int:
        """Parameters below which no structure can be, whatever the family: every core alone."""
        return int(np.dot(self.singles, self.modes))

    @cached_property
    def pairs(self) -> tuple[CorePair, ...]:
        """All pairs of cores, lexicographically."""
        return tuple(combinations(range(self.order), 2))

    @cached_property
    def masks(self) -> NDArray[np.int64]:
        """One side of every cut that asks for something: the one without the last mode."""
        half = np.arange(1, 1 << (self.order - 1))
        return half[self.needed[half] > 1]

    @cached_property
    def crossings(self) -> NDArray[np.float64]:
        """Whether a pair crosses a cut: (masks, pairs), 0 or 1."""
        inside = (self.masks[:, None] >> np.arange(self.order)) & 1
        first, second = np.array(self.pairs).T
        return (inside[:, first] != inside[:, second]).astype(np.float64)

    @cached_property
    def thresholds(self) -> NDArray[np.float64]:
        """Logarithm by mask that a product of whole numbers exceeds exactly if it is large enough."""
        return logarithm(self.needed)

    def parameters(self, ranks: PairRanks) -> int:
        """Return the parameters of the structure with these ranks."""
        products = list(self.modes)
        for pair, rank in ranks.items():
            for core in pair:
                products[core] *= rank
        return sum(products)

    def satisfied(self, ranks: PairRanks) -> bool:
        """Return whether every cut is satisfied, in whole numbers."""
        for mask in self.masks.tolist():
            crossing = (rank for (a, b), rank in ranks.items() if (mask >> a ^ mask >> b) & 1)
            if math.prod(crossing) < self.needed[mask]:
                return False
        return all(1 <= rank <= self.max_rank for rank in ranks.values())

    def structure(self, ranks: PairRanks) -> Structure:
        """Return the structure with these ranks, connected by bonds of rank 1 where it falls apart."""
        return from_ranks(self.modes, ranks)


@dataclass(frozen=True)
class Found:
    """What a family's solver knows when it ends.

    Attributes:
        bound: No structure of the family has fewer parameters; infinite if none satisfies the cuts.
        ranks: Those of the cheapest structure found that satisfies every cut, if one was.
    """

    bound: float
    ranks: PairRanks | None


def logarithm(needed: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a logarithm between those of r - 1 and r, far from both, so that rounding decides nothing."""
    return np.log(needed - 0.5)


def cut_problem(spectra: CutSpectra, error: float, max_rank: int | None, deadline: float) -> CutProblem:
    """Ask the spectra for the cut ranks that a relative error needs, until the deadline.

    Without ``max_rank`` it is the largest rank needed across any cut: a bond of that rank satisfies every cut it
    crosses, so that a larger one is never cheaper.
    """
    order = len(spectra.modes)
    for _ in spectra.fill():
        if time.monotonic() > deadline:
            break
    for mode in range(order):
        spectra.tail((mode,))
    full = (1 << order) - 1
    needed = np.ones(full + 1, dtype=np.int64)
    known = spectra.known
    for cut in known:
        mask = sum(1 << mode for mode in cut)
        needed[mask] = needed[full - mask] = max(1, spectra.needed_rank(cut, error))
    complete = len(known) >= full // 2
    return CutProblem(spectra.modes, needed, max_rank or int(needed.max()), complete)


def cut_of(mask: int, order: int) -> Cut:
    """Return the modes of a bit mask."""
    return tuple(mode for mode in range(order) if mask >> mode & 1)
