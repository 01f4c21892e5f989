"""A problem: its families, the ranks worth proposing, the structures no cut rules out, and what it refuses."""

import math

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.errors import UnknownNameError
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search.objective import FewestParameters, WeightedSum
from tnlab.structure_search.problem import Problem

MODES = (3,) * 5
X = torch.rand(MODES, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

TRAIN = from_ranks(MODES, {(0, 1): 2, (1, 2): 3, (2, 3): 2, (3, 4): 2})
STAR = from_ranks(MODES, {(0, mode): 2 for mode in range(1, 5)})
RING = ring(MODES, (0, 2, 4, 1, 3), (2, 2, 2, 2, 2))
TRIANGLE = from_ranks(MODES, {(0, 1): 2, (1, 2): 2, (0, 2): 2})
LATENT = Structure(MODES, (*(Core((mode,)) for mode in range(5)), Core(())), tuple(Bond((k, 5), 2) for k in range(5)))


@pytest.mark.parametrize(
    ("family", "admitted"),
    [
        ("ring", [TRAIN, RING]),
        ("tree", [TRAIN, STAR]),
        ("degree3", [TRAIN, RING, TRIANGLE]),
        ("any", [TRAIN, STAR, RING, TRIANGLE]),
        ("latent", [TRAIN, STAR, RING, TRIANGLE, LATENT]),
    ],
)
def test_a_family_admits_its_structures_and_no_others(family, admitted):
    given = Problem(X, FewestParameters(0.1), family)
    assert [structure for structure in (TRAIN, STAR, RING, TRIANGLE, LATENT) if given.admits(structure)] == admitted


def test_ranks_above_the_largest_and_other_modes_are_not_admitted():
    assert not Problem(X, FewestParameters(0.1), "any", max_rank=2).admits(TRAIN)
    assert not Problem(X, FewestParameters(0.1), "any").admits(from_ranks((3,) * 4, {(0, 1): 2}))


def test_the_largest_rank_proposed_covers_pairs_of_modes():
    """A bond in the middle of a train needs more than a mode's size."""
    train = planted(from_ranks((3,) * 4, {(0, 1): 3, (1, 2): 5, (2, 3): 3}), seed=0)
    assert Problem(train, FewestParameters(1e-6)).rank_limit == 9
    assert Problem(train, FewestParameters(1e-6), max_rank=4).rank_limit == 4


def test_candidates_ascend_and_are_the_same_when_asked_again():
    truth = from_ranks((3,) * 4, {(0, 1): 2, (1, 2): 2, (2, 3): 2})
    given = Problem(planted(truth, seed=1), FewestParameters(1e-6), "tree")
    found = list(given.candidates("tree", math.inf))
    sizes = [structure.parameters for structure in found[:20]]
    assert sizes == sorted(sizes)
    assert found[0].parameters == truth.parameters
    assert list(given.candidates("tree", math.inf)) == found


def test_a_target_is_reached_at_equality_and_always_without_one():
    given = Problem(X, FewestParameters(0.1))
    assert (given.reached(0.1), given.reached(0.1001)) == (True, False)
    weighing = Problem(X, WeightedSum(200.0))
    assert weighing.target_error is None
    assert weighing.reached(0.9)
    assert weighing.lower_bound(1.0) is None


def test_an_unknown_family_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'ring'"):
        Problem(X, FewestParameters(0.1), "rign")
