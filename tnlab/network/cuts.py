"""Cuts of a structure: the cut rank of a split of the modes, and the bonds of least product that separate cores."""

import math
from collections import deque
from collections.abc import Collection
from itertools import pairwise

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
    _maximum_flow(graph, source, {sink})
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
    _maximum_flow(graph, start, {end})
    near = _reachable(graph, start)
    arcs = enumerate(_bond_arcs(structure))
    return tuple(bond for bond, (a, b) in arcs if (a in near) != (b in near))


def narrowest_bonds(structure: Structure) -> tuple[int, ...]:
    """Return the bonds where the network is narrowest: those in a cut of the least product between cores with legs.

    All minimum cuts between two cores with legs are compared, and the bonds of every one whose product of ranks is the
    least are returned, ascending; none where one core carries all modes. Bonds of rank 1 are left out unless that
    product is 1. The cores with legs are taken one after the other, each near those before it: minimum cuts separate it
    from all of these, and it is merged with them. So every cut is found at the first core that is beyond it. A flow is
    abandoned once it exceeds the least of the cuts so far.
    """
    graph = _graph(structure)
    legged = [place for place, core in enumerate(structure.cores) if core.legs]
    near = {core: place for place, core in enumerate(_reachable(graph, legged[0]))}
    first, *others = sorted(legged, key=lambda core: near.get(core, len(graph)))
    least = min((sum(graph[core].values()) for core in others), default=0.0)
    found, open_bonds = set[int](), dict(enumerate(structure.bonds))
    place = list(range(len(graph)))  # of a node: itself, or the first core where the two are merged
    for core in others:
        residual = [dict(arcs) for arcs in graph]
        flow = _maximum_flow(residual, core, {first}, enough=least + TOLERANCE)
        if flow < least - TOLERANCE:
            least, found, open_bonds = flow, set(), dict(enumerate(structure.bonds))
        if flow <= least + TOLERANCE and open_bonds:
            part = _strong_components(residual)
            crossed = {k for k, bond in open_bonds.items() if len({part[place[end]] for end in bond.cores}) > 1}
            found |= crossed
            open_bonds = {k: bond for k, bond in open_bonds.items() if k not in crossed}
        _merge(graph, core, first)
        place[core] = first
    return tuple(sorted(bond for bond in found if structure.bonds[bond].rank > 1 or least <= TOLERANCE))


def _merge(graph: Graph, node: int, into: int) -> None:
    """Give the arcs of a node to another one, and drop those between the two."""
    for there, room in graph[node].items():
        back = graph[there].pop(node)
        if there != into:
            graph[into][there] = graph[into].get(there, 0.0) + room
            graph[there][into] = graph[there].get(into, 0.0) + back
    graph[node] = {}


def _strong_components(residual: Graph) -> list[int]:
    """Return for every node a number that it shares with the nodes which it reaches and which reach it (Kosaraju).

    With residual capacities at maximum flow, some minimum cut crosses a bond exactly if its cores have two numbers.
    """
    out = [[there for there, room in arcs.items() if room > TOLERANCE] for arcs in residual]
    into: list[list[int]] = [[] for _ in out]
    for node, arcs in enumerate(out):
        for there in arcs:
            into[there].append(node)
    part = [-1] * len(out)
    for root in reversed(_finished(into)):
        stack = [root]
        while stack:
            node = stack.pop()
            if part[node] < 0:
                part[node] = root
                stack += out[node]
    return part


def _finished(arcs: list[list[int]]) -> list[int]:
    """Return the nodes in the order in which a search in depth leaves them; the arcs are used up."""
    seen, left = set[int](), list[int]()
    for root in range(len(arcs)):
        stack = [] if root in seen else [root]
        while stack:
            node = stack[-1]
            seen.add(node)
            if not arcs[node]:
                left.append(stack.pop())
            elif (there := arcs[node].pop()) not in seen:
                stack.append(there)
    return left


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


def _maximum_flow(graph: Graph, start: int, ends: Collection[int], *, enough: float = math.inf) -> float:
    """Return the maximum flow from a node to others (Edmonds-Karp), leaving the residual capacities in ``graph``.

    Once it exceeds ``enough``, a flow that need not be the maximum is returned.
    """
    total = 0.0
    while total <= enough and (last := next(reversed(before := _reachable(graph, start, ends)))) in ends:
        path = [last]
        while path[-1] != start:
            path.append(before[path[-1]])
        steps = [(a, b) for b, a in pairwise(path)]
        flow = min(graph[a][b] for a, b in steps)
        for a, b in steps:
            graph[a][b] -= flow
            graph[b][a] += flow
        total += flow
    return total


def _reachable(graph: Graph, start: int, ends: Collection[int] = ()) -> dict[int, int]:
    """Return the nodes that residual capacity reaches from a node, breadth first, each with its predecessor.

    The search ends with the first of ``ends`` that it reaches.
    """
    before, queue = {start: start}, deque([start])
    while queue:
        here = queue.popleft()
        for there, room in graph[here].items():
            if room > TOLERANCE and there not in before:
                before[there] = here
                if there in ends:
                    return before
                queue.append(there)
    return before
