"""The portfolio runs engines by turns, with a target error and without."""

import pytest

from tests.structure_search.engines.toy import ENDLESS, TOY
from tnlab.data import datasets
from tnlab.structure_search.objective import WeightedSum
from tnlab.structure_search.run import Search, search


def test_auto_lets_growth_improve_what_the_certificate_found(clock):
    """The clock stands still, so that the evaluations end the search."""
    picture = datasets["camera"].source().with_modes((16,) * 4, "plain").tensor
    movers = set()
    run = Search(picture, 0.2, engine="auto", max_evaluations=60)
    for progress in run:
        movers.add(progress.evaluation.move.split(":")[0])
    assert {"certificate", "growth"} <= movers
    assert run.result.reached


def test_a_weighted_sum_is_minimised_too():
    result = search(
        TOY, objective=WeightedSum(200), engine="auto", family="ring", max_evaluations=60, max_seconds=ENDLESS
    )
    assert result.bound is None
    assert result.score == pytest.approx(result.parameters / TOY.numel() + 200 * result.relative_error**2)
    assert result.score < 1
