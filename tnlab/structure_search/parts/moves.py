"""Moves between structures of a problem's family: change a rank by one, exchange two modes, move a bond; random draws.

A bond disappears when its rank falls to 1, and appears when a rank of 1 rises to 2.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from tnlab.network.rank_matrix import ModePair, from_matrix, from_ranks, ring, to_matrix
from tnlab.network.structure import Structure
from tnlab.seeding import uniform
from tnlab.structure_search.problem import Problem

Move = tuple[Structure, str]  # the structure after a move, and words for the move
TRIES = 100  # random moves drawn until one stays inside the family


def pair_ranks(structure: Structure) -> dict[ModePair, int]:
    """Return the rank between any two modes, 1 where no bond joins them, by the pair, for one core per mode.

    Raises:
        StructureError: The structure has hyper-bonds, or cores with no leg or several.
    """
    matrix = to_matrix(structure)
    return {(i, j): int(matrix[i, j]) for i, j in combinations(range(structure.order), 2)}


def rank_moves(problem: Problem, structure: Structure) -> Iterator[Move]:
    """Yield the structures of the family in which one rank is larger or smaller by one, with words for the change."""
    matrix = to_matrix(structure)
    for i, j in combinations(range(problem.order), 2):
        for step in (1, -1):
            found = _with_rank(problem, matrix, i, j, int(matrix[i, j]) + step)
            if found is not None:
                yield found, f"rank between modes {i} and {j} {'up' if step > 0 else 'down'}"


def swap_moves(problem: Problem, structure: Structure) -> Iterator[Move]:
    """Yield the structures in which two modes are exchanged, with words for the exchange."""
    matrix = to_matrix(structure)
    for i, j in combinations(range(problem.order), 2):
        yield from_matrix(problem.modes, _swapped(matrix, i, j)), f"modes {i} and {j} exchanged"


def random_move(problem: Problem, structure: Structure, generator: torch.Generator) -> Move:
    """Return a random move inside the family: two modes exchanged, a bond moved, or a rank up or down by one.

    The structure itself is returned if ``TRIES`` draws all leave the family.
    """
    matrix = to_matrix(structure)
    for _ in range(TRIES):
        i, j, k = _places(problem.order, generator)
        kind = int(torch.randint(4, (), generator=generator))
        if kind == 0:
            return from_matrix(problem.modes, _swapped(matrix, i, j)), f"modes {i} and {j} exchanged"
        if kind == 1:
            if matrix[i, j] == 1 or problem.order < 3:
                continue
            moved = matrix.copy()
            moved[i, j] = moved[j, i] = 1
            found = _with_rank(problem, moved, i, k, int(matrix[i, j]))
            text = f"bond of modes {i} and {j} moved to {i} and {k}"
        else:
            step = 1 if kind == 2 else -1
            found = _with_rank(problem, matrix, i, j, int(matrix[i, j]) + step)
            text = f"rank between modes {i} and {j} {'up' if step > 0 else 'down'}"
        if found is not None:
            return found, text
    return structure, "no move"


def draw(problem: Problem, generator: torch.Generator, *, largest: int, density: float = 0.4) -> Structure:
    """Return a random structure of the family.

    Args:
        problem: The problem whose family is drawn from.
        generator: Source of random numbers.
        largest: Largest rank.
        density: Probability that a pair of cores gets a bond beyond a spanning tree, except on rings and trees.
    """
    order = problem.order
    around = torch.randperm(order, generator=generator).tolist()
    ranks = iter(torch.randint(1, largest + 1, (order * order,), generator=generator).tolist())
    if problem.family == "ring":
        return ring(problem.modes, around, [next(ranks) for _ in around])
    earlier = [int(torch.randint(k, (), generator=generator)) for k in range(1, order)]
    tree = {(around[earlier[k - 1]], around[k]): max(2, next(ranks)) for k in range(1, order)}
    structure = from_ranks(problem.modes, tree)
    if problem.family == "tree":
        return structure
    structure = structure if problem.admits(structure) else from_ranks(problem.modes, {})
    for i, j in combinations(range(order), 2):
        if uniform(generator) < density:
            structure = _with_rank(problem, to_matrix(structure), i, j, next(ranks)) or structure
    return structure


def _with_rank(problem: Problem, matrix: NDArray[np.int64], i: int, j: int, rank: int) -> Structure | None:
    if not 1 <= rank <= problem.rank_limit:
        return None
    changed = matrix.copy()
    changed[i, j] = changed[j, i] = rank
    structure = from_matrix(problem.modes, changed)
    return structure if problem.admits(structure) else None


def _swapped(matrix: NDArray[np.int64], i: int, j: int) -> NDArray[np.int64]:
    order = np.arange(len(matrix))
    order[[i, j]] = order[[j, i]]
    return matrix[np.ix_(order, order)]


def _places(order: int, generator: torch.Generator) -> tuple[int, int, int]:
    first, second, *others = torch.randperm(order, generator=generator).tolist()
    return first, second, others[0] if others else first
