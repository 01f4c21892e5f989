"""The runs of a comparison: stored, read back, resumed, spread over processes; a failure is an outcome."""

import pytest

from tests.structure_search.comparison.small_comparison import HEAD, RING
from tnlab.structure_search.comparison import runs as module
from tnlab.structure_search.comparison.plan import read_plan
from tnlab.structure_search.comparison.runs import Comparison
from tnlab.structure_search.comparison.summary import summarised
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader


def found(comparison):
    """Return the outcomes without their seconds."""
    return {
        (run.entrant.label, run.seed): ([(fitted, size) for fitted, _, size in one.steps], one.evaluations)
        for run, one in comparison.outcomes.items()
    }


def all_of(plan, jobs=1):
    comparison = Comparison(plan, jobs)
    standings = list(comparison)
    assert [one.done for one in standings] == list(range(1, len(plan.runs) + 1))
    assert list(comparison.outcomes) == list(plan.runs)
    return comparison, standings


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "small.toml"
    path.write_text(HEAD + RING)
    return all_of(read_plan(path))[0]


def test_every_run_has_a_study_and_is_read_back(write, uninterrupted, monkeypatch):
    plan = uninterrupted.plan
    assert all((plan.output / "runs" / f"{run.name}.study").stat().st_size > 0 for run in plan.runs)
    assert all(not one.failure and one.evaluations for one in uninterrupted.outcomes.values())
    monkeypatch.setattr(module, "Search", None)
    again, standings = all_of(plan)
    assert again.outcomes == uninterrupted.outcomes
    assert all(one.kept for one in standings)


def test_a_study_knows_where_its_data_is_from(write):
    head = HEAD.replace("seeds = 2", "seeds = 1").replace("max_evaluations = 12", "max_evaluations = 1")
    plan = read_plan(write(head + 'datasets = ["planted_ring"]', data=""))
    all_of(plan)
    assert len(plan.runs) > 0
    for run in plan.runs:
        assert StudyReader(plan.output / "runs" / f"{run.name}.study").source["name"] == "planted_ring"


def test_only_what_is_new_is_run(write, monkeypatch):
    all_of(read_plan(write()))
    made = []
    monkeypatch.setattr(
        module, "Search", lambda *args, **settings: made.append(settings["seed"]) or Search(*args, **settings)
    )
    _, standings = all_of(read_plan(write(HEAD.replace("seeds = 2", "seeds = [1, 0, 4]"))))
    assert made == [4, 4]
    assert [one.kept for one in standings] == [True] * 4 + [False] * 2


def test_a_larger_budget_goes_on_from_the_study(write):
    plan = read_plan(write())
    all_of(plan)
    studies = {run: plan.output / "runs" / f"{run.name}.study" for run in plan.runs}
    before = {run: path.read_bytes() for run, path in studies.items()}
    larger, standings = all_of(read_plan(write(HEAD.replace("= 12", "= 20"))))
    assert not any(one.kept for one in standings)
    assert all(path.read_bytes().startswith(before[run]) for run, path in studies.items())
    assert max(one.evaluations for one in larger.outcomes.values()) > 12


def test_leaving_the_loop_loses_nothing(write, uninterrupted):
    plan = read_plan(write())
    for standing in Comparison(plan):
        if standing.done == 2:
            break
    again, standings = all_of(plan)
    assert [one.kept for one in standings] == [True, True, False, False]
    assert found(again) == found(uninterrupted)


def test_a_run_that_is_interrupted_goes_on_where_it_was(write, uninterrupted, monkeypatch):
    plan = read_plan(write())

    class Interrupted(Search):
        def __iter__(self):
            for place, progress in enumerate(super().__iter__()):
                if place == 5:
                    raise KeyboardInterrupt
                yield progress

    monkeypatch.setattr(module, "Search", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(Comparison(plan))
    study = plan.output / "runs" / f"{plan.runs[0].name}.study"
    assert not study.with_suffix(".json").exists()
    begun = study.read_bytes()
    assert begun.count(b'"number"') >= 5
    monkeypatch.setattr(module, "Search", Search)
    again, standings = all_of(plan)
    assert not any(one.kept for one in standings)
    assert study.read_bytes().startswith(begun)
    assert found(again) == found(uninterrupted)


def test_processes_find_the_same(write, uninterrupted):
    again, standings = all_of(read_plan(write()), jobs=2)
    assert not any(one.kept for one in standings)
    assert found(again) == found(uninterrupted)


def test_what_fails_is_an_outcome_and_is_tried_again(write, monkeypatch):
    plan = read_plan(write(HEAD.replace('"ring"', '"tree"')))
    again, _ = all_of(plan)
    for run, outcome in again.outcomes.items():
        assert bool(outcome.failure) == (run.entrant.name == "tnls")
    monkeypatch.setattr(module, "Search", lambda *args, **settings: 1 / 0)
    again, standings = all_of(plan)
    assert [one.kept for one in standings] == [True, True, False, False]
    assert {one.failure for one in again.outcomes.values()} == {"", "ZeroDivisionError: division by zero"}
    row = next(row for row in summarised(plan, again.outcomes) if row.entrant.name == "tnls")
    assert (row.runs, row.failed, row.reached, row.failures) == (2, 2, 0, ("ZeroDivisionError: division by zero",))


def test_an_outcome_that_cannot_be_kept_keeps_no_other_from_being_made(write):
    plan = read_plan(write(HEAD.replace("seeds = 2", "seeds = 1")))
    (plan.output / "runs" / f"{plan.runs[0].name}.json").mkdir(parents=True)
    again, _ = all_of(plan)
    failures = [outcome.failure for outcome in again.outcomes.values()]
    assert "cannot be written" in failures[0]
    assert failures[1:] == [""]


@pytest.mark.parametrize("content", ["", "[]", '{"tnlab_outcome": 1}', '{"tnlab_outcome": 1, "steps": 3}'])
def test_an_outcome_that_is_damaged_is_made_again(write, uninterrupted, content):
    plan = read_plan(write(HEAD.replace("seeds = 2", "seeds = 1")))
    all_of(plan)
    path = plan.output / "runs" / f"{plan.runs[0].name}.json"
    path.write_text(content)
    again, standings = all_of(plan)
    assert [one.kept for one in standings] == [True, False]
    assert all(found(uninterrupted)[key] == one for key, one in found(again).items())
