"""Comparisons: what a file may say, that runs are kept and gone on with, and what they come to."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from tnlab.errors import DataError
from tnlab.structure_search.comparison import runs as module
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import read_plan
from tnlab.structure_search.comparison.results import circumstances, write_results
from tnlab.structure_search.comparison.runs import Comparison
from tnlab.structure_search.comparison.summary import Spread, quantile, summarised
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader

HEAD = """
engines = ["hill_climb", {name = "tnls", samples = 8, label = "TNLS 8"}]
target_errors = 0.02
family = "ring"
seeds = 2
max_evaluations = 12
max_seconds = 60
"""
RING = """
[[datasets]]
planted = "tensor_ring"
shape = "3^4"
ranks = [2, 1, 3, 2]
noise = 0.02
seed = 3
"""


@pytest.fixture
def write(tmp_path):
    def write(head=HEAD, *, data=RING, name="small"):
        path = tmp_path / f"{name}.toml"
        path.write_text(head + data)
        return path

    return write


def found(comparison):
    """What does not depend on the clock."""
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


def test_what_a_file_says(tmp_path, write):
    np.save(tmp_path / "own.npy", np.arange(1.0, 25).reshape(4, 6))
    data = """
    [[datasets]]
    file = "own.npy"
    shape = [2, 3, 4]
    target_errors = [0.1, 0.01]
    family = "tree"
    [[datasets]]
    name = "camera"
    shape = "16x16x16x16"
    order = "quantised"
    max_rank = 4
    [[datasets]]
    planted = "tt"
    shape = "3x4x3"
    ranks = 2
    label = "a train"
    """
    plan = read_plan(write(data=data))
    assert plan.title == "small"
    assert plan.output == tmp_path / "small"
    assert plan.seeds == (0, 1)
    assert [(one.label, one.name, one.settings) for one in plan.entrants] == [
        ("hill_climb", "hill_climb", ()), ("TNLS 8", "tnls", (("samples", 8),)),
    ]  # fmt: skip
    assert [(one.label, one.target_error, one.family, one.max_rank, one.modes, one.planted) for one in plan.cases] == [
        ("own.npy as 2x3x4, error 0.1", 0.1, "tree", None, (2, 3, 4), None),
        ("own.npy as 2x3x4, error 0.01", 0.01, "tree", None, (2, 3, 4), None),
        ("camera as 16x16x16x16 quantised, error 0.02", 0.02, "ring", 4, (16,) * 4, None),
        ("a train, error 0.02", 0.02, "ring", None, (3, 4, 3), 3 * 2 + 2 * 4 * 2 + 2 * 3),
    ]
    assert len(plan.runs) == 4 * 2 * 2
    assert len({run.name for run in plan.runs}) == len(plan.runs)


def test_data_sets_may_be_names_alone(write):
    plan = read_plan(write(HEAD + 'datasets = ["planted_ring"]', data=""))
    assert [case.label for case in plan.cases] == ["planted_ring, error 0.02"]
    assert plan.cases[0].modes == (4,) * 8


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds = 2", "seed = 2", ["small.toml: Unknown key 'seed'.", "Did you mean 'seeds'?"]),
        ("seeds = 2", "seeds = 0", ["small.toml: seeds must be", "is 0"]),
        ("seeds = 2", "seeds = [1, 1]", ["seeds must be", "different"]),
        ("seeds = 2", "seeds = true", ["seeds must be"]),
        ('"hill_climb"', '"hill_clim"', ["engines[1]: name: Unknown engine", "Did you mean 'hill_climb'?"]),
        ("samples = 8", "sample = 8", ["engines[2]: Unknown key 'sample'", "Did you mean 'samples'?"]),
        ("samples = 8", 'samples = "8"', ["engines[2]: samples must be a whole number, but is '8'"]),
        ('name = "tnls"', 'nme = "tnls"', ["engines[2]: name is missing", "Did you mean 'name'?"]),
        ("engines = [", "engines = [] #", ["engines must be a list"]),
        ('"hill_climb",', '"tnls", {name = "tnls"},', ["engines has 'tnls' 2 times", "label"]),
        ("target_errors = 0.02", "", ["target_errors is missing"]),
        ("target_errors = 0.02", "target_errors = 2", ["target_errors must be a number between 0 and 1"]),
        ('family = "ring"', 'family = "rings"', ["family must be one of ring, tree"]),
        ("max_seconds = 60", "max_seconds = -1", ["max_seconds must be a number above 0"]),
        ("max_seconds = 60", "max_seconds = nan", ["max_seconds must be a number above 0"]),
        ("max_seconds = 60", 'executor = "pol:2"', ["executor", "Unknown executor"]),
        ('planted = "tensor_ring"', 'planted = "tensor_rin"', ["datasets[1]: planted: Unknown format", "Did you mean"]),
        ('planted = "tensor_ring"', 'plantd = "tensor_ring"', ["datasets[1]: say either name", "there is none"]),
        ('planted = "tensor_ring"', 'name = "camra"', ["datasets[1]: name: Unknown data set", "Did you mean 'camera'"]),
        ('planted = "tensor_ring"', 'file = "none.npy"', ["datasets[1]: file:", "none.npy"]),
        ('planted = "tensor_ring"', 'planted = "none.json"', ["datasets[1]: planted:", "cannot be read"]),
        ("noise = 0.02", "nosie = 0.02", ["datasets[1]: Unknown key 'nosie'", "Did you mean 'noise'?"]),
        ("noise = 0.02", "noise = -1", ["datasets[1]: noise must be a number of at least 0"]),
        ('shape = "3^4"', 'shape = "3**4"', ["datasets[1]: shape cannot be read"]),
        ("ranks = [2, 1, 3, 2]", "ranks = [2, 1]", ["datasets[1]: planted:", "rank"]),
        ("[[datasets]]", "[[datasets]", ["small.toml is not TOML", "line"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence_with_table_and_key(write, old, new, words):
    text = HEAD + RING
    assert old in text
    with pytest.raises(DataError) as said:
        read_plan(write(text.replace(old, new, 1), data=""))
    assert all(word in str(said.value) for word in words), said.value
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", "folder"])
def test_a_file_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "x.toml"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.toml"):
        read_plan(path)


def test_a_study_is_named_after_what_is_searched_and_nothing_else(write):
    names = [run.name for run in read_plan(write()).runs]
    for old, new in (
        ("12", "30"),
        ("60", "5"),
        ('label = "TNLS 8"', 'label = "other"'),
        ("family", "title='x'\nfamily"),
    ):
        assert [run.name for run in read_plan(write(HEAD.replace(old, new))).runs] == names
    for old, new in (("0.02", "0.03"), ('"ring"', '"any"'), ("family", "max_rank = 3\nfamily"), ("= 2", "= [5, 6]")):
        assert not {run.name for run in read_plan(write(HEAD.replace(old, new))).runs} & set(names)
    others = {run.name for run in read_plan(write(HEAD.replace("samples = 8", "samples = 9"))).runs}
    assert len(others & set(names)) == 2  # those of the other engine
    assert not {run.name for run in read_plan(write(data=RING.replace("seed = 3", "seed = 4"))).runs} & set(names)


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


def test_quantiles_lie_on_straight_lines_up_to_where_nobody_got():
    assert Spread.of([4.0, 1.0, 2.0, 3.0, 5.0]) == Spread(1.4, 2.0, 3.0, 4.0, 4.6)
    values = sorted(np.random.default_rng(0).random(7))
    assert Spread.of(values).q90 == pytest.approx(np.quantile(values, 0.9))
    assert quantile([1.0, 3.0, math.inf, math.inf], 0.5) == math.inf
    assert quantile([1.0, 3.0, math.inf], 0.5) == 3
    assert quantile([math.inf], 0.1) == math.inf


def outcomes_of(plan):
    """Outcomes by hand: the first engine always reaches the target, the other with one of two seeds."""
    best = Outcome("", "ring", ((2, 0.5, 90), (4, 1.0, 60)), 0.01, 9, 20, 2.0, 50, "x")
    other = Outcome("", "ring", ((3, 0.25, 80),), 0.015, 5, 20, 1.0, 40, "x")
    missed = Outcome("", "ring", (), 0.5, 7, 20, 3.0, 0, "x")
    by_run = {("hill_climb", 0): best, ("hill_climb", 1): other, ("tnls", 0): missed, ("tnls", 1): best}
    return {run: by_run[run.entrant.name, run.seed] for run in plan.runs}


def test_what_it_comes_to(write):
    plan = read_plan(write())
    first, second = summarised(plan, outcomes_of(plan))
    assert (first.reached, first.success, first.failed, second.reached, second.success) == (2, 1.0, 0, 1, 0.5)
    assert first.parameters == Spread(62.0, 65.0, 70.0, 75.0, 78.0)
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


def test_results_are_written_for_other_programs(write):
    plan = read_plan(write())
    plan.output.mkdir()
    as_json, as_csv = write_results(plan, outcomes_of(plan), circumstances())
    record = json.loads(as_json.read_text())
    assert record["toml"] == plan.text
    assert record["seeds"] == [0, 1]
    assert {"python", "torch", "processor"} <= set(record["made_with"])
    assert record["runs"][0]["steps"] == [[2, 0.5, 90], [4, 1.0, 60]]
    assert record["rows"][1]["parameters_median"] is None
    with as_csv.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["parameters_median"] for row in rows] == ["70.0", ""]
    assert float(rows[0]["gap"]) == pytest.approx(0.4)
    assert not list(plan.output.glob(".*"))
