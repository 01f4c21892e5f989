"""``tnlab search`` and ``tnlab engines``, as they are typed."""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tnlab.cli import main
from tnlab.cli.entry import MISSED
from tnlab.network.network import Network
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.studies.reader import StudyReader

TOY = str(Path(__file__).parents[2] / "benchmarks" / "data" / "tnale_ring_toy.npy")
ASKED = ["search", TOY, "--target-error", "1e-4", "--engine", "certificate", "--family", "ring"]


def test_json_has_what_a_script_needs(capsys):
    assert main([*ASKED, "--json"]) == 0
    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert record["parameters"] == record["lower_bound"] == 126
    assert record["relative_error"] < 1e-4
    assert record["proved"] is True
    assert record["gap"] == 0
    assert record["evaluations"] == 1
    assert {"proposed", "pruned", "seconds", "structure"} <= set(record)


def test_the_network_is_saved(tmp_path, capsys):
    path = tmp_path / "found.safetensors"
    assert main([*ASKED, "--save", str(path)]) == 0
    assert "none: proved" in capsys.readouterr().out
    assert Network.load(path).parameters == 126


def test_a_target_out_of_reach_is_said(capsys):
    assert main(["search", TOY, "--target-error", "0.001", "--engine", "random", "--max-evaluations", "2"]) == MISSED
    assert "the target was not reached" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", TOY, "--target-error", "2"], "between 0 and 1"),
        (["search", TOY, "--target-error", "0.1", "--engine", "tnal"], "Did you mean"),
        (["search", TOY, "--target-error", "0.1", "--engine", "tnls", "--family", "latent"], "searches the families"),
        (["search", TOY, "--target-error", "0.1", "--save", "/nowhere/x.safetensors"], "cannot be written"),
    ],
)
def test_bad_input_is_one_sentence(arguments, words, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_engines_are_listed_with_their_papers(capsys):
    assert main(["engines"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown and part.paper in shown for name, part in engines.items())


def test_an_engine_without_its_package_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["search", TOY, "--target-error", "0.5", "--engine", "tpe"]) == 2
    assert "pip install 'tnlab[search]'" in capsys.readouterr().err


def test_where_fits_run_and_where_progress_goes(tmp_path, capsys):
    """What is not understood is refused before a study is begun."""
    asked = [*ASKED, "--study", str(tmp_path / "a.study")]
    for wrong, words in (
        (["--executor", "nowhere"], "Unknown executor 'nowhere'"),
        (["--executor", "pool:none"], "pool"),
        (["--log", str(tmp_path)], "cannot be written"),
        (["--study", str(tmp_path / "none" / "a.study")], "no such folder"),
        (["--study", "nosuch://host/db#a"], "not the URL" if find_spec("sqlalchemy") else "pip install"),
    ):
        assert main([*asked, *wrong]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    log = tmp_path / "a.log"
    assert main([*asked, "--executor", "inline", "--ahead", "1", "--log", str(log)]) == 0
    reader = StudyReader(tmp_path / "a.study")
    assert reader.header["ahead"] == 1
    assert reader.openings[-1]["executor"] == "inline"
    lines = log.read_text().splitlines()
    assert len(lines) == len(reader.evaluations) + 1
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .*", line) for line in lines)
    assert "best: 126 parameters at error" in lines[-2]
    assert "Proved for rings" in lines[-1]
