"""A search that is run to its end, stopped by a signal, and gone on with."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command_line import ASKED, record, recorded, refused, started
from tests.waiting import PATIENCE
from tnlab.cli import following, main
from tnlab.cli.entry import BAD_INPUT, MISSED
from tnlab.cli.following import resume_command
from tnlab.errors import DataError, ExecutorError
from tnlab.network.network import Network
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import AHEAD
from tnlab.structure_search.studies.reader import StudyReader


def same(first: dict, second: dict) -> bool:
    return first | {"seconds": 0} == second | {"seconds": 0}


posix = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")


@posix
def test_control_c_leaves_a_study_that_is_watched_and_gone_on_with(place, capsys):
    """A real search, watched by a second process; a third is refused; after Ctrl-C, resume ends as if uninterrupted."""
    whole = record(capsys, "search", "x.npy", *ASKED, "--max-evaluations", "25", "--max-seconds", "900")
    asked = [*ASKED, "--max-evaluations", "25", "--max-seconds", "900", "--study", "my study", "--log", "a.log"]
    with started("search", "x.npy", *asked) as search:
        recorded("my study", 1)
        os.kill(search.pid, signal.SIGSTOP)  # not done before the others have begun
        with started("watch", "my study") as watch:
            assert watch.stdout is not None
            assert "fitted: " in watch.stdout.readline()  # it has begun
            assert f"being written by process {search.pid} on " in refused(capsys, "resume", "my study")
            assert f"being written by process {search.pid} on " in refused(capsys, "search", "x.npy", *asked)
            assert f"being written by process {search.pid} on " in refused(capsys, "study", "delete", "my study")
            seen = record(capsys, "watch", "my study")
            assert (seen["state"], seen["engine"]) == ("being written", "tnls")
            os.kill(search.pid, signal.SIGCONT)
            recorded("my study", seen["evaluations"] + 2)
            search.send_signal(signal.SIGINT)
            out, error = search.communicate(timeout=PATIENCE)
            assert search.returncode == 130
            assert "Stopping after this sweep" in error
            assert "Go on with: tnlab resume 'my study'" in error
            assert "Stopped on request" in out
            watched, _ = watch.communicate(timeout=PATIENCE)
            assert watch.returncode == 0
            assert "to go on           tnlab resume 'my study'" in watched
            assert "Stopped on request" in watched
    assert len(StudyReader("my study").evaluations) < whole["proposed"]
    command = shlex.split(error[error.index("tnlab resume") :].splitlines()[0])
    assert same(record(capsys, *command[1:], "--log", "a.log"), whole)
    numbers = [int(line.split()[1]) for line in Path("a.log").read_text().splitlines() if line.split()[1].isdigit()]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == whole["proposed"]
    assert len(numbers) > whole["proposed"] - AHEAD  # those that were recorded, but not told yet, when it was stopped


@posix
def test_the_second_control_c_ends_at_once(place):
    """Even where nothing listens; and what was there by then is kept."""
    script = (
        "import time, tnlab.cli.following as f; f.Search.stop = lambda run: None\n"
        # until the second signal comes
        "f.ProgressBar.show = lambda bar, progress: time.sleep(600) if progress.counts.fitted == 2 else None\n"
        "import sys; from tnlab.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    asked = ["search", "x.npy", *ASKED, "--study", "a.study"]
    with subprocess.Popen([sys.executable, "-c", script, *asked], stderr=subprocess.PIPE, text=True) as search:
        recorded("a.study", 2)
        search.send_signal(signal.SIGTERM)
        assert search.stderr is not None
        while "Once more" not in search.stderr.readline():
            pass
        search.send_signal(signal.SIGINT)
        assert search.wait(timeout=PATIENCE) == 130
    assert len(StudyReader("a.study").evaluations) >= 2
    assert not StudyReader("a.study").busy


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_keeps_the_best_and_is_told_by_the_exit_code(number, place, capsys, monkeypatch):
    going = Search.__iter__

    def signalled(run):
        for place, progress in enumerate(going(run)):
            yield progress
            if place == 2:
                signal.raise_signal(number)

    monkeypatch.setattr(Search, "__iter__", signalled)
    assert main(["search", "x.npy", *ASKED, "--save", "best"]) == 128 + number
    out, err = capsys.readouterr()
    assert "relative error" in out
    assert "With --study FILE a stopped search can be continued later." in err
    assert Network.load("best").structure.order == 5


@posix
def test_a_terminal_that_goes_takes_nothing_of_a_search_along(place, capsys, monkeypatch):
    going = Search.__iter__
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")  # drawn for a terminal also when it has gone
    near, far = os.openpty()

    def dropped(run):
        for place, progress in enumerate(going(run)):
            yield progress
            if place == 1:
                os.close(near)

    monkeypatch.setattr(Search, "__iter__", dropped)
    with os.fdopen(far, "w", closefd=False) as terminal:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stderr", terminal)
            assert main(["search", "x.npy", *ASKED, "--max-evaluations", "4", "--save", "best"]) == MISSED
        os.dup2(os.open(os.devnull, os.O_WRONLY), far)
    os.close(far)
    assert "relative error" in capsys.readouterr().out
    assert Network.load(place / "best").structure.order == 5


@posix
def test_a_search_that_is_stopped_before_its_first_fit_says_so(place, capsys, monkeypatch):
    def signalled(run):
        signal.raise_signal(signal.SIGINT)
        yield from ()

    monkeypatch.setattr(Search, "__iter__", signalled)
    assert main(["search", "x.npy", *ASKED, "--study", "a.study", "--save", "best"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert "Stopped. Go on with: tnlab resume a.study" in err
    assert not Path("best").exists()


def test_the_command_that_goes_on_can_be_pasted(tmp_path):
    assert shlex.split(resume_command(tmp_path / "my study")) == ["tnlab", "resume", str(tmp_path / "my study")]


def test_a_log_that_cannot_be_written_is_a_sentence(place, capsys):
    assert "cannot be written" in refused(capsys, "search", "x.npy", *ASKED, "--log", ".")


@posix
def test_a_log_that_is_no_file_is_refused(place, capsys):
    os.mkfifo("pipe")
    for name in ("pipe", "/dev/full"):
        assert "it is a device or a pipe" in refused(capsys, "search", "x.npy", *ASKED, "--log", name)


@posix
def test_a_log_on_a_full_disk_is_said_once_and_the_search_ends_well(place, capsys, monkeypatch):
    kept = os.fdopen(os.open("/dev/full", os.O_WRONLY), "a")
    monkeypatch.setattr(following.LogFile, "_open", lambda handler: kept)
    assert main(["search", "x.npy", *ASKED, "--max-evaluations", "4", "--log", "a.log"]) == MISSED
    out, err = capsys.readouterr()
    assert "relative error" in out
    assert err.count("a.log' cannot be written any more: No space left on device.") == 1
    assert err.count("\n") == 1
    assert kept.closed


@pytest.mark.parametrize("kind", [DataError, ExecutorError])
@pytest.mark.parametrize("fitted", [0, 3])
def test_a_study_or_an_executor_that_fails_loses_nothing_that_was_fitted(kind, fitted, place, capsys, monkeypatch):
    going = Search.__iter__

    def failing(run):
        if fitted:
            for progress in going(run):
                yield progress
                if progress.counts.fitted == fitted:
                    break
        raise kind("The disk is full.")

    monkeypatch.setattr(Search, "__iter__", failing)
    assert main(["search", "x.npy", *ASKED, "--save", "best"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert "tnlab: The disk is full." in err
    assert ("relative error" in out, Path("best").exists()) == (fitted > 0, fitted > 0)
