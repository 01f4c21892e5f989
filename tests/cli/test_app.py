"""The command as a whole: help, version, exit codes, and one sentence for bad input of every command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command_line import refused, run
from tnlab import cli


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("fit camra --format tt --rank 2", "Did you mean 'camera'"),
        ("fit nowhere/x.npy --format tt --rank 2", "There is no file 'nowhere/x.npy'"),
        ("fit camera", "either --format NAME with --rank R, or --structure"),
        ("fit camera --format tt", "needs a rank"),
        ("fit camera --format tx --rank 2", "Unknown format 'tx'"),
        ("fit camera --format tt --rank two", "--rank takes a whole number"),
        ("fit camera --format tt --rank 0", "whole numbers above 0"),
        ("fit camera --format tt --rank 2,2", "needs 3 ranks"),
        ("fit camera --format tt --rank 2 --shape 5x5", "need 25 entries"),
        ("fit camera --format tt --rank 2 --shape abc", "Mode sizes are written as"),
        ("fit camera --format tt --rank 2 --order up", "--order must be plain or quantised"),
        ("fit camera --format tt --rank 2 --max-sweeps 0", "--max-sweeps"),
        ("fit camera --format tt --rank 2 --seed x", "--seed"),
        ("fit camera --format tt --rank 2 --save /nowhere/at/all", "cannot be written"),
        ("fit camera --structure /nowhere.json", "There is no file"),
        ("fit camera --structure a.json --format tt --rank 2", "either"),
        ("fit", "INPUT"),
        ("fit camera --bogus", "--bogus"),
        ("bogus", "bogus"),
        ("dashboard --port 99999", "--port"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence, capsys):
    assert sentence in refused(capsys, *arguments.split())


def test_without_a_subcommand_there_is_help_and_with_version_a_version():
    assert "dashboard" in run()
    assert run("--version").startswith("tnlab ")


def test_the_command_as_a_process(array, tmp_path):
    command = [sys.executable, "-m", "tnlab", "fit"]
    options = ["--format", "tt", "--rank", "2", "--json"]
    root = Path(cli.__file__).parents[2]
    env = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}

    def start(name: str) -> "subprocess.CompletedProcess[str]":
        words = [*command, name, *options]
        return subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    done = start(str(array))
    assert json.loads(done.stdout)["relative_error"] < 1
    assert (done.returncode, done.stderr) == (0, "")
    wrong = start("nothing.npy")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "tnlab: There is no file 'nothing.npy'.\n"
