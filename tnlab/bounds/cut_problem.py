"""The integer program of the parameter bound: the fewest parameters whose ranks satisfy every cut.

Minimise ``sum_k n_k prod_j R_kj`` over integer ranks R_kj on the bonds of one core per mode, with n_k the mode sizes,
such that for every cut S the product of the ranks crossing S is at least the needed cut rank ``r(S)``. Sets of modes
are bit masks.
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

CorePair = tuple[int, int]  # two cores, ascending
PairRanks = Mapping[CorePair, int]  # rank of every bond above rank 1, by its two cores


@dataclass(frozen=True, eq=False)
class CutProblem:
    """Cut ranks that a tensor needs for a relative error, with the quantities that the searches derive from them.

    Attributes:
        modes: Size of every mode.
        needed: Least cut rank ``r(S)`` by bit mask of S, for either side of a cut; 1 for a cut that was not computed.
        max_rank: Largest rank allowed on a bond.
        complete: Whether ``needed`` holds every cut of the tensor.
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
        """Mode sizes in float64, (order,); products below 2^53 are exact."""
        return np.array(self.modes, dtype=np.float64)

    @cached_property
    def singles(self) -> NDArray[np.int64]:
        """Least product of the ranks at every core: the needed cut rank of its single mode, (order,)."""
        return self.needed[1 << np.arange(self.order)]

    @cached_property
    def least(self) -> int:
        """Lower bound on the parameters in any family: the sum of the least entries of every core."""
        return int(np.dot(self.singles, self.modes))

    @cached_property
    def pairs(self) -> tuple[CorePair, ...]:
        """All pairs of cores in lexicographic order: the possible bonds."""
        return tuple(combinations(range(self.order), 2))

    @cached_property
    def masks(self) -> NDArray[np.int64]:
        """Bit masks of the cuts that need a rank above 1, by the side without the last mode."""
        half = np.arange(1, 1 << (self.order - 1))
        return half[self.needed[half] > 1]

    @cached_property
    def crossings(self) -> NDArray[np.float64]:
        """Whether a bond between a pair of cores crosses a cut: (masks, pairs), 0 or 1."""
        inside = (self.masks[:, None] >> np.arange(self.order)) & 1
        first, second = np.array(self.pairs).T
        return (inside[:, first] != inside[:, second]).astype(np.float64)

    @cached_property
    def thresholds(self) -> NDArray[np.float64]:
        """By bit mask, a number that the logarithm of a product of ranks exceeds exactly if it reaches ``needed``."""
        return logarithm(self.needed)

    def parameters(self, ranks: PairRanks) -> int:
        """Return the number of parameters of the structure with ranks given by pair of cores."""
        products = list(self.modes)
        for pair, rank in ranks.items():
            for core in pair:
                products[core] *= rank
        return sum(products)

    def satisfied(self, ranks: PairRanks) -> bool:
        """Return whether the ranks satisfy every cut and no rank is above ``max_rank``, in integer arithmetic."""
        for mask in self.masks.tolist():
            crossing = (rank for (a, b), rank in ranks.items() if (mask >> a ^ mask >> b) & 1)
            if math.prod(crossing) < self.needed[mask]:
                return False
        return all(1 <= rank <= self.max_rank for rank in ranks.values())

    def structure(self, ranks: PairRanks) -> Structure:
        """Return the structure with ranks given by pair of cores; bonds of rank 1 connect parts that have no bond."""
        return from_ranks(self.modes, ranks)


@dataclass(frozen=True)
class Found:
    """Result of the search of one family: the proved bound and the cheapest structure found.

    Attributes:
        bound: Lower bound on the parameters of the structures that satisfy every cut; infinite if there are none.
        ranks: Ranks of the cheapest structure found that satisfies every cut; None if none was found.
    """

    bound: float
    ranks: PairRanks | None


def logarithm(needed: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``log(r - 1/2)`` for the needed ranks r: a threshold between r - 1 and r that no rounding reaches."""
    return np.log(needed - 0.5)


def cut_problem(spectra: CutSpectra, error: float, max_rank: int | None, deadline: float) -> CutProblem:
    """Return the cut ranks that a relative error needs, from the spectra computed before the deadline.

    Args:
        spectra: Spectra of the tensor.
        error: Relative error to be reached.
        max_rank: Largest rank of a bond. None takes the largest rank that any cut needs: a bond of that rank satisfies
            every cut it crosses, so that a larger one is never cheaper.
        deadline: Value of ``time.monotonic()`` after which no more spectra are computed but those of single modes.
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
    return CutProblem(spectra.modes, needed=needed, max_rank=max_rank or int(needed.max()), complete=complete)


def cut_of(mask: int, order: int) -> Cut:
    """Return the modes whose bits are set in a mask, ascending."""
    return tuple(mode for mode in range(order) if mask >> mode & 1)
