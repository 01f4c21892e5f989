"""Which cores to group, and in which order, so that one sweep over all of them is cheap.

A dimension tree is a binary tree over the cores: a leaf is a core, an inner node the cores below it.
Kept at node V during a sweep are the tensor contracted with every core outside V, and the Gram matrix
of the network outside V. The cost is that of a few products with the whole tensor instead of one per core.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import networkx as nx

from tnlab.network.structure import Structure

Tree = int | tuple["Tree", "Tree"]
STEP = 3e4  # flops that cost as much time as starting one small operation


def dimension_tree(structure: Structure) -> Tree:
    """Return a cheap dimension tree; leaves are core indices.

    Cached by topology and mode sizes: a change of rank keeps the tree.
    """
    return _tree(structure.modes, structure.core_indices, _Ranks(structure.ranks))


def leaves(tree: Tree) -> list[int]:
    """Return the cores below a node, left to right."""
    return [tree] if isinstance(tree, int) else leaves(tree[0]) + leaves(tree[1])


class _Ranks(tuple[int, ...]):
    """Ranks that do not count as part of a cache key."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ranks)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=256)
def _tree(modes: tuple[int, ...], core_indices: tuple[tuple[int, ...], ...], ranks: _Ranks) -> Tree:
    sizes = [*modes, *ranks]
    orders = _orders(len(modes), core_indices, sizes)
    return min((_best_split(order, core_indices, sizes) for order in orders), key=lambda found: found[0])[1]


def _orders(order: int, core_indices: tuple[tuple[int, ...], ...], sizes: Sequence[int]) -> set[tuple[int, ...]]:
    """Return linear orders of the cores worth splitting: as given, spectral, and grown with small cuts."""
    count = len(core_indices)
    holders: dict[int, set[int]] = {}
    for core, indices in enumerate(core_indices):
        for index in indices:
            holders.setdefault(index, set()).add(core)

    def boundary(inside: set[int]) -> float:
        return sum(math.log(sizes[i]) for i, at in holders.items() if i >= order and at & inside and at - inside)

    def grown(start: int) -> tuple[float, tuple[int, ...]]:
        path, inside, cost = [start], {start}, 0.0
        while len(path) < count:
            near = {core for i, at in holders.items() if at & inside for core in at} - inside
            step, core = min((boundary(inside | {core}), core) for core in near)
            path.append(core)
            inside.add(core)
            cost += math.exp(min(step, 60.0))
        return cost, tuple(path)

    orders = {tuple(range(count)), min(grown(start) for start in range(count))[1]}
    if count > 3:
        graph = nx.Graph()
        graph.add_nodes_from(range(count))
        for index, at in holders.items():
            for first in at:
                for second in at:
                    if first < second:
                        weight = math.log(sizes[index]) + 0.1
                        old = graph.get_edge_data(first, second, {"weight": 0.0})["weight"]
                        graph.add_edge(first, second, weight=old + weight)
        orders.add(tuple(nx.spectral_ordering(graph, seed=0)))
    return orders


def _best_split(
    order: tuple[int, ...], core_indices: tuple[tuple[int, ...], ...], sizes: Sequence[int]
) -> tuple[float, Tree]:
    """Return the cheapest binary tree over intervals of a linear order, and the flops of its sweep."""
    count = len(order)
    index_sets = [set(core_indices[core]) for core in order]
    everything = [set[int]().union(*index_sets[:start]) for start in range(count + 1)]
    after = [set[int]().union(*index_sets[stop:]) for stop in range(count + 1)]
    modes = {index for index in set().union(*index_sets) if sum(index in own for own in index_sets) == 1}
    logs = [math.log2(size) for size in sizes]

    def size(indices: set[int]) -> float:
        return 2.0 ** min(sum(logs[index] for index in indices), 400.0)

    inside: dict[tuple[int, int], set[int]] = {}
    edge: dict[tuple[int, int], set[int]] = {}
    for start in range(count):
        for stop in range(start + 1, count + 1):
            held = set[int]().union(*index_sets[start:stop])
            inside[start, stop] = held & modes
            edge[start, stop] = (held - modes) & (everything[start] | after[stop])
    best: dict[tuple[int, int], tuple[float, Tree]] = {(k, k + 1): (0.0, order[k]) for k in range(count)}
    for width in range(2, count + 1):
        for start in range(count - width + 1):
            stop = start + width
            choices = []
            for split in range(start + 1, stop):
                below = best[start, split][0] + best[split, stop][0]
                own = _node_cost((start, split), (split, stop), (start, stop), inside, edge, size, root=width == count)
                choices.append((below + own, split))
            cost, split = min(choices)
            best[start, stop] = cost, (best[start, split][1], best[split, stop][1])
    return best[0, count]


def _node_cost(left, right, node, inside, edge, size, *, root: bool) -> float:  # type: ignore[no-untyped-def]
    """Return the flops of one sweep spent at a node: environments, Grams and its own contraction."""
    held = inside[node] | edge[node]
    cost = 2 * size(held | edge[right]) + 2 * size(held | edge[left])
    cost += 2 * size(inside[left]) * size(edge[left]) ** 2 + 2 * size(inside[right]) * size(edge[right]) ** 2
    if not root:
        cost += 2 * size(inside[left] | edge[left] | inside[right] | edge[right])
        cost += 2 * size(edge[node] | edge[right]) ** 2 + 2 * size(edge[node] | edge[left]) ** 2
    return cost + 7 * STEP
