"""Fewest parameters of a tree with one core per mode that satisfies every cut, exactly, by best-first search.

Every bond of a tree is a cut and needs at least its cut rank. The search takes all labelled trees (listed by Pruefer
codes) with just these ranks, by ascending parameters. A tree that breaks another cut is replaced by its copies with
the rank of one bond across that cut raised by 1, as every tree that satisfies the cut has one of them raised. The first
tree that satisfies every cut has the fewest parameters.

References:
    Pruefer 1918 (codes of labelled trees): Archiv der Mathematik und Physik 27, 742-744
"""

import heapq
import math
import time
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds import graph_family
from tnlab.bounds.cut_problem import CorePair, CutProblem, Found, PairRanks

MAX_ORDER = 9  # order^(order - 2) trees: 0.3 million at order 8, 5 million at 9
CHUNK = 200_000  # trees evaluated in one array computation

_Codes = NDArray[np.int64]
_Tree = tuple[tuple[CorePair, int], ...]  # bonds and their ranks, sorted


def solve(problem: CutProblem, deadline: float, start: PairRanks | None) -> Found:
    """Return the tree of fewest parameters, or a proved bound at the deadline.

    ``start`` is a tree that satisfies all cuts.
    """
    best = problem.parameters(start) if start is not None else math.inf
    if problem.order > MAX_ORDER:  # every tree is a graph
        return Found(graph_family.solve(problem, deadline, start, problem.order - 1).bound, start)
    bound = float(problem.least)
    for bound, tree in _ascending(problem, deadline, best):
        if tree is not None:
            return Found(bound, dict(tree))
    return Found(bound if time.monotonic() > deadline else best, start)


def ascending_trees(problem: CutProblem, deadline: float) -> Iterator[PairRanks]:
    """Yield trees that satisfy every cut, by ascending parameters, until time is out; none above ``MAX_ORDER``."""
    if problem.order <= MAX_ORDER:
        yield from (dict(tree) for _, tree in _ascending(problem, deadline, math.inf) if tree is not None)


def _ascending(problem: CutProblem, deadline: float, best: float) -> Iterator[tuple[float, _Tree | None]]:
    """Yield the bound proved after each tree examined, with that tree if it satisfies every cut, else with None."""
    codes, costs = _codes(problem, deadline, best)
    queue: list[tuple[float, _Tree]] = []
    seen, upcoming = set[_Tree](), 0
    while time.monotonic() <= deadline:
        fresh = float(costs[upcoming]) if upcoming < len(codes) else math.inf
        if upcoming < len(codes) and fresh <= (queue[0][0] if queue else best):
            heapq.heappush(queue, (fresh, _tree(problem, int(codes[upcoming]))))
            upcoming += 1
            continue
        if not queue or queue[0][0] >= best:
            return
        cost, tree = heapq.heappop(queue)
        if tree in seen:
            continue
        seen.add(tree)
        children = _children(problem, tree)
        shown = time.monotonic()
        yield max(problem.least, cost), tree if children is None else None
        deadline += time.monotonic() - shown  # the caller's time does not count
        for child in _raised(problem, tree, range(len(tree))) if children is None else children:
            heapq.heappush(queue, (problem.parameters(dict(child)), child))


def _codes(problem: CutProblem, deadline: float, best: float) -> tuple[_Codes, NDArray[np.float64]]:
    """Return Pruefer codes and parameters of the trees of fewer than ``best`` parameters, ascending by parameters.

    Trees that are not reached before the deadline are missing.
    """
    count = problem.order ** (problem.order - 2)
    codes, costs = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for first in range(0, count, CHUNK):
        if time.monotonic() > deadline:
            break
        chunk = np.arange(first, min(first + CHUNK, count))
        cost = _parameters(problem, chunk)
        codes.append(chunk[cost < best])
        costs.append(cost[cost < best])
    order = np.argsort(np.concatenate(costs), kind="stable")
    return np.concatenate(codes)[order], np.concatenate(costs)[order]


def _raised(problem: CutProblem, tree: _Tree, places: Iterable[int]) -> list[_Tree]:
    """Return copies of the tree, each with the rank of one bond in ``places`` raised by 1, up to the largest rank."""
    allowed = (place for place in places if tree[place][1] < problem.max_rank)
    return [(*tree[:k], (tree[k][0], tree[k][1] + 1), *tree[k + 1 :]) for k in allowed]


def _children(problem: CutProblem, tree: _Tree) -> list[_Tree] | None:
    """Return copies of the tree, each with one bond that crosses the cut of largest deficit raised by 1.

    The result is None if the tree satisfies every cut.
    """
    ends = np.array([pair for pair, _ in tree]).T
    crossing = ((problem.masks[:, None] >> ends[0]) ^ (problem.masks[:, None] >> ends[1])) & 1
    products = crossing @ np.log([rank for _, rank in tree])
    lacking = problem.thresholds[problem.masks] - products
    if not lacking.size or lacking.max() < 0:
        return None
    return _raised(problem, tree, np.flatnonzero(crossing[np.argmax(lacking)]).tolist())


def _parameters(problem: CutProblem, codes: _Codes) -> NDArray[np.float64]:
    """Return the parameters of the trees with these Pruefer codes, every bond at the rank that its own cut needs.

    The value is infinite if one of these ranks is above the largest rank allowed.
    """
    products = np.tile(problem.sizes, (len(codes), 1))
    rows, feasible = np.arange(len(codes)), np.ones(len(codes), dtype=bool)
    for leaf, parent, mask in _bonds(problem.order, codes):
        needed = problem.needed[mask]
        products[rows, leaf] *= needed
        products[rows, parent] *= needed
        feasible &= needed <= problem.max_rank
    return np.where(feasible, products.sum(axis=1), np.inf)


def _tree(problem: CutProblem, code: int) -> _Tree:
    bonds = [(int(a[0]), int(b[0]), int(mask[0])) for a, b, mask in _bonds(problem.order, np.array([code]))]
    return tuple(sorted(((min(a, b), max(a, b)), int(problem.needed[mask])) for a, b, mask in bonds))


def _bonds(order: int, codes: _Codes) -> Iterator[tuple[_Codes, _Codes, _Codes]]:
    """Yield bond after bond of many trees at once: a core, its neighbour, and the bit mask of the core's side."""
    rows = np.arange(len(codes))
    digits = [codes // order**place % order for place in range(order - 2)]
    degrees = np.ones((len(codes), order), dtype=np.int8)
    below = np.tile(1 << np.arange(order), (len(codes), 1))
    for digit in digits:
        degrees[rows, digit] += 1
    for digit in digits:
        leaf = (degrees == 1).argmax(axis=1)
        mask = below[rows, leaf]
        yield leaf, digit, mask
        degrees[rows, leaf] = 0
        degrees[rows, digit] -= 1
        below[rows, digit] |= mask
    leaf = (degrees == 1).argmax(axis=1)
    degrees[rows, leaf] = 0
    yield leaf, (degrees == 1).argmax(axis=1), below[rows, leaf]
