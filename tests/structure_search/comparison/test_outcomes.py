"""An outcome is stored with the budget of its run, and read back for that budget alone."""

import json
import math
from dataclasses import replace

import pytest

from tests.structure_search.comparison.small_comparison import outcomes_of
from tnlab.structure_search.comparison.outcomes import Outcome, RunSettings, keep, kept
from tnlab.structure_search.comparison.plan import read_plan
from tnlab.structure_search.settings import Budget


@pytest.fixture
def made(write, tmp_path):
    """A run, its settings and its outcome."""
    plan = read_plan(write())
    run, outcome = next(iter(outcomes_of(plan).items()))
    return run, RunSettings(Budget(12, 60.0), "inline", tmp_path), outcome


def test_an_outcome_comes_back_for_the_same_budget_alone(made):
    run, settings, outcome = made
    assert kept(run, settings) is None
    keep(run, settings, outcome)
    assert kept(run, settings) == outcome
    assert kept(run, replace(settings, executor="pool:2")) == outcome
    assert kept(run, replace(settings, budget=Budget(13, 60.0))) is None
    assert kept(run, replace(settings, budget=Budget(12, 61.0))) is None


@pytest.mark.parametrize(
    "change", [{"tnlab_outcome": 2}, {"steps": 3}, {"steps": [["a", 1, 2]]}, {"steps": None}, {"wings": 2}]
)
def test_a_file_that_is_damaged_is_no_outcome(made, change):
    run, settings, outcome = made
    keep(run, settings, outcome)
    path = settings.study(run).with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert kept(run, settings) is None


def test_the_course_of_a_run_is_read_from_its_steps():
    found = Outcome(steps=((2, 0.5, 90), (4, 1.0, 60)))
    assert (found.reached, found.parameters, found.to_reach, found.to_best) == (True, 60, (2, 0.5), (4, 1.0))
    never = (math.inf, math.inf)
    assert (Outcome().reached, Outcome().parameters, Outcome().to_reach, Outcome().to_best) == (
        False,
        math.inf,
        never,
        never,
    )
