"""Fewest parameters of a tree with one core per mode: exact, from all labelled trees.

Every bond of a tree is a cut, and needs at least its rank. All trees (Pruefer codes) with just these ranks, in the
order of their parameters, are followed by the same trees with a rank raised wherever another cut is not satisfied:
whatever satisfies it has one of the crossing bonds raised. The first that satisfies every cut is the cheapest.

References:
    Pruefer 1918 (codes of labelled trees): Archiv der Mathematik und Physik 27, 742-744
"""

import heapq
import math
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds import graph_family
from tnlab.bounds.cut_problem import CutProblem, Found, Pair, Ranks

MAX_ORDER = 9  # order^(order - 2) trees: 0.3 million at order 8, 5 million at 9
CHUNK = 200_000  # trees looked at together

Codes = NDArray[np.int64]
Tree = tuple[tuple[Pair, int], ...]  # bonds and their ranks, sorted


def solve(problem: CutProblem, deadline: float, start: Ranks | None) -> Found:
    """Return the cheapest tree; ``start`` is a structure of the family that satisfies every cut, if one is known."""
    best = problem.parameters(start) if start is not None else math.inf
    if problem.order > MAX_ORDER:  # every tree is a graph
        return Found(graph_family.solve(problem, deadline, start, problem.order - 1).bound, start)
    count = problem.order ** (problem.order - 2)
    codes, costs = list[Codes](), list[NDArray[np.float64]]()
    for first in range(0, count, CHUNK):
        if time.monotonic() > deadline:
            return Found(problem.least, start)
        chunk = np.arange(first, min(first + CHUNK, count))
        cost = _parameters(problem, chunk)
        codes.append(chunk[cost < best])
        costs.append(cost[cost < best])
    order = np.argsort(np.concatenate(costs), kind="stable")
    return _first(problem, np.concatenate(codes)[order], np.concatenate(costs)[order], deadline, start)


def _first(
    problem: CutProblem, codes: Codes, costs: NDArray[np.float64], deadline: float, start: Ranks | None
) -> Found:
    """Return the first tree, by parameters, that satisfies every cut; raise ranks where one does not."""
    queue: list[tuple[float, Tree]] = []
    seen, upcoming = set[Tree](), 0
    best = problem.parameters(start) if start is not None else math.inf
    while True:
        fresh = float(costs[upcoming]) if upcoming < len(codes) else math.inf
        if upcoming < len(codes) and fresh <= (queue[0][0] if queue else best):
            heapq.heappush(queue, (fresh, _tree(problem, int(codes[upcoming]))))
            upcoming += 1
            continue
        if not queue or queue[0][0] >= best:
            return Found(best, start)
        cost, tree = heapq.heappop(queue)
        if time.monotonic() > deadline:
            return Found(max(problem.least, cost), start)
        if tree in seen:
            continue
        seen.add(tree)
        children = _children(problem, tree)
        if children is None:
            return Found(cost, dict(tree))
        for child in children:
            heapq.heappush(queue, (problem.parameters(dict(child)), child))


def _children(problem: CutProblem, tree: Tree) -> list[Tree] | None:
    """Return the tree with one rank raised across its worst cut, in every way; None if all cuts are satisfied."""
    ends = np.array([pair for pair, _ in tree]).T
    crossing = ((problem.masks[:, None] >> ends[0]) ^ (problem.masks[:, None] >> ends[1])) & 1
    products = crossing @ np.log([rank for _, rank in tree])
    lacking = problem.thresholds[problem.masks] - products
    if not lacking.size or lacking.max() < 0:
        return None
    children = list[Tree]()
    for place in np.flatnonzero(crossing[np.argmax(lacking)]).tolist():
        pair, rank = tree[place]
        if rank < problem.max_rank:
            children.append((*tree[:place], (pair, rank + 1), *tree[place + 1 :]))
    return children


def _parameters(problem: CutProblem, codes: Codes) -> NDArray[np.float64]:
    """Return the parameters of the trees with just the ranks of their bonds' own cuts, infinite if too large."""
    products = np.tile(problem.sizes, (len(codes), 1))
    rows, feasible = np.arange(len(codes)), np.ones(len(codes), dtype=bool)
    for leaf, parent, mask in _bonds(problem.order, codes):
        needed = problem.needed[mask]
        products[rows, leaf] *= needed
        products[rows, parent] *= needed
        feasible &= needed <= problem.max_rank
    return np.where(feasible, products.sum(axis=1), np.inf)


def _tree(problem: CutProblem, code: int) -> Tree:
    bonds = [(int(a[0]), int(b[0]), int(mask[0])) for a, b, mask in _bonds(problem.order, np.array([code]))]
    return tuple(sorted(((min(a, b), max(a, b)), int(problem.needed[mask])) for a, b, mask in bonds))


def _bonds(order: int, codes: Codes) -> Iterator[tuple[Codes, Codes, Codes]]:
    """Yield bond after bond of many trees: a core, the core it is joined to, and the modes on its side."""
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
