"""``tnlab bound``: one JSON object, a few lines for people, one sentence for bad input."""

import json

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tnlab import cli, error_bound, parameter_bound
from tnlab.bounds.families import FAMILIES
from tnlab.cli.app import app
from tnlab.data import datasets
from tnlab.data.planted_tensors import planted
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.solvers.fit import fit

OF_STRUCTURE = {"error_bound", "binding_cut", "cut_rank", "upper_bound", "cuts", "all_cuts", "seconds"}
OF_TARGET = {
    "parameters",
    "incumbent",
    "gap",
    "proved",
    "structure",
    "family",
    "max_rank",
    "latent_cores",
    "scope",
    "seconds",
}
RING = formats["tr"].build((3, 3, 3, 3), 2)


@pytest.fixture
def array(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, planted(RING, noise=1e-3, seed=1).numpy())
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["bound", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(capsys, *arguments: object) -> str:
    assert cli.main(["bound", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tnlab: ")
    assert err.count("\n") == 1
    return err


def test_a_train_is_bracketed():
    record = json.loads(run("camera", "--format", "tt", "--rank", 4, "--json"))
    assert record.keys() == OF_STRUCTURE
    source = datasets["camera"].source()
    train = formats["tt"].build(source.modes, 4)
    assert record["error_bound"] == error_bound(source.tensor, train).error_bound
    best = fit(source.tensor, train, max_sweeps=20).relative_error
    assert 0 < record["error_bound"] <= best <= record["upper_bound"]
    assert record["cut_rank"] == 4
    assert record["cuts"] == record["all_cuts"] == 7
    assert set(record["binding_cut"]) < {0, 1, 2, 3}


def test_a_structure_file_brings_its_modes(array, tmp_path):
    path = tmp_path / "ring.json"
    path.write_text(structure_json.dumps(RING))
    record = json.loads(run(array, "--structure", path, "--json"))
    assert record["upper_bound"] is None
    assert record["error_bound"] <= 1e-3


def test_for_people(array):
    text = run(array, "--format", "tt", "--rank", 1)
    assert "no fit of this structure is below" in text
    assert "binding cut        modes" in text
    assert "the best reaches" in text
    assert "7 of 7" in text
    assert "says nothing" in run(array, "--format", "fctn", "--rank", 3)


def test_out_of_time_the_bound_is_still_one(array):
    full = json.loads(run(array, "--format", "tt", "--rank", 1, "--json"))
    short = json.loads(run(array, "--format", "tt", "--rank", 1, "--max-seconds", 1e-9, "--json"))
    assert short["error_bound"] <= full["error_bound"]


def test_many_modes_consult_the_cuts_of_the_network(monkeypatch):
    monkeypatch.setattr("tnlab.bounds.cut_choice.MAX_ORDER", 3)
    record = json.loads(run("camera", "--shape", "4^8", "--format", "tt", "--rank", 2, "--json"))
    assert record["error_bound"] > 0
    assert record["cuts"] < record["all_cuts"] == 127


@pytest.mark.parametrize("family", ["ring", "tree", "degree3", "any"])
def test_target_error(array, family):
    record = json.loads(run(array, "--target-error", 0.01, "--family", family, "--json"))
    assert record.keys() == OF_TARGET
    assert record["family"] == family
    assert record["proved"]
    assert record["gap"] == 0
    structure = structure_json.from_dict(record["structure"])
    assert record["parameters"] == record["incumbent"] == structure.parameters
    tensor = torch.from_numpy(np.load(array))
    assert record["parameters"] == parameter_bound(tensor, 0.01, family=family).parameters
    if family == "ring":
        assert record["parameters"] == RING.parameters


def test_target_error_for_people(array):
    text = run(array, "--target-error", 0.01, "--max-rank", 3)
    assert "at least           48 parameters" in text
    assert "satisfy every cut (ranks A-B 2" in text
    assert "ranks up to 3" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("camera", "Say what to bound"),
        ("camera --format tt", "needs a rank"),
        ("camera --format tt --rank 2 --target-error 0.1", "not both"),
        ("camera --format tt --rank 2 --family ring", "go with --target-error"),
        ("camera --format tt --rank 2 --max-seconds 0", "--max-seconds must be above 0"),
        ("camera --format tt --rank 2 --max-seconds nan", "--max-seconds must be above 0"),
        ("camera --target-error 0", "between 0 and 1"),
        ("camera --target-error nan", "between 0 and 1"),
        ("camera --target-error 0.1 --family rng", "Did you mean 'ring'"),
        ("camera --target-error 0.1 --family tree --max-rank 2", "needs a cut rank of"),
        ("camera --target-error 0.1 --max-rank 0", "--max-rank"),
        ("camra --format tt --rank 2", "Did you mean 'camera'"),
        ("camera --structure /nowhere.json", "There is no file"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence, capsys):
    assert sentence in refused(capsys, *arguments.split())


def test_the_help_names_every_family():
    shown = CliRunner().invoke(app, ["bound", "--help"], terminal_width=200).output
    assert all(family in shown for family in FAMILIES)
