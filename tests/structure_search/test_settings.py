"""The values of a search: what they refuse, and the keywords that are short for their fields."""

import pytest

from tests.structure_search.engines.toy import TOY
from tnlab.structure_search.run import Search, search
from tnlab.structure_search.settings import Budget, Dispatch, FitSettings, ShortForm, StudyPlace, spelled_out, updated


@pytest.mark.parametrize(
    ("value", "settings", "words"),
    [
        (Budget, {"max_evaluations": 0}, "at least 1"),
        (Budget, {"max_seconds": 0.0}, "above 0"),
        (Budget, {"max_seconds": float("nan")}, "above 0"),
        (Dispatch, {"ahead": 0}, "at least 1"),
    ],
)
def test_values_out_of_range_are_refused(value, settings, words):
    with pytest.raises(ValueError, match=words):
        value(**settings)


def test_the_short_form_and_the_values_say_the_same():
    short = Search(
        TOY,
        0.1,
        max_evaluations=3,
        max_seconds=5.0,
        solver="als",
        evaluator={"max_sweeps": 7, "restarts": 1},
        tolerance=1e-3,
        warm=False,
        executor="pool:2",
        ahead=4,
        prune=False,
        study="a.study",
        source={"name": "toy"},
    )
    whole = Search(
        TOY,
        0.1,
        budget=Budget(3, 5.0),
        fits=FitSettings("als", max_sweeps=7, restarts=1, tolerance=1e-3, warm=False),
        dispatch=Dispatch("pool:2", ahead=4, prune=False),
        study=StudyPlace("a.study", source={"name": "toy"}),
    )
    for run in (short, whole):
        assert (run.budget, run.fits, run.problem.budget) == (Budget(3, 5.0), whole.fits, Budget(3, 5.0))
        assert (run.dispatch.executor, run.dispatch.ahead, run.dispatch.prune) == ("pool:2", 4, False)
        assert (run.study.location, run.study.source) == ("a.study", {"name": "toy"})
    assert Search(TOY, 0.1, budget=Budget(3, 5.0), max_seconds=7.0).budget == Budget(3, 7.0)


@pytest.mark.parametrize(
    ("settings", "closest"),
    [
        ({"max_evalutions": 3}, "max_evaluations"),
        ({"evaluator": {"max_sweep": 3}}, "max_sweeps"),
        ({"enginge": "tnale"}, "engine"),
        ({"budgets": Budget()}, "budget"),
    ],
)
def test_an_unknown_keyword_is_told_the_closest_known_one(settings, closest):
    with pytest.raises(TypeError, match=f"Did you mean '{closest}'"):
        search(TOY, target_error=0.1, **settings)


def test_every_short_keyword_is_a_field_of_a_value():
    given = dict.fromkeys(ShortForm.__annotations__.keys() - {"evaluator"}, 1)
    values = [updated(value, spelled_out(given, ())) for value in (Budget(), FitSettings(), Dispatch(), StudyPlace())]
    assert sorted(given) == sorted(name for value in values for name, own in vars(value).items() if own == 1)
