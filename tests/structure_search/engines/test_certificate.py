"""The certificate search finds the smallest ring with one fit, and proves it."""

import pytest

from tests.structure_search.engines.toy import TOY, TRUTH
from tnlab.data.planted_tensors import planted
from tnlab.errors import FormatError
from tnlab.metrics import relative_error
from tnlab.network.isomorphism import isomorphic
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.objective import WeightedSum
from tnlab.structure_search.run import search


@pytest.mark.parametrize("engine", ["certificate", "auto"])
def test_the_published_toy_is_found_with_one_fit_and_proved(engine):
    result = search(TOY, target_error=1e-4, engine=engine, family="ring", seed=1)
    assert isomorphic(result.structure, TRUTH)
    assert (result.parameters, result.counts.fitted) == (126, 1)
    assert result.proved
    assert result.gap == 0
    assert "ring" in result.bound.scope
    assert relative_error(TOY, result.network.to_tensor()) < 1e-4


def test_a_planted_graph_is_found_among_all_graphs():
    truth = from_ranks((16,) * 4, {(0, 1): 2, (0, 2): 3, (1, 2): 1, (1, 3): 2, (2, 3): 2})
    result = search(planted(truth, noise=0.01, seed=5), target_error=0.011, engine="certificate", family="any")
    assert result.parameters <= truth.parameters
    assert result.counts.fitted <= 3
    assert result.bound.parameters <= result.parameters


def test_certificate_needs_a_target():
    with pytest.raises(FormatError, match="target_error"):
        search(TOY, objective=WeightedSum(200), engine="certificate", family="ring")
