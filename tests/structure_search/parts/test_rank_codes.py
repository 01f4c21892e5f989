"""Codes stand for the structures that they say, with as many parameters, within a limit of size."""

import pytest
import torch

from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.parts.rank_codes import Code, Coding, two_places
from tnlab.structure_search.problem import Problem

MODES = (2, 3, 4, 5)
X = torch.rand(MODES, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def coding(family, max_size=1.0, max_rank=4):
    return Coding(Problem(tensor=X, objective=FewestParameters(0.1), family=family, max_rank=max_rank), max_size)


def test_on_a_ring_ranks_join_neighbouring_places():
    given = coding("ring")
    assert given.permutes
    code = Code((2, 3, 1, 4), (0, 2, 1, 3))
    assert given.structure(code) == ring(MODES, (0, 2, 1, 3), (2, 3, 1, 4))


def test_on_a_graph_ranks_join_all_pairs():
    given = coding("any")
    assert not given.permutes
    assert given.structure(Code((2, 1, 1, 3, 1, 4), (0, 1, 2, 3))) == from_ranks(
        MODES, {(0, 1): 2, (1, 2): 3, (2, 3): 4}
    )


@pytest.mark.parametrize("family", ["ring", "any"])
def test_parameters_are_those_of_the_structure(family):
    given, generator = coding(family, max_size=100.0), torch.Generator().manual_seed(1)
    for _ in range(20):
        code = given.random(generator)
        assert given.parameters(code) == given.structure(code).parameters


def test_random_codes_are_small_enough_and_as_sparse_as_asked():
    given, generator = coding("any", max_size=0.5), torch.Generator().manual_seed(2)
    codes = [given.random(generator, sparsity=0.8) for _ in range(50)]
    assert all(given.parameters(code) <= 60 for code in codes)
    ones = sum(rank == 1 for code in codes for rank in code.ranks) / 300
    assert 0.7 < ones < 1.0


def test_ranks_are_halved_until_the_code_is_small_enough():
    given = coding("ring", max_size=0.5, max_rank=8)
    code = Code((8, 8, 8, 8), (0, 1, 2, 3))  # 64 * 14 parameters, a fourth of that at ranks 4
    assert given.shrunk(code) == Code((2, 2, 2, 2), (0, 1, 2, 3))
    assert given.parameters(given.shrunk(code)) == 4 * sum(MODES) <= 60


def test_codes_change_in_one_place():
    code = Code((2, 3, 1, 4), (0, 2, 1, 3))
    assert code.with_rank(2, 5) == Code((2, 3, 5, 4), (0, 2, 1, 3))
    assert code.swapped(0, 3) == Code((2, 3, 1, 4), (3, 2, 1, 0))
    assert all(len(set(two_places(3, torch.Generator().manual_seed(seed)))) == 2 for seed in range(10))
