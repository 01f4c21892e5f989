"""The command as a whole: help, version, exit codes, and one sentence for bad input of every command."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tests.cli.command_line import refused, run
from tests.waiting import PATIENCE
from tnlab import cli
from tnlab.cli import lists
from tnlab.errors import TnlabError


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
        ("fit camera --structure /nowhere.json", "cannot be read"),
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


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (TnlabError("Two\n  lines."), 2, "tnlab: Two lines.\n"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
        (typer.Abort(), 130, "Stopped.\n"),
        (MemoryError(), 2, "tnlab: This machine has too little memory for that; take smaller ranks"),
        (RuntimeError("not enough memory: you tried"), 2, "tnlab: This machine has too little memory"),
    ],
)
def test_what_ends_a_command_gives_its_exit_code(error, code, said, monkeypatch, capsys):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(lists, "modes_text", fail)
    assert cli.main(["datasets"]) == code
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_control_c_during_a_fit_says_that_it_stopped(array):
    script = (
        "import signal, sys, tnlab.cli.fit_command as f; from tnlab.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell lets what runs behind it ignore Ctrl-C
        "going = f.fit_tensor\n"
        # it begins, and never ends by itself
        "f.fit_tensor = lambda *a, **k: print('fitting', flush=True) or going(*a, tolerance=0, **k)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    asked = ["fit", str(array), "--format", "tt", "--rank", "8", "--max-sweeps", "100000000"]
    words = [sys.executable, "-c", script, *asked]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "fitting\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, "", "Stopped.\n")


def test_a_fault_of_the_program_is_not_called_bad_input(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("a fault")

    monkeypatch.setattr(lists, "modes_text", fail)
    with pytest.raises(RuntimeError, match="a fault"):
        cli.main(["datasets"])


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
