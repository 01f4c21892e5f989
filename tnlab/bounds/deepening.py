"""Search for the fewest parameters, whose limit is raised step by step: stopped at any time, it has a proved bound.

References:
    Korf 1985: https://doi.org/10.1016/0004-3702(85)90084-0
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks

CHUNK = 8_000  # partial structures looked at together
BLOCK = 2_000_000  # numbers in one step of an array computation
GROWTH = 1.02  # least factor of the limit from one step to the next


@dataclass(frozen=True, eq=False)
class Branch:
    """Partial structures of one depth.

    Attributes:
        costs: Parameters that they have for certain.
        parts: What they are, one row each.
    """

    costs: NDArray[np.float64]
    parts: tuple[NDArray[np.int64], ...]

    def rows(self, chosen: slice | NDArray[np.int64]) -> "Branch":
        """Return some of them."""
        return Branch(self.costs[chosen], tuple(part[chosen] for part in self.parts))


class SearchTree(Protocol):
    """A tree of partial structures, whose leaves satisfy every cut."""

    bound: float

    def root(self) -> Branch:
        """Return the branch that holds everything."""
        ...

    def expand(self, branch: Branch, limit: float) -> tuple[Branch, float]:
        """Return the children that may lead to at most ``limit`` parameters, and the least bound of the others."""
        ...

    def finished(self, branch: Branch) -> bool:
        """Return whether its structures are whole."""
        ...

    def ranks_of(self, branch: Branch, row: int) -> PairRanks:
        """Return the ranks of one whole structure."""
        ...


def deepen(searches: Sequence[SearchTree], problem: CutProblem, deadline: float, start: PairRanks | None) -> Found:
    """Return the cheapest structure of all the searches, or what is proved at the deadline."""
    ranks, best = start, problem.parameters(start) if start is not None else math.inf
    bounds = [search.bound for search in searches]
    while (bound := min([*bounds, best])) < best:
        limit = min(best - 1, max(bound, math.floor(bound * GROWTH)))
        for place, search in enumerate(searches):
            if bounds[place] > limit:
                continue
            found, beyond, done = _explore(search, limit, deadline)
            if found is not None:
                ranks, best = found, problem.parameters(found)
                limit = best - 1
            if not done:
                return Found(max(problem.least, min([*bounds, best])), ranks)
            bounds[place] = beyond if found is None else max(beyond, best)
    return Found(best, ranks)


def _explore(search: SearchTree, limit: float, deadline: float) -> tuple[PairRanks | None, float, bool]:
    """Return the cheapest structure within the limit, the least bound beyond it, and whether all was looked at."""
    stack, ranks, beyond = [search.root()], None, math.inf
    while stack:
        if time.monotonic() > deadline:
            return ranks, beyond, False
        children, least = search.expand(stack.pop(), limit)
        beyond = min(beyond, least)
        if not len(children.costs):
            continue
        if search.finished(children):
            row = int(np.argmin(children.costs))
            if children.costs[row] <= limit:
                ranks, limit = search.ranks_of(children, row), children.costs[row] - 1
            continue
        order = np.argsort(children.costs, kind="stable")
        stack.extend(children.rows(order[first : first + CHUNK]) for first in range(0, len(order), CHUNK)[::-1])
    return ranks, beyond, True


def blocks(items: NDArray[np.int64], width: int) -> Iterator[NDArray[np.int64]]:
    """Yield items in parts, so that so many numbers for each of them stay a small array."""
    step = max(1, BLOCK // max(1, width))
    for first in range(0, len(items), step):
        yield items[first : first + step]
