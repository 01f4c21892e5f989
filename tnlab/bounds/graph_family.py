"""Fewest parameters of a simple graph with one core per mode, also with few bonds per core, by branch and bound.

The search chooses the ranks bond after bond: those of core 0 first, then those of core 1, and so on, so that a cut is
checked as soon as all bonds of one of its sides are chosen. A partial choice has two lower bounds. The product P_k of
the ranks at core k only grows by integer factors, up to ``r(k)`` at least. For a pair of cores
``P_i P_j >= r(ij) R_ij^2``, so that
``n_i P_i + n_j P_j >= 2 R_ij sqrt(n_i n_j r(ij))``; the largest sum over a pairing of all cores counts.
The arithmetic is in integers, but for one square root that is rounded down. An integer program with binary variables
for the ranks (HiGHS) was 3 to 60 times slower, and had the weaker bound where both were stopped.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks
from tnlab.bounds.deepening import Branch, ascending_leaves, blocks, deepen

MAX_PAIRINGS = 105  # pairings of the cores in a bound: all there are at order 8, some of them above

Whole = NDArray[np.int64]


def solve(problem: CutProblem, deadline: float, start: PairRanks | None, degree: int) -> Found:
    """Return the graph of fewest parameters with at most ``degree`` bonds above rank 1 per core, or a proved bound.

    Args:
        problem: The cuts to be satisfied.
        deadline: When to stop, by ``time.monotonic``.
        start: A structure of the family that satisfies every cut, if one is known.
        degree: ``order - 1`` or more for all graphs.
    """
    return deepen([GraphSearch(problem, degree)], problem, deadline, start)


def ascending_graphs(problem: CutProblem, deadline: float, degree: int) -> Iterator[PairRanks]:
    """Yield the graphs with at most ``degree`` bonds above rank 1 per core that satisfy every cut, until a deadline.

    They come by ascending parameters.
    """
    return ascending_leaves([GraphSearch(problem, degree)], problem, deadline)


class GraphSearch:
    """Search tree of ranks on all pairs of cores; a branch holds the ranks chosen so far and their products by core."""

    def __init__(self, problem: CutProblem, degree: int) -> None:
        self.problem = problem
        self.degree = degree
        self.modes = np.array(problem.modes, dtype=np.int64)
        self.pairings = list(_pairings(tuple(range(problem.order)), MAX_PAIRINGS))
        a, b = np.array(problem.pairs).T
        self.roots = 2.0 * np.sqrt(self.modes[a] * self.modes[b] * problem.needed[1 << a | 1 << b])
        root = self.root()
        self.bound = float(self._paired(root.parts[0], self._cores(root.parts[1]))[0])

    def root(self) -> Branch:
        """Return the branch in which no rank is chosen."""
        nothing = np.ones((1, 0), dtype=np.int64)
        return Branch(np.zeros(1), (nothing, np.ones((1, self.problem.order), dtype=np.int64)))

    def expand(self, branch: Branch, limit: float) -> tuple[Branch, float]:
        """Return the children that may have at most ``limit`` parameters, and the least lower bound of the others."""
        depth = branch.parts[0].shape[1]
        ranks, products, beyond = self._grown(branch.parts[0], branch.parts[1], limit)
        for check in (self._slender, self._allowed):
            kept = check(ranks)
            ranks, products = ranks[kept], products[kept]
        cores = self._cores(products)
        costs = cores.sum(axis=1).astype(np.float64)
        if depth + 1 < len(self.problem.pairs):
            near = costs <= limit
            costs[near] = self._paired(ranks[near], cores[near])
        within = costs <= limit
        beyond = min(beyond, float(costs[~within].min(initial=math.inf)))
        return Branch(costs[within], (ranks[within], products[within])), beyond

    def finished(self, branch: Branch) -> bool:
        """Return whether every bond has its rank."""
        return branch.parts[0].shape[1] == len(self.problem.pairs)

    def ranks_of(self, branch: Branch, row: int) -> PairRanks:
        """Return the ranks above 1, by pair of cores, of the finished graph in one row."""
        chosen = zip(self.problem.pairs, branch.parts[0][row].tolist(), strict=True)
        return {pair: rank for pair, rank in chosen if rank > 1}

    def _grown(self, ranks: Whole, products: Whole, limit: float) -> tuple[Whole, Whole, float]:
        """Return ranks and products with each next rank that ``limit`` allows, and the least bound of the others."""
        a, b = self.problem.pairs[ranks.shape[1]]
        cores = self._cores(products)
        pair = products[:, a] * self.modes[a] + products[:, b] * self.modes[b]
        others = cores.sum(axis=1) - cores[:, a] - cores[:, b]
        most = np.minimum(np.floor((limit - others) / pair), self.problem.max_rank).astype(np.int64)
        least = np.ones(len(ranks), dtype=np.int64)
        for core in (a, b) if a == self.problem.order - 2 else (a,) if b == self.problem.order - 1 else ():
            least = np.maximum(least, -(-self.problem.singles[core] // products[:, core]))
        cut = most < self.problem.max_rank
        dearest = others[cut] + np.maximum(most[cut] + 1, least[cut]) * pair[cut]
        counts = np.maximum(0, most - least + 1)
        rows = np.repeat(np.arange(len(ranks)), counts)
        fresh = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) + least[rows]
        grown = products[rows]
        grown[:, a] *= fresh
        grown[:, b] *= fresh
        return np.column_stack([ranks[rows], fresh]), grown, float(dearest.astype(np.float64).min(initial=math.inf))

    def _cores(self, products: Whole) -> Whole:
        """Return the least entries of every core: its mode size times the least sufficient multiple of its ranks."""
        return -(-self.problem.singles // products) * products * self.modes

    def _paired(self, ranks: Whole, cores: Whole) -> NDArray[np.float64]:
        """Return, by row, a lower bound on the parameters of every graph with the ranks chosen so far.

        The cut around two cores bounds the sum of their entries from below. These bounds are added up over a pairing
        of all cores; the pairing with the largest sum counts.
        """
        columns = [cores[:, core].astype(np.float64) for core in range(self.problem.order)]
        together = dict[tuple[int, ...], NDArray[np.float64]]()
        for place, (a, b) in enumerate(self.problem.pairs):
            rank = ranks[:, place] if place < ranks.shape[1] else 1.0
            together[a, b] = np.maximum(columns[a] + columns[b], np.ceil(self.roots[place] * rank * (1 - 1e-12)))
        least = np.zeros(len(ranks))
        for pairing, left in self.pairings:
            costs = sum((together[pair] for pair in pairing), columns[left] if left is not None else np.zeros(1))
            np.maximum(least, costs, out=least)
        return least

    def _slender(self, ranks: Whole) -> Whole:
        """Return the indices of rows where both cores of the last bond have at most ``degree`` bonds above rank 1."""
        slender = np.ones(len(ranks), dtype=bool)
        chosen = self.problem.pairs[: ranks.shape[1]]
        for core in chosen[-1] if self.degree < self.problem.order - 1 else ():
            slender &= (ranks[:, [core in pair for pair in chosen]] > 1).sum(axis=1) <= self.degree
        return np.flatnonzero(slender)

    def _allowed(self, ranks: Whole) -> Whole:
        """Return the indices of the rows that satisfy the cuts which became fully chosen with the last bond."""
        problem, count, rows = self.problem, ranks.shape[1], np.arange(len(ranks))
        core, last = problem.pairs[count - 1]
        if last < problem.order - 1:
            return rows
        complete = np.flatnonzero(problem.masks >> core == 1)
        for part in blocks(complete, len(rows)):
            products = np.log(ranks[rows]) @ problem.crossings[part, :count].T
            rows = rows[(products > problem.thresholds[problem.masks[part]]).all(axis=1)]
        return rows


def _pairings(cores: tuple[int, ...], most: int) -> Iterator[tuple[list[tuple[int, int]], int | None]]:
    """Yield pairings of the cores, about ``most`` of them, each with the core left over where their number is odd."""
    if len(cores) < 2:
        yield [], cores[0] if cores else None
        return
    first, rest = cores[0], cores[1:]
    each = max(1, most // len(rest))
    for place, second in enumerate(rest[: max(1, most)]):
        for others, left in _pairings(rest[:place] + rest[place + 1 :], each):
            yield [(first, second), *others], left
    if len(cores) % 2:
        for others, _ in _pairings(rest, each):
            yield others, first
