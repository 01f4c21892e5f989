"""``tnlab export``: what it prints runs, and what it refuses it says."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tnlab import cli
from tnlab.cli.app import app
from tnlab.cli.export_command import PYTHON
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.network import Network

RING = formats["tr"].build((4, 3, 2, 4), 2)


@pytest.fixture
def saved(tmp_path, generator):
    network = Network.random(RING, generator=generator)
    network.save(tmp_path / "ring.safetensors")
    return tmp_path / "ring.safetensors", network


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("kind", list(PYTHON))
def test_python_source_runs_in_a_fresh_interpreter(saved, tmp_path, kind):
    path, network = saved
    if kind in ("python-quimb", "python-tensorly"):
        pytest.importorskip(kind.removeprefix("python-"))
    script, result = tmp_path / "script.py", tmp_path / "tensor.npy"
    assert run(path, "--to", kind, "--output", script) == ""
    text = script.read_text() + f"\nimport numpy\nnumpy.save({str(result)!r}, numpy.asarray(tensor))\n"
    assert "tnlab" not in text.replace(str(tmp_path), "")
    subprocess.run([sys.executable, "-c", text], check=True, cwd=tmp_path, timeout=100)
    assert torch.allclose(torch.from_numpy(np.load(result)), network.to_tensor())


def test_drawings_and_texts(saved, tmp_path):
    path, _ = saved
    assert run(path, "--to", "svg").startswith("<svg")
    assert "tikzpicture" in run(path, "--to", "tikz")
    assert run(path, "--to", "einsum").strip() == RING.einsum
    assert structure_json.from_dict(json.loads(run(path, "--to", "json"))) == RING
    (tmp_path / "ring.json").write_text(structure_json.dumps(RING))
    assert "rng.standard_normal" in run(tmp_path / "ring.json", "--to", "python-einsum")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.safetensors",), "There is no file|cannot be read"),
        (("missing.json",), "There is no file"),
        (("ring.safetensors", "--to", "python-quim"), "Did you mean 'python-quimb'"),
        (("ring.safetensors", "--output", "no/such/folder/x.py"), "cannot be written"),
    ],
)
def test_refusals_are_one_sentence(saved, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tnlab: ")
    assert err.count("\n") == 1
    assert __import__("re").search(message, err)
