"""The command as a process: exit codes, signals at any moment, an output that cannot be written."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import typer

from tests.cli import forked
from tests.cli.command_line import ASKED, X
from tnlab import cli
from tnlab.cli import entry, lists
from tnlab.cli.app import SUBCOMMANDS
from tnlab.cli.progress_line import ProgressLine
from tnlab.errors import DataError, TnlabError
from tnlab.network.network import Network

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
FIT = "fit x.npy --format tr --rank 3 --max-sweeps 20 --save net"
SEARCH = f"search x.npy {' '.join(ASKED)} --max-evaluations 3"
WORDS = {  # a run of every subcommand
    "lab": "lab --no-browser",
    "dashboard": "dashboard --no-browser",
    "datasets": "datasets",
    "formats": "formats",
    "solvers": "solvers",
    "fit": FIT,
    "bound": "bound x.npy --format tr --rank 2",
    "engines": "engines",
    "search": SEARCH,
    "resume": "resume a.study --max-evaluations 4",
    "watch": "watch a.study",
    "studies": "studies",
    "study": "study show a.study",
    "compare": "compare plan.toml",
    "export": "export train.json",
}
PLAN = """
engines = ["random"]
target_errors = 0.0001
family = "ring"
max_evaluations = 3
[[datasets]]
planted = "tensor_ring"
shape = "3^4"
ranks = [2, 1, 3, 2]
"""


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str
    sent: bool


class Server:
    """The process that forks the commands."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self.process, self.folder = process, folder

    def run(self, words: str, number: int = 0, *, at: str = "", count: int = 1, stdout: str = "out") -> Ended:
        """Run a command, with a signal at a moment, or with a standard output of some kind."""
        for name in ("out", "err", "sent"):
            (self.folder / name).unlink(missing_ok=True)
        case = {"words": words.split(), "signal": int(number), "at": at, "count": count, "stdout": stdout}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(case | {"folder": str(self.folder)}), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline())
        out = self.folder / "out"
        return Ended(
            code,
            out=out.read_text() if out.exists() else "",
            err=(self.folder / "err").read_text(),
            sent=(self.folder / "sent").exists(),
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """A server of commands, in a folder with an array, a structure, a study and a plan."""
    folder = tmp_path_factory.mktemp("commands")
    np.save(folder / "x.npy", X.numpy())
    (folder / "plan.toml").write_text(PLAN)
    with subprocess.Popen(
        [sys.executable, forked.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        served = Server(process, folder)
        assert served.run(f"{SEARCH} --study a.study").code == entry.MISSED
        (folder / "train.json").write_text(
            '{"version": 1, "modes": [2, 3], "cores": [{"legs": [0]}, {"legs": [1]}], '
            '"bonds": [{"cores": [0, 1], "rank": 2}]}'
        )
        yield served


def test_every_subcommand_has_a_run():
    assert WORDS.keys() == SUBCOMMANDS.keys()


def moments():
    """Yield every subcommand with its moments and signals; all but one moment of each are slow."""
    for row, name in enumerate(WORDS):
        counts = (100, 900) if name in ("lab", "dashboard") else (100, 900, 3000, 20_000)
        for place, count in enumerate(counts):
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[place % 3] if sys.platform != "win32" else 0
            yield pytest.param(name, count, number, marks=() if place == row % len(counts) else pytest.mark.slow)


@posix
@pytest.mark.parametrize(("name", "moment", "number"), list(moments()))
def test_a_signal_at_any_moment_gives_a_sentence_and_its_exit_code(name, moment, number, server):
    ended = server.run(WORDS[name], number, count=moment)
    assert "Traceback" not in ended.err
    if ended.sent:
        assert (ended.code, "Stop" in ended.err) == (128 + number, True)
    else:
        assert ended.code in (0, entry.MISSED)


@posix
@pytest.mark.parametrize(("at", "count"), [("ProgressLine.show", 3), ("write_file", 1), ("table", 1)])
def test_a_fit_that_is_stopped_is_printed_and_saved(at, count, server):
    (server.folder / "net").unlink(missing_ok=True)
    ended = server.run(FIT, signal.SIGINT, at=at, count=count)
    assert ended.code == 130
    assert "relative error" in ended.out
    assert Network.load(server.folder / "net").structure.order == 5
    if at == "ProgressLine.show":
        assert "Stopped on request" in ended.out
        assert "Stopped; this is the best fit by then. It is saved as net." in ended.err


@posix
def test_a_fit_that_is_stopped_before_its_start_keeps_the_old_file(server):
    (server.folder / "net").write_text("old")
    ended = server.run(FIT, signal.SIGTERM, at="Loop.__init__")
    assert (ended.code, ended.out) == (143, "")
    assert "Stopped before there was a fit to keep." in ended.err
    assert (server.folder / "net").read_text() == "old"


@posix
def test_a_stopped_fit_that_cannot_be_saved_is_not_said_to_be_saved(array, tmp_path, capsys, monkeypatch):
    def fail(*_: object) -> None:
        raise DataError("The disk is full.")

    monkeypatch.setattr(ProgressLine, "show", lambda *_: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr(Network, "save", fail)
    words = ["fit", str(array), "--format", "tt", "--rank", "2", "--save", str(tmp_path / "net")]
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert "Stopped on request" in out
    assert "The disk is full." in err
    assert "saved as" not in err


@posix
@pytest.mark.parametrize("at", ["ProgressLine.show", "table"])
def test_a_stopped_fit_that_cannot_be_printed_says_why(at, server):
    ended = server.run(FIT, signal.SIGINT, at=at, stdout="/dev/full")
    assert (ended.code, ended.err.count("No space left on device")) == (130, 1)


@posix
def test_what_ends_at_once_leaves_no_unfinished_file(server):
    (server.folder / "train.py").write_text("old")
    ended = server.run("export train.json --output train.py", signal.SIGTERM, at="_resemble")
    assert (ended.code, ended.sent) == (143, True)
    assert (server.folder / "train.py").read_text() == "old"
    assert not list(server.folder.glob(".*.part"))


@posix
@pytest.mark.parametrize(
    ("number", "at", "told"),
    [
        (signal.SIGINT, "_line", "Stopped: 1 of 1 runs are done and kept"),
        (signal.SIGTERM, "Search.__iter__", "Stopped: 0 of 1 runs are done and kept"),
    ],
)
def test_a_comparison_that_is_stopped_says_how_to_go_on(number, at, told, server):
    name = f"{number.name}.toml"
    (server.folder / name).write_text(PLAN)
    ended = server.run(f"compare {name}", number, at=at)
    assert ended.code == 128 + number
    assert told in ended.err
    assert "goes on from there" in ended.err


def test_the_exit_code_says_whether_the_target_was_reached(server):
    fit = "fit x.npy --format tr --rank 2 --max-sweeps 2 --target-error"
    assert [server.run(f"{fit} {error}").code for error in (0.9, 0.001)] == [0, entry.MISSED]
    search = "search x.npy --max-evaluations 2 --target-error"
    assert [server.run(f"{search} {error}").code for error in (0.9, 0.0001)] == [0, entry.MISSED]
    part = f"{fit} 0.001 --observed 0.9"
    assert server.run(part).code == entry.MISSED


@posix
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("datasets", "fit", "watch", "export") else pytest.mark.slow)
        for name in WORDS
        if name not in ("lab", "dashboard")
    ],
)
def test_an_output_that_cannot_be_written_is_no_traceback(name, server):
    full = server.run(WORDS[name], stdout="/dev/full")
    assert (full.code, "No space left on device" in full.err, "Traceback" in full.err) == (2, True, False)


@posix
@pytest.mark.parametrize(("stdout", "code"), [("pipe", entry.NO_READER), ("closed", 0)])
@pytest.mark.parametrize("name", ["datasets", "study", "--help", "bound"])
def test_an_output_that_is_not_read_is_no_traceback(name, stdout, code, server):
    ended = server.run(WORDS.get(name, name), stdout=stdout)
    assert (ended.code, "Traceback" in ended.err) == (code, False)


def test_the_exit_codes_are_told_by_the_help(server):
    told = " ".join(server.run("--help").out.split())
    for code in ("0 done", "2 wrong usage", "3 done, but a target error was not reached", "130 stopped", "143 by"):
        assert code in told


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


def test_a_fault_of_the_program_is_not_called_bad_input(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("a fault")

    monkeypatch.setattr(lists, "modes_text", fail)
    with pytest.raises(RuntimeError, match="a fault"):
        cli.main(["datasets"])
