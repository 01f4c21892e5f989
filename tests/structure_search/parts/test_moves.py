"""Moves stay inside the family, and are all that there are."""

import numpy as np
import pytest
import torch

from tnlab.network.rank_matrix import from_ranks, ring, to_matrix
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.parts.moves import draw, pair_ranks, random_move, rank_moves, swap_moves
from tnlab.structure_search.problem import Problem

MODES = (3, 3, 3, 3, 3)
X = torch.rand(MODES, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def problem(family, max_rank=3):
    return Problem(tensor=X, objective=FewestParameters(0.1), family=family, max_rank=max_rank)


def bonds(structure):
    return int((np.triu(to_matrix(structure), 1) > 1).sum())


def test_the_ranks_of_all_pairs_give_the_structure_back():
    ranks = {(0, 1): 2, (1, 2): 3, (0, 4): 2}
    found = pair_ranks(from_ranks(MODES, ranks))
    assert {pair: rank for pair, rank in found.items() if rank > 1} == ranks
    assert list(found) == [(i, j) for i in range(5) for j in range(i + 1, 5)]
    assert from_ranks(MODES, found) == from_ranks(MODES, ranks)


def test_a_rank_move_changes_one_rank_by_one():
    """Of a train with ranks 2, 3, 2, 2: up or down at each, none beyond 3, and where a bond is missing it comes."""
    train = from_ranks(MODES, {(0, 1): 2, (1, 2): 3, (2, 3): 2, (3, 4): 2})
    before = to_matrix(train)
    found = list(rank_moves(problem("any"), train))
    changes = []
    for structure, text in found:
        i, j = np.argwhere(np.triu(to_matrix(structure) - before))[0]
        change = to_matrix(structure) - before
        assert np.abs(change).sum() == 2
        assert text == f"rank between modes {i} and {j} {'up' if change[i, j] > 0 else 'down'}"
        changes.append((int(i), int(j), int(change[i, j])))
    ups = [(i, j, 1) for i in range(5) for j in range(i + 1, 5) if (i, j) != (1, 2)]
    assert sorted(changes) == sorted([*ups, (0, 1, -1), (1, 2, -1), (2, 3, -1), (3, 4, -1)])


def test_swaps_exchange_two_modes():
    around = ring(MODES, range(5), (2, 3, 2, 2, 3))
    found = [structure for structure, _ in swap_moves(problem("ring"), around)]
    assert len(found) == 10
    for structure in found:
        assert sorted(structure.ranks) == sorted(around.ranks)


@pytest.mark.parametrize("family", ["ring", "tree", "any", "degree3"])
def test_what_is_drawn_belongs_to_the_family(family):
    given, generator = problem(family), torch.Generator().manual_seed(0)
    drawn = [draw(given, generator, largest=3) for _ in range(50)]
    assert all(given.admits(structure) for structure in drawn)
    assert max(max(structure.ranks) for structure in drawn) == 3
    assert family != "tree" or {bonds(structure) for structure in drawn} == {4}
    assert all(given.admits(structure) for structure, _ in rank_moves(given, drawn[0]))
    for structure in drawn[:10]:
        moved, _ = random_move(given, structure, generator)
        assert given.admits(moved)


def test_the_density_is_that_of_the_graph():
    """Of ten pairs a tree has four; of the others the density decides: none, about a third, or all of them."""
    given = problem("any")
    counts = {}
    for density in (0.0, 0.5, 1.0):
        generator = torch.Generator().manual_seed(1)
        counts[density] = [bonds(draw(given, generator, largest=3, density=density)) for _ in range(60)]
    assert set(counts[0.0]) == {4}
    assert 4 < np.mean(counts[0.5]) < 10
    assert np.mean(counts[0.0]) + 1 < np.mean(counts[0.5]) < np.mean(counts[1.0])
