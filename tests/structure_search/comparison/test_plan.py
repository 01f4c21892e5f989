"""A comparison plan is read from a TOML file, and what is wrong in it is refused in one sentence."""

import numpy as np
import pytest

from tests.structure_search.comparison.small_comparison import HEAD, RING
from tnlab.errors import DataError
from tnlab.structure_search.comparison.plan import read_plan


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
        ("hill_climb", "hill_climb", ()),
        ("TNLS 8", "tnls", (("samples", 8),)),
    ]
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
        ('planted = "tensor_ring"', 'planted = "none.json"', ["datasets[1]: planted:", "There is no file"]),
        ("noise = 0.02", "nosie = 0.02", ["datasets[1]: Unknown key 'nosie'", "Did you mean 'noise'?"]),
        ("noise = 0.02", "noise = -1", ["datasets[1]: noise must be a number of at least 0"]),
        ('shape = "3^4"', 'shape = "3**4"', ["datasets[1]: shape cannot be read"]),
        ("ranks = [2, 1, 3, 2]", "ranks = [2, 1]", ["datasets[1]: planted:", "rank"]),
        ("[[datasets]]", "[[datasets]", ["small.toml is not TOML", "line"]),
    ],
)
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
