"""Medians, quantiles and bounds over the runs of a comparison."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.structure_search.comparison.small_comparison import outcomes_of
from tnlab.structure_search.comparison.plan import read_plan
from tnlab.structure_search.comparison.summary import Spread, quantile, summarised


def test_quantiles_lie_on_straight_lines_up_to_where_nobody_got():
    assert Spread.of([4.0, 1.0, 2.0, 3.0, 5.0]) == Spread(q10=1.4, q25=2.0, median=3.0, q75=4.0, q90=4.6)
    values = sorted(np.random.default_rng(0).random(7))
    assert Spread.of(values).q90 == pytest.approx(np.quantile(values, 0.9))
    assert quantile([1.0, 3.0, math.inf, math.inf], 0.5) == math.inf
    assert quantile([1.0, 3.0, math.inf], 0.5) == 3
    assert quantile([math.inf], 0.1) == math.inf


def test_what_it_comes_to(write):
    plan = read_plan(write())
    first, second = summarised(plan, outcomes_of(plan))
    assert (first.reached, first.success, first.failed, second.reached, second.success) == (2, 1.0, 0, 1, 0.5)
    assert first.parameters == Spread(q10=62.0, q25=65.0, median=70.0, q75=75.0, q90=78.0)
    assert (first.evaluations_to_reach.median, first.evaluations_to_best.median) == (2.5, 3.5)
    assert (first.seconds_to_reach.median, first.seconds_to_best.median) == (0.375, 0.625)
    assert first.bound == second.bound == 50  # the most that was proved
    assert first.gap == pytest.approx(0.4)
    assert second.parameters.median == second.gap == math.inf
    assert (first.relative_error, second.evaluations) == (0.0125, 8.0)


def test_a_bound_counts_for_its_own_family_alone(write):
    plan = read_plan(write())
    outcomes = {
        run: replace(one, family="any" if run.entrant.name == "tnls" else "ring", bound=30 + run.seed)
        for run, one in outcomes_of(plan).items()
    }
    outcomes[plan.runs[0]] = replace(outcomes[plan.runs[0]], bound=70)
    assert [row.bound for row in summarised(plan, outcomes)] == [70, 31]
