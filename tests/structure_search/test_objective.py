"""An objective's largest allowed error is the inverse of its score."""

import math

import pytest

from tnlab.structure_search.objective import FewestParameters, WeightedSum

OBJECTIVES = [
    FewestParameters(0.1),
    *(WeightedSum(5.0, squared=squared, log=log) for squared in (True, False) for log in (True, False)),
]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
@pytest.mark.parametrize("error", [0.1, 0.3, 0.9])
def test_the_largest_error_of_a_score_scores_just_that(objective, error):
    score = objective.score(30, 600, error)
    assert objective.error_for(30, 600, score) == pytest.approx(error)
    assert objective.error_for(31, 600, objective.score(30, 600, 0.0)) < 0  # its size alone is too much


def test_scores_are_those_of_the_formulas():
    assert FewestParameters(0.1, penalty=200).score(30, 600, 0.1) == pytest.approx(0.05)
    assert FewestParameters(0.1, penalty=200).score(30, 600, 0.3) == pytest.approx(0.05 + 200 * 0.08)
    assert WeightedSum(5.0).score(30, 600, 0.3) == pytest.approx(0.05 + 5 * 0.09)
    assert WeightedSum(5.0, squared=False, log=True).score(30, 600, 0.3) == pytest.approx(math.log(0.05) + 5 * 0.3)
