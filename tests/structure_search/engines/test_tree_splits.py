"""Trees by SVD splits: the error is guaranteed, and the ranks are the cheapest."""

import pytest

from tnlab.data.planted_tensors import planted
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.engines.tree_splits import TreeSplits
from tnlab.structure_search.run import Search


def test_finds_a_planted_train():
    truth = from_ranks((6, 7, 8, 9), {(0, 1): 3, (1, 2): 2, (2, 3): 4})
    run = Search(planted(truth, seed=1), 1e-6, engine="tree_splits")
    list(run)
    assert run.result.reached
    assert run.result.parameters <= truth.parameters


@pytest.mark.parametrize("target", [0.02, 0.2, 0.6])
def test_error_is_guaranteed_and_the_budget_used(target):
    X = planted(ring((4, 3, 4, 3, 4), (0, 2, 1, 4, 3), (3, 2, 3, 2, 2)), noise=0.1, seed=2)
    run = Search(X, target, engine=TreeSplits(top=3))
    steps = list(run)
    assert steps
    assert all(step.evaluation and step.evaluation.relative_error <= target for step in steps)
    assert (run.result.parameters < X.numel()) == (target > 0.02)  # of which 0.02 is too little: the noise is 0.1


def test_largest_rank_is_kept():
    X = planted(ring((4, 3, 4, 3), (0, 2, 1, 3), (2, 1, 2, 2)), noise=0.01, seed=1)
    run = Search(X, 0.3, engine="tree_splits", max_rank=2)
    list(run)
    assert max(run.result.structure.ranks, default=1) <= 2
