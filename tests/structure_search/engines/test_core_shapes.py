"""The engine of core shapes finds planted Tucker shapes and balanced trees."""

import pytest

from tnlab.data.planted_tensors import planted
from tnlab.formats import formats
from tnlab.structure_search.engines.core_shapes import CoreShapes, balanced_tree
from tnlab.structure_search.run import Search

MODES = (6, 7, 8)


def tensor(noise=0.3):
    return planted(formats["tucker"].build(MODES, 3), noise=noise, seed=1)


@pytest.mark.parametrize("method", ["greedy", "bang_for_buck", "exact", "portfolio"])
def test_engine_finds_the_planted_shape(method):
    run = Search(tensor(noise=1e-3), 2e-3, engine=CoreShapes(method=method))
    list(run)
    assert run.result.reached
    assert sorted(run.result.structure.ranks) == [3, 3, 3]


def test_engine_on_a_balanced_tree():
    X = planted(formats["tt"].build((4, 5, 4, 5), 2), noise=1e-3, seed=0)
    run = Search(X, 2e-3, engine=CoreShapes(tree="balanced"))
    list(run)
    assert run.result.reached
    # a mode in the middle of a train of ranks 2 has rank 4
    assert run.result.parameters == balanced_tree(X.shape).parameters((2, 4, 4, 2, 2))
