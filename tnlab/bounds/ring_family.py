"""Fewest parameters of a ring that satisfies every cut, exactly, over all cyclic orders of the modes and all ranks.

Number the bonds so that bond 0 has the smallest rank R_0 of the ring, and place mode after mode. For every prefix S of
modes with last bond R_t, the cut of S needs ``R_0 R_t >= r(S)``, and mode k needs ``R_{t-1} R_t >= r(k)``. With only
these cuts, the cheapest completion of (S, R_t) follows from those of (S + k, R'), as in the dynamic program of Held
and Karp for the travelling salesman. These costs to go bound a search over orders and ranks that checks every other
cut as soon as its modes are placed. Its limit on the parameters is raised step by step (Korf), so that it has a proved
bound whenever it stops: every ring below the last limit is excluded.

References:
    Held 1962: https://doi.org/10.1137/0110015
    Korf 1985: https://doi.org/10.1016/0004-3702(85)90084-0
"""

import math
import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds import graph_family
from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks
from tnlab.bounds.deepening import Branch, SearchTree, ascending_leaves, blocks, deepen

MAX_ORDER = 14  # the table of costs to go has an entry per set of modes and rank: 2^order rows


def solve(problem: CutProblem, deadline: float, start: PairRanks | None) -> Found:
    """Return the ring of fewest parameters, or a proved bound at the deadline.

    ``start`` is a ring that satisfies all cuts.
    """
    if problem.order > MAX_ORDER:  # every ring is a graph of degree 2
        return Found(graph_family.solve(problem, deadline, start, 2).bound, start)
    best = problem.parameters(start) if start is not None else math.inf
    searches = ring_searches(problem, deadline, best)
    if time.monotonic() > deadline:
        return Found(problem.least, start)
    return deepen(searches, problem, deadline, start)


def ascending_rings(problem: CutProblem, deadline: float) -> Iterator[PairRanks]:
    """Yield the rings that satisfy every cut, by ascending parameters, until a deadline."""
    return ascending_leaves(ring_searches(problem, deadline, math.inf), problem, deadline)


def ring_searches(problem: CutProblem, deadline: float, best: float) -> list[SearchTree]:
    """Return search trees, one per smallest rank, that contain every ring with fewer parameters than ``best``."""
    searches: list[SearchTree] = []
    for least in range(1, problem.max_rank + 1):
        if least**2 * sum(problem.modes) >= best or time.monotonic() > deadline:
            break
        searches.append(_RingSearch(problem, least=least, best=best, deadline=deadline))
    return searches


