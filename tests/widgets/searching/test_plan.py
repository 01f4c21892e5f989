"""What a lane searches: a new search, or one that goes on from its study."""

from pathlib import Path
from typing import Any

import pytest

from tests.widgets.searching.searches import written
from tnlab.data import datasets
from tnlab.errors import DataError
from tnlab.structure_search.settings import Budget
from tnlab_widgets.searching.plan import LanePlan

BUDGET = Budget(max_evaluations=3)


def plan_at(location: Path, **settings: Any) -> LanePlan:
    given = {"engine": "hill_climb", "label": "camera", "target_error": 0.5, "family": "ring"}
    return LanePlan(**given, location=location, **settings)


def test_a_new_search_has_the_settings_and_the_budget_and_keeps_its_data(shelf):
    source = datasets["camera"].source().with_modes((16, 16, 16, 16), None)
    settings = {"target_error": 0.5, "engine": "hill_climb", "family": "ring", "seed": 5}
    location = shelf.fresh("camera", "hill_climb")
    kept = []

    def keep():
        kept.append(source)
        return shelf.recipe(source)

    plan = plan_at(location, source=source, settings=settings, keep=keep)
    search = plan.search("inline", BUDGET)
    assert kept == [source]
    assert (search.problem.target_error, search.seed, search.budget.max_evaluations) == (0.5, 5, 3)
    assert not location.exists()  # nothing is written before the first evaluation


def test_a_study_goes_on_with_a_larger_budget(shelf):
    plan, reader = shelf.plan(written(shelf, fits=2))
    before = [found.structure for found in reader.evaluations]
    for _ in plan.search("inline", Budget(max_evaluations=4)):
        pass
    reader.poll()
    assert reader.progress.counts.fitted == 4
    assert len(before) < len(reader.evaluations)
    assert [found.structure for found in reader.evaluations[: len(before)]] == before


def test_without_its_data_a_study_can_only_be_looked_at(shelf):
    plan = plan_at(shelf.fresh("camera", "hill_climb"), source=None)
    with pytest.raises(DataError, match="can only be looked at"):
        plan.search("inline", BUDGET)
