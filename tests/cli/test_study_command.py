"""Studies on the command line: begun, left, gone on with, watched by another process, listed, moved and deleted."""

import io
import json
import os
import shlex
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.waiting import PATIENCE, wait_for
from tnlab.cli import main
from tnlab.cli.progress_bar import ProgressBar, span
from tnlab.data import planted
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.driver import AHEAD
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader
from tnlab.structure_search.studies.study import study_log

X = planted(ring((4,) * 5, (0, 2, 4, 1, 3), (2, 3, 2, 3, 3)), noise=0.05, seed=1)
ASKED = ["--target-error", "0.0001", "--engine", "tnls", "--family", "ring", "--max-rank", "4"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with data, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TNLAB_STUDIES", str(tmp_path / "elsewhere"))
    np.save("x.npy", X.numpy())
    return tmp_path


def said(capsys, *arguments: str) -> str:
    assert main([*arguments]) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments: str) -> str:
    assert main([*arguments]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    return text


def record(capsys, *arguments: str) -> dict:
    return json.loads(said(capsys, *arguments, "--json").splitlines()[-1])


def same(first: dict, second: dict) -> bool:
    return first | {"seconds": 0} == second | {"seconds": 0}


def kept(name: str = "a.study", evaluations: int = 4) -> None:
    assert main(["search", "x.npy", *ASKED, "--max-evaluations", str(evaluations), "--study", name]) == 0


def started(*arguments: str, **ways) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tnlab", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **ways
    )


def recorded(path: str, evaluations: int) -> None:
    """Wait until a study has so many evaluations."""
    wait_for(lambda: len(StudyReader(path).evaluations) >= evaluations)


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
            assert search.returncode == 0
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
        "old = f.ProgressBar.show\n"
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


def test_without_a_study_it_says_how_to_keep_one(place, capsys, monkeypatch):
    going = Search.__iter__

    def interrupted(run):
        yield from islice(going(run), 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(Search, "__iter__", interrupted)
    assert main(["search", "x.npy", *ASKED]) == 0
    assert "With --study FILE a search can be gone on with later." in capsys.readouterr().err
    monkeypatch.setattr(Search, "__iter__", lambda run: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["search", "x.npy", *ASKED, "--study", "a.study"]) == 130
    assert "Stopped. Go on with: tnlab resume a.study" in capsys.readouterr().err


def test_resume_takes_everything_from_the_study(place, capsys, monkeypatch):
    """From another folder, with the budget it had or a larger one; and says why it cannot."""
    kept(evaluations=4)
    capsys.readouterr()
    (place / "below").mkdir()
    monkeypatch.chdir(place / "below")
    assert record(capsys, "resume", "../a.study")["evaluations"] == 4
    assert "tnlab resume ../a.study --max-evaluations MORE" in said(capsys, "study", "show", "../a.study")
    assert record(capsys, "resume", "../a.study", "--max-evaluations", "6", "--save", "n")["evaluations"] == 6
    assert record(capsys, "resume", "../a.study", "--executor", "inline")["evaluations"] == 6
    assert Path("n").is_file()
    assert "Unknown executor" in refused(capsys, "resume", "../a.study", "--executor", "nowhere")
    assert "There is no study at 'b.study'" in refused(capsys, "resume", "b.study")
    assert "is not a study" in refused(capsys, "resume", "../x.npy")
    np.save(place / "x.npy", X.numpy() + 1)
    assert "has changed since" in refused(capsys, "resume", "../a.study")
    (place / "x.npy").unlink()
    assert "The data is gone: there is no file" in refused(capsys, "resume", "../a.study")


def test_list_show_and_compare(place, capsys):
    assert "no studies here" in said(capsys, "studies")
    kept("a.study", 3)
    kept("b.study", 5)
    Path("c.study").write_text('{"tnlab_study": 2}\n{"number": 0}\n')
    capsys.readouterr()
    listed = said(capsys, "studies").splitlines()
    assert [line.split()[0] for line in listed] == ["study", "a.study", "b.study", "c.study"]
    assert "x.npy" in listed[1]
    assert "ended" in listed[1]
    assert "damaged" in listed[3]
    rows = json.loads(said(capsys, "studies", ".", "--json"))
    assert [row.get("fitted") for row in rows] == [3, 5, None]
    shown = said(capsys, "study", "show", "b.study")
    assert "budget of 5 evaluations is spent" in shown
    assert "target was not reached" in shown
    assert record(capsys, "study", "show", "b.study")["fitted"] == 5
    compared = said(capsys, "study", "compare", "a.study", "b.study").splitlines()
    assert compared[0].split()[:2] == ["study", "data"]
    assert sorted(line.split()[0] for line in compared[1:]) == ["a", "b"]
    assert record(capsys, "study", "compare", "a.study", "b.study")["comparable"]
    assert "damaged" in refused(capsys, "study", "compare", "a.study", "c.study")


def test_export_import_and_delete(place, capsys, monkeypatch):
    kept()
    capsys.readouterr()
    rows = said(capsys, "study", "export", "a.study").splitlines()
    assert len(rows) == 1 + len(StudyReader("a.study").evaluations)
    assert said(capsys, "study", "export", "a.study", "--to", "json", "--output", "a.json") == ""
    assert "evaluations" in said(capsys, "study", "import", "a.json", "b.study")
    assert Path("b.study").read_bytes() == Path("a.study").read_bytes()
    assert "already" in refused(capsys, "study", "import", "a.json", "b.study")
    assert "--to must be" in refused(capsys, "study", "export", "a.study", "--to", "xls")
    assert "cannot be read" in refused(capsys, "study", "import", "none.json", "c.study")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["study", "delete", "b.study"]) == 130
    assert Path("b.study").exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["study", "delete", "b.study"]) == 0
    assert "Delete b.study (" in capsys.readouterr().err
    assert not Path("b.study").exists()
    log = study_log("a.study")
    log.acquire()
    assert "process" in refused(capsys, "study", "delete", "a.study", "--yes")
    log.release()
    assert said(capsys, "study", "delete", "a.study", "--yes") == "Deleted a.study.\n"
    assert "There is no study" in refused(capsys, "study", "delete", "a.study", "--yes")
    assert "is not a study" in refused(capsys, "study", "delete", "a.json", "--yes")
    assert sorted(path.name for path in place.iterdir()) == ["a.json", "x.npy"]