class _RingSearch:
    """Search tree of the rings with a given smallest rank and fewer parameters than ``best``."""

    def __init__(self, problem: CutProblem, least: int, best: float, deadline: float) -> None:
        self.problem = problem
        self.ranks = np.arange(least, _largest(problem, least, best) + 1, dtype=np.float64)
        self.togo = self._table(deadline)
        self.bound = max(problem.least, float(self.togo[0, 0])) if len(self.ranks) else math.inf

    def root(self) -> Branch:
        """Return the branch with no mode placed.

        Its parts are the modes by place and, by bond, indices into ``ranks``.
        """
        none = np.zeros((1, 0), dtype=np.int64)
        return Branch(np.zeros(1), (none, np.zeros((1, 1), dtype=np.int64)))

    def expand(self, branch: Branch, limit: float) -> tuple[Branch, float]:
        """Return the children that may have at most ``limit`` parameters, and the least lower bound of the others."""
        modes, bonds = branch.parts
        parts: list[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]] = []
        beyond = math.inf
        for mode in range(self.problem.order):
            rows = np.flatnonzero(~(modes == mode).any(axis=1))
            if modes.shape[1] == self.problem.order - 1:  # a ring read backwards is the same ring
                rows = rows[modes[rows, 0] < mode]
            fresh, least = self._place(branch.costs[rows], modes[rows], bonds[rows], mode, limit)
            parts.append(fresh)
            beyond = min(beyond, least)
        costs, placed, joined = (np.concatenate(column) for column in zip(*parts, strict=True))
        kept = self._allowed(placed, joined)
        return Branch(costs[kept], (placed[kept], joined[kept])), beyond

    def finished(self, branch: Branch) -> bool:
        """Return whether all modes are placed."""
        return branch.parts[0].shape[1] == self.problem.order

    def ranks_of(self, branch: Branch, row: int) -> PairRanks:
        """Return the ranks, by pair of cores, of the finished ring in one row."""
        modes, bonds = (part[row].tolist() for part in branch.parts)
        joined = [*pairwise(modes), (modes[-1], modes[0])]
        ranks = [int(self.ranks[bond]) for bond in bonds[1:]]
        return {(min(pair), max(pair)): rank for pair, rank in zip(joined, ranks, strict=True)}

    def _place(
        self,
        costs: NDArray[np.float64],
        modes: NDArray[np.int64],
        bonds: NDArray[np.int64],
        mode: int,
        limit: float,
    ) -> tuple[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]], float]:
        masks = (1 << modes).sum(axis=1) | 1 << mode
        after = costs[:, None] + self._core(mode)[bonds[:, -1]]
        total = after + self.togo[masks]
        row, bond = np.nonzero(total <= limit)
        outside = total[total > limit]
        placed = np.column_stack([modes[row], np.full(len(row), mode)])
        fresh = (after[row, bond], placed, np.column_stack([bonds[row], bond]))
        return fresh, float(outside.min()) if outside.size else math.inf

    def _core(self, mode: int) -> NDArray[np.float64]:
        """Return the parameters of a mode's core by the indices of its two ranks in ``ranks``.

        The value is infinite where the ranks' product is below the mode's cut rank.
        """
        products = np.multiply.outer(self.ranks, self.ranks)
        return np.where(products >= self.problem.singles[mode], products * self.problem.modes[mode], np.inf)

    def _table(self, deadline: float) -> NDArray[np.float64]:
        """Return the least parameters of the cores not placed, by bit mask of the placed modes and the last rank.

        If time is out, all values are 0, which is a valid lower bound.
        """
        problem, count = self.problem, len(self.ranks)
        masks = np.arange(1 << problem.order)
        togo = np.full((len(masks), count), np.inf)
        togo[-1, :1] = 0.0
        sizes = np.bitwise_count(masks)
        enough = self.ranks * self.ranks[:1] >= problem.needed[:, None]
        cores = [self._core(mode) for mode in range(problem.order)]
        for placed in range(problem.order - 1, -1, -1):
            if time.monotonic() > deadline:
                return np.zeros_like(togo)
            for mode, core in enumerate(cores):
                layer = masks[(sizes == placed) & ((masks >> mode) & 1 == 0)]
                for part in blocks(layer, count * count):
                    cheapest = (togo[part | 1 << mode][:, None, :] + core).min(axis=2, initial=np.inf)
                    togo[part] = np.minimum(togo[part], cheapest)
            layer = masks[sizes == placed]
            togo[layer] = np.where(enough[layer] | (placed == 0), togo[layer], np.inf)
        return togo

    def _allowed(self, modes: NDArray[np.int64], bonds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the indices of the rows that satisfy every cut around the last placed mode and some placed before it.

        ``_core`` and ``_table`` check the cuts around one mode and around all placed modes.
        """
        rows, placed = np.arange(len(modes)), modes.shape[1]
        if placed in (1, self.problem.order):
            return rows
        chosen = (np.arange(1 << (placed - 1))[:, None] >> np.arange(placed - 1)) & 1
        members = np.column_stack([chosen, np.ones(len(chosen), dtype=np.int64)])[1:-1]
        padded = np.pad(members, ((0, 0), (1, 1)))
        crossing = (padded[:, 1:] != padded[:, :-1]).astype(np.float64)
        for part in blocks(np.arange(len(members)), len(rows)):
            masks = ((1 << modes[rows]).astype(np.float64) @ members[part].T.astype(np.float64)).astype(np.int64)
            products = np.log(self.ranks)[bonds[rows]] @ crossing[part].T
            rows = rows[(products > self.problem.thresholds[masks]).all(axis=1)]
        return rows


def _largest(problem: CutProblem, least: int, best: float) -> int:
    """Return the largest rank in a ring with ranks of at least ``least`` and fewer parameters than ``best``."""
    if math.isinf(best):
        return problem.max_rank
    products = np.maximum(problem.singles, least**2) * problem.sizes
    spare = best - 1 - products.sum()
    room = [
        (spare + products[a] + products[b]) // (least * (problem.modes[a] + problem.modes[b])) for a, b in problem.pairs
    ]
    return int(min(problem.max_rank, max(room)))
