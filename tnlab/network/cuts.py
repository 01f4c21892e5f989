"""Cuts of a network: how large a rank a split of the modes can have."""

import math
from collections import deque
from collections.abc import Collection
from itertools import pairwise, permutations

import networkx as nx

from tnlab.network.structure import Structure


def cut_rank(structure: Structure, modes: Collection[int]) -> int:
    """Return the cut rank of a split of the modes: no unfolding of the network along it has a larger rank.

    With one mode group per core it is the product of the ranks that cross. Latent cores may stand on
    either side, a hyper-bond counts once, and a core that carries modes of both sides pays for the
    cheaper of its two groups of legs: the least product over all placements, found by a minimum cut.

    Args:
        structure: The network.
        modes: One side of the split; the other side is the rest.

    Raises:
        ValueError: A mode does not exist.
    """
    side = set(modes)
    if not side <= set(range(structure.order)):
        raise ValueError(f"The modes are 0 to {structure.order - 1}, but the split names {sorted(side)}.")
    if not side or len(side) == structure.order:
        return 1
    sides = [{leg in side for leg in core.legs} for core in structure.cores]
    if not structure.has_hyper_bonds and all(len(groups) == 1 for groups in sides):
        return math.prod(bond.rank for bond in structure.bonds if len({min(sides[core]) for core in bond.cores}) == 2)
    return _min_cut(structure, side)


def _min_cut(structure: Structure, side: set[int]) -> int:
    graph: nx.DiGraph = nx.DiGraph()
    sizes = dict[tuple[object, object], int]()

    def join(tail: object, head: object, size: int | None) -> None:
        if size is None:
            graph.add_edge(tail, head)  # no capacity: cannot be cut
        else:
            graph.add_edge(tail, head, capacity=math.log(size))
            sizes[tail, head] = size

    for place, core in enumerate(structure.cores):
        for inside in (True, False):
            legs = [leg for leg in core.legs if (leg in side) == inside]
            if not legs:
                continue
            mixed = len(legs) < len(core.legs)
            tail, head = ("source", ("core", place)) if inside else (("core", place), "sink")
            join(tail, head, math.prod(structure.modes[leg] for leg in legs) if mixed else None)
    for place, bond in enumerate(structure.bonds):
        join(("in", place), ("out", place), bond.rank)
        for core in bond.cores:
            join(("core", core), ("in", place), None)
            join(("out", place), ("core", core), None)
    _, (near, _) = nx.minimum_cut(graph, "source", "sink")
    return math.prod(size for (tail, head), size in sizes.items() if tail in near and head not in near)


Graph = list[dict[int, float]]
TOLERANCE = 1e-9
"""Of sums of logarithms: what is left of a bond below this is nothing."""


def least_cut(structure: Structure, start: int, end: int) -> tuple[int, ...]:
    """Return the bonds with the least product of ranks that separate two cores; of several such cuts, one.

    A hyper-bond counts once.

    Raises:
        ValueError: The two cores are the same.
    """
    if start == end:
        raise ValueError("Nothing separates a core from itself.")
    graph = _graph(structure)
    _saturate(graph, start, end)
    near = _reached(graph, start)
    doors = enumerate(_doors(structure))
    return tuple(bond for bond, (a, b) in doors if (a in near) != (b in near))


def narrowest_bonds(structure: Structure) -> tuple[int, ...]:
    """Return every bond in some least cut between legs of two cores, among all such cuts those of the least product.

    Empty where one core carries all modes. Each such cut separates some core with legs from the first one, so a flow
    from the first to each of the others finds them all.
    """
    first, *others = [place for place, core in enumerate(structure.cores) if core.legs]
    flows = []
    for other in others:
        graph = _graph(structure)
        flows.append((_saturate(graph, first, other), graph))
    least = min((flow for flow, _ in flows), default=0.0)
    found = set[int]()
    for flow, graph in flows:
        if flow <= least + TOLERANCE:
            found |= _in_least_cuts(structure, graph, least)
    return tuple(sorted(found))


def _in_least_cuts(structure: Structure, saturated: Graph, least: float) -> set[int]:
    """Return the bonds that some minimum cut crosses: those that leave no way from one of their cores to another."""
    reached = [_reached(saturated, core) for core in range(len(structure.cores))]
    return {
        place
        for place, bond in enumerate(structure.bonds)
        if (bond.rank > 1 or least <= TOLERANCE) and any(b not in reached[a] for a, b in permutations(bond.cores, 2))
    }


def _doors(structure: Structure) -> list[tuple[int, int]]:
    """Return the two nodes of the graph between which each bond is cut: its cores, or a hyper-bond's own two."""
    free = iter(range(len(structure.cores), len(structure.cores) + 2 * len(structure.bonds)))
    return [(b.cores[0], b.cores[1]) if len(b.cores) == 2 else (next(free), next(free)) for b in structure.bonds]


def _graph(structure: Structure) -> Graph:
    """Return what can flow from node to node: along a bond the logarithm of its rank, both ways."""
    doors = _doors(structure)
    graph: Graph = [{} for _ in range(1 + max([len(structure.cores) - 1, *(max(door) for door in doors)]))]
    for bond, (a, b) in zip(structure.bonds, doors, strict=True):
        graph[a][b] = graph[a].get(b, 0.0) + math.log(bond.rank)
        plain = len(bond.cores) == 2
        graph[b][a] = graph[b].get(a, 0.0) + (math.log(bond.rank) if plain else 0.0)
        for core in () if plain else bond.cores:  # in by one of its nodes, out by the other: cannot be cut there
            graph[core][a], graph[a][core] = math.inf, 0.0
            graph[b][core], graph[core][b] = math.inf, 0.0
    return graph


def _saturate(graph: Graph, start: int, end: int) -> float:
    """Let as much flow as can, leave in the graph what could still, and return how much did."""
    total = 0.0
    while end in (before := _reached(graph, start, end)):
        path = [end]
        while path[-1] != start:
            path.append(before[path[-1]])
        steps = [(a, b) for b, a in pairwise(path)]
        flow = min(graph[a][b] for a, b in steps)
        for a, b in steps:
            graph[a][b] -= flow
            graph[b][a] += flow
        total += flow
    return total


def _reached(graph: Graph, start: int, end: int = -1) -> dict[int, int]:
    """Return the nodes to which something can still flow, the nearest first, each with the node before it."""
    before, queue = {start: start}, deque([start])
    while queue and end not in before:
        here = queue.popleft()
        for there, room in graph[here].items():
            if room > TOLERANCE and there not in before:
                before[there] = here
                queue.append(there)
    return before
