"""Choose the binary tree over the cores along which a network is contracted at single entries of its tensor.

An entry fixes every leg, so that only bonds are left to contract. The environment of every core follows from the same
tree, with three contractions at each of its nodes.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import opt_einsum

from tnlab.fitting.sweep.dimension_tree import CoreTree, leaves
from tnlab.network.structure import Structure

PATHS = 24  # cores: with more, opt_einsum searches greedily, and no more than so many starts of an order are tried
BATCHED = 4.0  # time of a multiplication of two arrays that differ per entry, in those by a core that entries share


@lru_cache(maxsize=512)
def entry_tree(structure: Structure) -> CoreTree:
    """Return the cheapest of some trees over the cores for a sweep over given entries, by ``entry_cost``; cached."""
    return min(_candidates(structure), key=lambda tree: entry_cost(structure, tree))


def edge(structure: Structure, cores: tuple[int, ...]) -> tuple[int, ...]:
    """Return the bonds between some cores and all others, ascending."""
    inside = set(cores)
    return tuple(
        bond
        for bond, joined in enumerate(structure.bonds)
        if inside.intersection(joined.cores) and not inside.issuperset(joined.cores)
    )


def entry_cost(structure: Structure, tree: CoreTree) -> float:
    """Return the estimated multiplications per entry of one sweep along a tree, weighted by ``BATCHED``."""
    if isinstance(tree, int):
        return float(math.prod(structure.core_shapes[tree][len(structure.cores[tree].legs) :])) ** 2
    cost = 0.0
    left, right = (set(edge(structure, leaves(child))) for child in tree)
    own = set(edge(structure, leaves(tree)))
    for first, second, others in ((left, right, tree), (own, right, (tree[1],)), (own, left, (tree[0],))):
        work = math.prod(structure.bonds[bond].rank for bond in first | second)
        cost += work * (1.0 if any(isinstance(other, int) for other in others) else BATCHED)
    return cost + entry_cost(structure, tree[0]) + entry_cost(structure, tree[1])


def _candidates(structure: Structure) -> Iterator[CoreTree]:
    count = len(structure.cores)
    yield _caterpillar(list(range(count)))
    if count > 2:
        for first in range(min(count, PATHS)):
            yield _caterpillar(_narrow_order(structure, first))
        yield _along_path(structure)


def _caterpillar(order: list[int]) -> CoreTree:
    tree: CoreTree = order[0]
    for core in order[1:]:
        tree = (tree, core)
    return tree


def _narrow_order(structure: Structure, first: int) -> list[int]:
    """Return a greedy order of the cores that begins with ``first`` and keeps the cut rank after each core least."""
    order, left = [first], set(range(len(structure.cores))) - {first}

    def width(core: int) -> tuple[int, int]:
        crossing = edge(structure, (*order, core))
        return math.prod(structure.bonds[bond].rank for bond in crossing), core

    while left:
        order.append(min(left, key=width))
        left.remove(order[-1])
    return order


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
