"""``tnlab fit``: one JSON object, a table for people, a saved network."""

import json

import numpy as np
import pytest
import torch

from tests.cli.command_line import run
from tnlab.data import datasets
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.solvers.fit import fit

FIELDS = {"relative_error", "parameters", "compression_ratio", "sweeps", "seconds", "status", "structure"}


def test_fit_prints_one_json_object():
    record = json.loads(run("fit", "camera", "--format", "tt", "--rank", 2, "--max-sweeps", 5, "--json"))
    assert record.keys() == FIELDS
    structure = structure_json.from_dict(record["structure"])
    assert structure.modes == (16,) * 4
    assert record["parameters"] == structure.parameters
    assert record["compression_ratio"] == pytest.approx(65536 / structure.parameters)
    source = datasets["camera"].source()
    same = fit(source.tensor, structure, max_sweeps=5)
    assert record["relative_error"] == pytest.approx(same.relative_error)
    assert record["sweeps"] == same.sweeps
    assert record["status"] == same.status.name.lower()


def test_fit_prints_a_table_for_people(array):
    table = run("fit", array, "--format", "tt", "--rank", 2, "--shape", "4^4", "--order", "quantised")
    assert "x.npy as 4x4x4x4, quantised" in table
    assert "relative error" in table


def test_save_writes_a_network_that_reopens(array, tmp_path):
    path = tmp_path / "net.safetensors"
    arguments = (
        "--format",
        "tt",
        "--rank",
        "3,2,3",
        "--shape",
        "4x4x4x4",
        "--restarts",
        2,
        "--seed",
        7,
        "--save",
        path,
    )
    record = json.loads(run("fit", array, *arguments, "--json"))
    network = Network.load(path)
    tensor = torch.from_numpy(np.load(array).reshape(4, 4, 4, 4))
    error = torch.linalg.vector_norm(tensor - network.to_tensor()) / torch.linalg.vector_norm(tensor)
    assert float(error) == pytest.approx(record["relative_error"])


def test_same_seed_same_numbers(array):
    arguments = ("fit", array, "--shape", "4^4", "--format", "tr", "--rank", 2, "--seed", 3, "--json")
    first, second = json.loads(run(*arguments)), json.loads(run(*arguments))
    assert first["relative_error"] == second["relative_error"]
