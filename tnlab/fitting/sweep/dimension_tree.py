"""Choose the dimension tree of a structure: the binary tree over its cores along which a sweep is cheapest.

A leaf of the tree is a core, an inner node V the set of cores below it. During a sweep, V holds the tensor contracted
with every core outside V, and the Gram matrix of the network outside V. So a sweep multiplies the whole tensor a few
times, not once per core.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from tnlab.network.structure import Structure

CoreTree = int | tuple["CoreTree", "CoreTree"]
Interval = tuple[int, int]
CALL = 3e4  # flops: the time that one call of a small array operation takes before it computes (order of magnitude)
CALLS = 7  # array operations per node of the tree
MOST = 48  # cores of which all intervals are compared, some tenths of a second; the time grows with the cube


def dimension_tree(structure: Structure) -> CoreTree:
    """Return the cheapest dimension tree of those over a few linear orders of the cores; leaves are core indices.

    It is found for ranks rounded to powers of two and cached, so that most changes of a rank keep the tree. Over more
    than ``MOST`` cores, one order is halved again and again where the fewest bonds are cut.
    """
    rounded = tuple(1 << round(math.log2(rank)) for rank in structure.ranks)
    return _tree(structure.modes, structure.core_indices, rounded)


def leaves(tree: CoreTree) -> tuple[int, ...]:
    """Return the cores below a node of a tree, left to right."""
    found, left = list[int](), [tree]
    while left:
        node = left.pop()
        if isinstance(node, int):
            found.append(node)
        else:
            left += node[::-1]
    return tuple(found)


def inner_nodes(tree: CoreTree) -> list[tuple[CoreTree, CoreTree]]:
    """Return the inner nodes of a tree, each after those below it. The tree may be as deep as it has cores."""
    found, left = list[tuple[CoreTree, CoreTree]](), [tree]
    while left:
        node = left.pop()
        if not isinstance(node, int):
            found.append(node)
            left += node
    return found[::-1]


@lru_cache(maxsize=256)
def _tree(modes: tuple[int, ...], core_indices: tuple[tuple[int, ...], ...], ranks: tuple[int, ...]) -> CoreTree:
    sizes = [*modes, *ranks]
    if len(core_indices) > MOST:
        weights, cuts = _bonds(len(modes), core_indices, sizes)
        return _halved(_spectral(weights), cuts)
    orders = sorted(_orders(len(modes), core_indices, sizes))
    return min((_best_split(order, core_indices, sizes) for order in orders), key=lambda found: found[0])[1]


def _orders(order: int, core_indices: tuple[tuple[int, ...], ...], sizes: Sequence[int]) -> set[tuple[int, ...]]:
    """Return up to three linear orders of the cores to build trees over.

    They are the order given, the greedy order with the smallest prefix cuts, and that of the Fiedler vector (the second
    eigenvector of the Laplacian of the graph of bonds, weighted by log rank).
    """
    count = len(core_indices)
    weights, cuts = _bonds(order, core_indices, sizes)
    orders = {tuple(range(count)), min(_grown(weights, cuts, start) for start in range(count))[1]}
    if count > 3:
        orders.add(_spectral(weights))
    return orders


def _bonds(
    order: int, core_indices: tuple[tuple[int, ...], ...], sizes: Sequence[int]
) -> tuple[NDArray[np.float64], list[tuple[set[int], float]]]:
    """Return the weights of the bonds between every two cores, and the cores and the log rank of every bond."""
    ends: dict[int, set[int]] = {}
    for core, indices in enumerate(core_indices):
        for index in indices:
            if index >= order:
                ends.setdefault(index, set()).add(core)
    weights = np.zeros((len(core_indices),) * 2)
    for index, joined in ends.items():
        for first, second in permutations(joined, 2):
            weights[first, second] += math.log(sizes[index]) + 0.1
    return weights, [(joined, math.log(sizes[index])) for index, joined in ends.items()]


def _spectral(weights: NDArray[np.float64]) -> tuple[int, ...]:
    """Return the cores in the order of their entries in the Fiedler vector."""
    laplacian = np.diag(weights.sum(axis=0)) - weights
    return tuple(np.argsort(np.linalg.eigh(laplacian)[1][:, 1].round(6), kind="stable").tolist())


def _halved(order: tuple[int, ...], cuts: list[tuple[set[int], float]]) -> CoreTree:
    """Return a tree over an order, each node split in its middle third where the least product of ranks is cut."""
    if len(order) == 1:
        return order[0]
    place = {core: k for k, core in enumerate(order)}
    crossed = np.zeros(len(order))
    inside = [(joined, weight) for joined, weight in cuts if len(joined & place.keys()) > 1]
    for joined, weight in inside:
        places = sorted(place[core] for core in joined & place.keys())
        crossed[places[0] + 1 : places[-1] + 1] += weight
    third = len(order) // 3
    split = max(1, third) + int(crossed[max(1, third) : len(order) - third].argmin())
    return _halved(order[:split], inside), _halved(order[split:], inside)


def _grown(
    weights: NDArray[np.float64], cuts: list[tuple[set[int], float]], start: int
) -> tuple[float, tuple[int, ...]]:
    """Return a greedy order of the cores from a start, and the sum of its prefix cut ranks.

    Next comes the neighbour of the cores taken so far that leaves the least product of ranks on the cut around them.
    """

    def boundary(inside: set[int]) -> float:
        return sum(weight for joined, weight in cuts if joined & inside and joined - inside)

    path, inside, cost = [start], {start}, 0.0
    while len(path) < len(weights):
        near = set(np.flatnonzero(weights[path].any(axis=0)).tolist()) - inside
        step, core = min((boundary(inside | {core}), core) for core in near)
        path.append(core)
        inside.add(core)
        cost += math.exp(min(step, 60.0))
    return cost, tuple(path)


def _best_split(
    order: tuple[int, ...], core_indices: tuple[tuple[int, ...], ...], sizes: Sequence[int]
) -> tuple[float, CoreTree]:
    """Return the flops of the cheapest sweep, and its tree, of all binary trees whose nodes are intervals of an order.

    Dynamic programming over the intervals, as for the product of a chain of matrices.
    """
    count = len(order)
    index_sets = [set(core_indices[core]) for core in order]
    everything = [set[int]().union(*index_sets[:start]) for start in range(count + 1)]
    after = [set[int]().union(*index_sets[stop:]) for stop in range(count + 1)]
    modes = {index for index in set().union(*index_sets) if sum(index in own for own in index_sets) == 1}
    logs = [math.log2(size) for size in sizes]

    def size(indices: set[int]) -> float:
        return 2.0 ** min(sum(logs[index] for index in indices), 400.0)

    inside: dict[Interval, set[int]] = {}
    edge: dict[Interval, set[int]] = {}
    for start in range(count):
        for stop in range(start + 1, count + 1):
            held = set[int]().union(*index_sets[start:stop])
            inside[start, stop] = held & modes
            edge[start, stop] = (held - modes) & (everything[start] | after[stop])
    best: dict[Interval, tuple[float, CoreTree]] = {(k, k + 1): (0.0, order[k]) for k in range(count)}
    for width in range(2, count + 1):
        for start in range(count - width + 1):
            stop = start + width
            choices = []
            for split in range(start + 1, stop):
                below = best[start, split][0] + best[split, stop][0]
                own = _node_cost((start, split), (split, stop), inside, edge, size, root=width == count)
                choices.append((below + own, split))
            cost, split = min(choices)
            best[start, stop] = cost, (best[start, split][1], best[split, stop][1])
    return best[0, count]


def _node_cost(
    left: Interval,
    right: Interval,
    inside: dict[Interval, set[int]],
    edge: dict[Interval, set[int]],
    size: Callable[[set[int]], float],
    *,
    root: bool,
) -> float:
    """Return the flops that one sweep spends at the node with the children ``left`` and ``right``.

    Counted are the tensor contracted with one child for the other, the Gram matrices, and the product of the children.
    """
    node = left[0], right[1]
    held = inside[node] | edge[node]
    cost = 2 * size(held | edge[right]) + 2 * size(held | edge[left])
    if not root:
        cost += 2 * size(inside[node] | edge[left] | edge[right])
        cost += 2 * min(size(inside[node]) * size(edge[node]) ** 2, size(edge[left] | edge[right]) ** 2)
        cost += 2 * size(edge[node] | edge[right]) ** 2 + 2 * size(edge[node] | edge[left]) ** 2
    return cost + CALLS * CALL
