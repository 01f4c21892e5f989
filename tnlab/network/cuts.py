"""Cuts of a structure: the cut rank of a split of the modes, and the bonds of least product that separate cores."""

import math
from collections import deque
from collections.abc import Collection
from itertools import pairwise, permutations

from tnlab.network.structure import Structure

Graph = list[dict[int, float]]  # residual capacities: graph[a][b] is how much more can flow from node a to node b
TOLERANCE = 1e-9  # a residual capacity below this, a sum of logarithms of ranks, is rounding and counts as none


def cut_rank(structure: Structure, modes: Collection[int]) -> int:
    """Return the cut rank of a split of the modes, an upper bound on the rank of the tensor's unfolding along it.

    It is the least product of sizes whose bonds and legs, once cut, leave no path between the modes of the two sides,
    found as a minimum cut with the logarithms of the sizes for capacities. Latent cores may lie on either side, and a
    hyper-bond counts once. Where no core carries modes of both sides, only bonds are cut; a core that does has its legs
    of one side cut where that is cheaper.

    Args:
        structure: The structure.
        modes: The modes on one side of the split; the others are the other side.

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
    """Return the product of the sizes in a minimum cut between a set of modes and the others.

    A source and a sink join the flow graph of the bonds. The legs of a core that carries modes of both sides are arcs
    of their size; a core of one side alone cannot be cut off its end.
    """
    graph = _graph(structure)
    source, sink = len(graph), len(graph) + 1
    graph += [{}, {}]
    arcs = [(*arc, rank) for arc, rank in zip(_bond_arcs(structure), structure.ranks, strict=True)]
    for place, core in enumerate(structure.cores):
        inside = [leg for leg in core.legs if leg in side]
        outside = [leg for leg in core.legs if leg not in side]
        for legs, others, tail, head in ((inside, outside, source, place), (outside, inside, place, sink)):
            if legs:
                size = math.prod(structure.modes[leg] for leg in legs)
                graph[tail][head], graph[head][tail] = math.log(size) if others else math.inf, 0.0
                arcs.append((tail, head, size))
    _maximum_flow(graph, source, sink)
    near = _reachable(graph, source)
    return math.prod(size for tail, head, size in arcs if (tail in near) != (head in near))


def least_cut(structure: Structure, start: int, end: int) -> tuple[int, ...]:
    """Return the bonds of a minimum cut between two cores: the least product of ranks that leaves no path.

    A hyper-bond counts once. Of several minimum cuts, the one nearest to ``start`` is returned.

    Args:
        structure: The structure.
        start: Index of one core.
        end: Index of the other core.

    Raises:
        ValueError: The two cores are the same.
    """
    if start == end:
        raise ValueError(
            f"A cut needs two different cores, but both are core {start}: nothing separates a core from itself."
        )
    graph = _graph(structure)
    _maximum_flow(graph, start, end)
    near = _reachable(graph, start)
    arcs = enumerate(_bond_arcs(structure))
    return tuple(bond for bond, (a, b) in arcs if (a in near) != (b in near))


def narrowest_bonds(structure: Structure) -> tuple[int, ...]:
    """Return the bonds where the network is narrowest: those in a cut of the least product between cores with legs.

    All minimum cuts between two cores with legs are compared, and the bonds of every one whose product of ranks is the
    least are returned, ascending; none where one core carries all modes. Bonds of rank 1 are left out unless that
    product is 1. Each such cut separates the first core with legs from another one, so that one maximum flow from the
    first to each other finds them all.
    """
    first, *others = [place for place, core in enumerate(structure.cores) if core.legs]
    flows = []
    for other in others:
        graph = _graph(structure)
        flows.append((_maximum_flow(graph, first, other), graph))
    least = min((flow for flow, _ in flows), default=0.0)
    found = set[int]()
    for flow, graph in flows:
        if flow <= least + TOLERANCE:
            found |= _in_least_cuts(structure, graph, least)
    return tuple(sorted(found))


def _in_least_cuts(structure: Structure, saturated: Graph, least: float) -> set[int]:
    """Return the bonds in some minimum cut of a graph of residual capacities at maximum flow.

    A bond is in one exactly if no residual path leads from one of its cores to another of them.
    """
    reached = [_reachable(saturated, core) for core in range(len(structure.cores))]
    return {
        place
        for place, bond in enumerate(structure.bonds)
        if (bond.rank > 1 or least <= TOLERANCE) and any(b not in reached[a] for a, b in permutations(bond.cores, 2))
    }


def _bond_arcs(structure: Structure) -> list[tuple[int, int]]:
    """Return for every bond the two nodes that its capacity joins: its two cores, or a hyper-bond's two nodes."""
    free = iter(range(len(structure.cores), len(structure.cores) + 2 * len(structure.bonds)))
    return [(b.cores[0], b.cores[1]) if len(b.cores) == 2 else (next(free), next(free)) for b in structure.bonds]


def _graph(structure: Structure) -> Graph:
    """Return the flow graph of a structure: the logarithm of its rank as capacity, in both directions, for every bond.

    A hyper-bond is an arc from an entry node to an exit node, which its cores reach with infinite capacity.
    """
    arcs = _bond_arcs(structure)
    graph: Graph = [{} for _ in range(1 + max([len(structure.cores) - 1, *(max(arc) for arc in arcs)]))]
    for bond, (a, b) in zip(structure.bonds, arcs, strict=True):
        graph[a][b] = graph[a].get(b, 0.0) + math.log(bond.rank)
        plain = len(bond.cores) == 2
        graph[b][a] = graph[b].get(a, 0.0) + (math.log(bond.rank) if plain else 0.0)
        for core in () if plain else bond.cores:  # core to entry node, exit node to core: never cut
            graph[core][a], graph[a][core] = math.inf, 0.0
            graph[b][core], graph[core][b] = math.inf, 0.0
    return graph


def _maximum_flow(graph: Graph, start: int, end: int) -> float:
    """Return the maximum flow between two nodes (Edmonds-Karp), leaving the residual capacities in ``graph``."""
    total = 0.0
    while end in (before := _reachable(graph, start, end)):
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


def _reachable(graph: Graph, start: int, end: int = -1) -> dict[int, int]:
    """Return the nodes that residual capacity reaches from a node, breadth first, each with its predecessor.

    The search ends when it reaches ``end``.
    """
    before, queue = {start: start}, deque([start])
    while queue and end not in before:
        here = queue.popleft()
        for there, room in graph[here].items():
            if room > TOLERANCE and there not in before:
                before[there] = here
                queue.append(there)
    return before
