"""Choose the binary tree over the cores along which a network is contracted at single entries of its tensor.

An entry fixes every leg, so that only bonds are left to contract. The environment of every core follows from the same
tree, with three contractions at each of its nodes.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import opt_einsum

from tnlab.fitting.sweep.dimension_tree import CoreTree, inner_nodes, leaves
from tnlab.interrupt import checkpoint
from tnlab.network.graph import is_tree, towards
from tnlab.network.structure import Structure

PATHS = 24  # cores: with more, opt_einsum searches greedily, and the search as a whole takes no longer than for so many
BATCHED = 4.0  # time of a multiplication of two arrays that differ per entry, in those by a core that entries share
MOST = 10**300  # multiplications: more count as so many, a float
Edges = dict[CoreTree, tuple[int, ...]]


@lru_cache(maxsize=512)
def entry_tree(structure: Structure) -> CoreTree:
    """Return the cheapest of some trees over the cores for a sweep over given entries, by ``entry_cost``; cached.

    For a network of more than ``PATHS`` cores that is itself a tree, nothing is searched: its branches are folded in.
    """
    if len(structure.cores) > PATHS and is_tree(structure):
        return _folded(structure)
    return min(_candidates(structure), key=lambda tree: entry_cost(structure, tree))


@lru_cache(maxsize=512)
def entry_edges(structure: Structure) -> Edges:
    """Return the edges of ``entry_tree``; cached."""
    return edges(structure, entry_tree(structure))


def edges(structure: Structure, tree: CoreTree) -> Edges:
    """Return, for every node of a tree, the bonds between the cores below it and all others, ascending."""
    open_ends = {core: dict.fromkeys(structure.core_bonds[core], 1) for core in leaves(tree)}  # of bonds, by node
    nodes: dict[CoreTree, dict[int, int]] = {**open_ends}
    found: Edges = {core: structure.core_bonds[core] for core in open_ends}
    for node in inner_nodes(tree):
        left, right = (nodes.pop(child) for child in node)
        ends = left | {bond: count + left.get(bond, 0) for bond, count in right.items()}
        nodes[node] = {bond: count for bond, count in ends.items() if count < len(structure.bonds[bond].cores)}
        found[node] = tuple(sorted(nodes[node]))
    return found


def entry_cost(structure: Structure, tree: CoreTree) -> float:
    """Return the estimated multiplications per entry of one sweep along a tree, weighted by ``BATCHED``."""
    bonds = edges(structure, tree)

    def work(crossed: set[int] | tuple[int, ...]) -> float:
        return float(min(math.prod(structure.ranks[bond] for bond in crossed), MOST))

    cost = sum(work(structure.core_bonds[core]) * work(structure.core_bonds[core]) for core in leaves(tree))
    for node in inner_nodes(tree):
        left, right, own = (set(bonds[one]) for one in (*node, node))
        for crossed, others in ((left | right, node), (own | right, node[1:]), (own | left, node[:1])):
            cost += work(crossed) * (1.0 if any(isinstance(other, int) for other in others) else BATCHED)
    return cost


def _folded(structure: Structure) -> CoreTree:
    """Return the tree that folds the branches of a network without loops into its last core, from the ends inwards."""
    trees: dict[int, CoreTree] = {}
    centre = len(structure.cores) - 1
    for core, _, parent in towards(structure, centre):
        branch = trees.get(core, core)
        trees[parent] = (trees[parent], branch) if parent in trees else (branch, parent)
    return trees[centre]


def _candidates(structure: Structure) -> Iterator[CoreTree]:
    count = len(structure.cores)
    yield _caterpillar(list(range(count)))
    if count > 2:
        for first in range(min(count, max(1, PATHS**3 // count**2))):
            yield _caterpillar(_narrow_order(structure, first))
        yield _along_path(structure)


def _caterpillar(order: list[int]) -> CoreTree:
    tree: CoreTree = order[0]
    for core in order[1:]:
        tree = (tree, core)
    return tree


def _narrow_order(structure: Structure, first: int) -> list[int]:
    """Return a greedy order of the cores that begins with ``first`` and keeps the cut rank after each core least."""
    order, left = list[int](), set(range(len(structure.cores)))
    outside = [len(bond.cores) for bond in structure.bonds]  # cores of each bond that are not in the order yet

    def factor(core: int) -> tuple[float, int]:
        """Return by what the core multiplies the cut rank."""
        opened = closed = 1
        for bond in structure.core_bonds[core]:
            if outside[bond] == 1:
                closed *= structure.ranks[bond]
            elif outside[bond] == len(structure.bonds[bond].cores):
                opened *= structure.ranks[bond]
        return opened / closed, core

    core = first
    while True:
        order.append(core)
        left.remove(core)
        for bond in structure.core_bonds[core]:
            outside[bond] -= 1
        if not left:
            return order
        checkpoint()
        core = min(map(factor, left))[1]


def _along_path(structure: Structure) -> CoreTree:
    operands = [[str(bond) for bond in bonds] for bonds in structure.core_bonds]
    symbols = ["".join(opt_einsum.get_symbol(int(bond)) for bond in bonds) for bonds in operands]
    shapes = [tuple(structure.bonds[bond].rank for bond in bonds) for bonds in structure.core_bonds]
    how = "auto" if len(operands) <= PATHS else "greedy"
    path, _ = opt_einsum.contract_path(",".join(symbols) + "->", *shapes, shapes=True, optimize=how)
    trees: list[CoreTree] = list(range(len(operands)))
    for step in path:
        joined = [trees.pop(place) for place in sorted(step, reverse=True)]
        while len(joined) > 1:
            joined.append((joined.pop(), joined.pop()))
        trees += joined
    return trees[0]
