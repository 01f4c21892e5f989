"""The least cuts of a network's graph: bonds whose product of ranks is all that can pass between two cores.

A cut of least product is one of least sum of logarithms, which augmenting paths find. Graphs here have tens of cores,
for which plain dictionaries are many times faster than a graph library.

References:
    Edmonds and Karp 1972: https://doi.org/10.1145/321694.321699
    Picard and Queyranne 1980 (all minimum cuts from one flow): https://doi.org/10.1007/BFb0120902
"""

import math
from collections import deque
from itertools import pairwise, permutations

from tnlab.network.structure import Structure

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
