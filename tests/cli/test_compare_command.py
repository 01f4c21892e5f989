"""``tnlab compare``, as it is typed: results, bad input, Ctrl-C, and what is left after a kill."""

import csv
import json
import os
import signal
import subprocess
import sys
from functools import partial

import pytest

from tests.waiting import PATIENCE, wait_for
from tnlab.cli import main
from tnlab.cli.entry import MISSED
from tnlab.structure_search.comparison import runs
from tnlab.structure_search.run import Search

TOML = """
engines = ["certificate", "tnls"]
target_errors = [0.02]
family = "ring"
seeds = 2
max_evaluations = 10
max_seconds = 60
datasets = [{planted = "tensor_ring", shape = "3^4", ranks = [2, 1, 3, 2], noise = 0.02, seed = 3, label = "small"}]
"""
LONG = """
engines = ["random"]
target_errors = 0.05
seeds = 16
max_seconds = 3
datasets = ["planted_ring"]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rings.toml"
    path.write_text(TOML)
    return path


def test_everything_is_written_and_read_back(file, capsys):
    assert main(["compare", str(file)]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 4
    assert "[4/4] tnls on small, error 0.02, seed 1: " in shown.err
    assert "small, error 0.02\n" in shown.out
    assert shown.out.count(" (proved for ") == 2, "each engine names its own family"
    assert "certificate  reached 2 of 2, median" in shown.out
    folder = file.parent / "rings"
    record = json.loads((folder / "results.json").read_text())
    assert record["toml"] == TOML
    assert [row["engine"] for row in record["rows"]] == ["certificate", "tnls"]
    with (folder / "results.csv").open(newline="") as table:
        assert len(list(csv.DictReader(table))) == 2
    assert "</html>" in (folder / "report.html").read_text()
    assert len(list((folder / "runs").glob("*.study"))) == 4
    assert main(["compare", str(file), "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("(read back)") == 4
    paths = json.loads(shown.out)
    assert set(paths) == {"results.json", "results.csv", "report.html"}
    assert json.loads((folder / "results.json").read_text())["rows"] == record["rows"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tnls", "tnl", "rings.toml, engines[2]: name: Unknown engine 'tnl'. Did you mean 'tnls'?"),
        ("seeds", "seed", "rings.toml: Unknown key 'seed'. Did you mean 'seeds'?"),
        ("datasets = [{", "datasets = [{{", "rings.toml is not TOML"),
    ],
)
def test_bad_input_is_one_sentence(file, old, new, words, capsys):
    file.write_text(TOML.replace(old, new))
    assert main(["compare", str(file)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (file.parent / "rings").exists()


def test_an_output_that_cannot_be_made(file, capsys):
    (file.parent / "rings").write_text("in the way")
    assert main(["compare", str(file)]) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_engines_that_fail_are_reported(file, capsys):
    file.write_text(TOML.replace('"ring"', '"tree"'))
    assert main(["compare", str(file)]) == MISSED
    shown = capsys.readouterr()
    assert "tnls         failed: The engine 'tnls' searches the families ring, any, but not 'tree'" in shown.out
    assert "2 runs could not be made" in (file.parent / "rings" / "report.html").read_text()


def test_ctrl_c_says_how_to_go_on(file, monkeypatch, capsys):
    class Interrupted(Search):
        def __iter__(self):
            if self.seed == 1:
                raise KeyboardInterrupt
            return super().__iter__()

    monkeypatch.setattr(runs, "Search", Interrupted)
    assert main(["compare", str(file)]) == 130
    said = capsys.readouterr().err
    assert "2 of 4 runs are done" in said
    assert f"tnlab compare {file} goes on from there." in said
    monkeypatch.setattr(runs, "Search", Search)
    assert main(["compare", str(file)]) == 0
    assert capsys.readouterr().err.count("(read back)") == 2


def started(file, runs=16):
    """Start the command with two processes, and wait until its first run has ended."""
    command = [sys.executable, "-m", "tnlab", "compare", str(file), "--jobs", "2"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell lets what it runs behind it ignore Ctrl-C
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heard)  # noqa: PLW1509
    assert process.stderr.readline().startswith(f"[1/{runs}]")
    return process


def children(process):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout
    return {int(word) for word in listed.split()}


def until_none_is_left(pids):
    """Wait until all these processes have ended; one that its parent has not waited for counts as ended."""

    def left():
        listed = subprocess.run(["ps", "-o", "stat=", *map(str, pids)], capture_output=True, text=True).stdout
        return [state for state in listed.split() if not state.startswith("Z")]

    wait_for(lambda: not left(), "until no process is left")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_the_command_and_nothing_is_lost(file, how, capsys):
    file.write_text(LONG)
    process = started(file)
    pids = children(process)
    assert len(pids) >= 2
    os.killpg(process.pid, how) if how == signal.SIGINT else process.kill()
    said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert ("goes on from there" in said) == (how == signal.SIGINT)
    until_none_is_left(pids)
    kept = list((file.parent / "rings" / "runs").glob("*.json"))
    assert 1 <= len(kept) < 16
    file.write_text(LONG.replace("seeds = 16", "seeds = 1"))
    assert main(["compare", str(file)]) == 0
    assert "planted_ring" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_is_lost_is_replaced(file):
    """The run goes on from its study, and the others as if nothing had been."""
    file.write_text(LONG.replace("seeds = 16", "seeds = 4"))
    process = started(file, runs=4)
    lost, *_ = first = children(process)
    os.kill(lost, signal.SIGKILL)
    pids = wait_for(lambda: children(process) - first) | first
    said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0
    assert "failed" not in said
    assert "[4/4]" in said.splitlines()[-1]
    until_none_is_left(pids)
