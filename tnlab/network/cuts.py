"""Cuts of a network: how large a rank a split of the modes can have."""

import math
from collections.abc import Collection

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
