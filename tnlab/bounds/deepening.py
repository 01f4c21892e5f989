"""Iterative deepening: search for the fewest parameters under a limit that is raised step by step.

Every structure below the last limit is excluded, so that the search has a proved bound whenever it stops.

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

CHUNK = 8_000  # partial structures expanded in one array computation: enough to hide the cost of Python
BLOCK = 2_000_000  # numbers (16 MB) in one step of an array computation, so that it stays near the cache
GROWTH = 1.02  # least factor of the limit on the parameters from one step to the next


@dataclass(frozen=True, eq=False)
class Branch:
    """Partial structures of one depth in a search tree, one row each.

    Attributes:
        costs: Lower bound on the parameters of every completion, (rows,).
        parts: Arrays that describe the partial structures, each with one row per structure.
    """

    costs: NDArray[np.float64]
    parts: tuple[NDArray[np.int64], ...]

    def rows(self, chosen: slice | NDArray[np.int64]) -> "Branch":
        """Return the branch of the chosen rows."""
        return Branch(self.costs[chosen], tuple(part[chosen] for part in self.parts))


class SearchTree(Protocol):
    """Interface of a tree of partial structures whose leaves are structures that satisfy every cut."""

    bound: float

    def root(self) -> Branch:
        """Return the branch with the empty partial structure, from which every other one follows."""
        ...

    def expand(self, branch: Branch, limit: float) -> tuple[Branch, float]:
        """Return the children that may have at most ``limit`` parameters, and the least lower bound of the others."""
        ...

    def finished(self, branch: Branch) -> bool:
        """Return whether the structures of a branch are complete."""
        ...

    def ranks_of(self, branch: Branch, row: int) -> PairRanks:
        """Return the ranks of one complete structure of a branch."""
        ...


def deepen(searches: Sequence[SearchTree], problem: CutProblem, deadline: float, start: PairRanks | None) -> Found:
    """Return the structure of fewest parameters in all search trees, or the bound proved at the deadline.

    Args:
        searches: The search trees.
        problem: The cuts to be satisfied.
        deadline: Value of ``time.monotonic()`` at which the search stops.
        start: Ranks of a known structure that satisfies every cut, if there is one.
    """
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
    """Return the cheapest structure within the limit, the least bound beyond it, and whether the search finished."""
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
        stack.extend(_cheapest_last(children))
    return ranks, beyond, True


def ascending_leaves(searches: Sequence[SearchTree], problem: CutProblem, deadline: float) -> Iterator[PairRanks]:
    """Yield the ranks of all structures in search trees, by ascending parameters, until a deadline.

    One window of parameters is searched after the other. The caller's time between two structures does not count.
    """
    bounds, above = [search.bound for search in searches], 0.0
    while (bound := min(bounds, default=math.inf)) < math.inf:
        limit = max(bound, math.floor(max(bound, above + 1) * GROWTH))
        found: list[PairRanks] = []
        for place, search in enumerate(searches):
            if bounds[place] <= limit:
                leaves, bounds[place] = _between(search, above, limit, deadline)
                found += leaves
        shown = time.monotonic()
        yield from sorted(found, key=problem.parameters)
        deadline += time.monotonic() - shown
        if time.monotonic() > deadline:
            return
        above = limit


def _between(search: SearchTree, above: float, limit: float, deadline: float) -> tuple[list[PairRanks], float]:
    """Return the structures with parameters in (``above``, ``limit``], and the least bound of the parts left out."""
    stack, found, beyond = [search.root()], list[PairRanks](), math.inf
    while stack and time.monotonic() <= deadline:
        children, least = search.expand(stack.pop(), limit)
        beyond = min(beyond, least)
        if len(children.costs) and search.finished(children):
            rows = np.flatnonzero((children.costs > above) & (children.costs <= limit))
            found += [search.ranks_of(children, row) for row in rows.tolist()]
        elif len(children.costs):
            stack.extend(_cheapest_last(children))
    return found, beyond


def _cheapest_last(branch: Branch) -> Iterator[Branch]:
    """Yield the rows of a branch in parts of at most ``CHUNK``, by descending cost."""
    order = np.argsort(branch.costs, kind="stable")
    return (branch.rows(order[first : first + CHUNK]) for first in range(0, len(order), CHUNK)[::-1])


def blocks(items: NDArray[np.int64], width: int) -> Iterator[NDArray[np.int64]]:
    """Yield the items in consecutive parts, so that an array of ``width`` numbers per item has at most ``BLOCK``."""
    step = max(1, BLOCK // max(1, width))
    for first in range(0, len(items), step):
        yield items[first : first + step]