def test_in_a_database(place, capsys):
    pytest.importorskip("sqlalchemy")
    kept("sqlite:///s.db#first one")
    capsys.readouterr()
    assert record(capsys, "resume", "sqlite:///s.db#first one", "--max-evaluations", "6")["evaluations"] == 6
    said(capsys, "study", "import", "sqlite:///s.db#first one", "a.study")
    said(capsys, "study", "import", "a.study", "sqlite:///s.db#second")
    listed = said(capsys, "studies", "sqlite:///s.db").splitlines()[1:]
    assert [line.split("  ")[0] for line in listed] == ["sqlite:///s.db#first one", "sqlite:///s.db#second"]
    assert "needs a name" in refused(capsys, "resume", "sqlite:///s.db")
    said(capsys, "study", "delete", "sqlite:///s.db#second", "--yes")
    empty = study_log("sqlite:///s.db#empty")
    empty.acquire()
    empty.release()
    assert "There is no study" in said(capsys, "studies", "sqlite:///s.db").splitlines()[1]
    empty.delete()
    assert len(json.loads(said(capsys, "studies", "sqlite:///s.db", "--json"))) == 1


def test_a_study_cannot_command_the_terminal(place, capsys):
    """What a file says is shown without its control characters."""
    kept()
    head, rest = Path("a.study").read_text().split("\n", 1)
    odd = json.loads(head) | {"source": {"name": "\x1b[2Jx", "label": "\x1b[2J\x07y"}, "engine": "tn\x1bls"}
    Path("a.study").write_text(json.dumps(odd) + "\n" + rest)
    capsys.readouterr()
    for arguments in (["studies"], ["study", "show", "a.study"], ["study", "compare", "a.study", "a.study"]):
        text = said(capsys, *arguments)
        assert "y" in text
        assert "\x1b" not in text
        assert "\x07" not in text


def test_the_bar_says_how_it_stands():
    text = io.StringIO()
    run = Search(X, 0.3, engine="tnls", family="ring", max_evaluations=3)
    with ProgressBar(Console(file=text, force_terminal=True, width=160, color_system=None)) as bar:
        for progress in run:
            bar.show(progress)
    drawn = text.getvalue()
    assert f"{run.result.parameters:,} parameters at error {run.result.relative_error:.4g}, at least" in drawn
    assert "3 fitted" in drawn
    assert "0 s left" in drawn
    assert [span(time) for time in (5, 600, 7500, 400_000)] == ["5 s", "10 min", "2 h 05 min", "4 d 15 h"]
