"""Studies on the command line: gone on with, listed, shown, compared, exported, imported and deleted."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command_line import X, kept, record, refused, said
from tnlab.cli import main
from tnlab.structure_search.studies.reader import StudyReader
from tnlab.structure_search.studies.study import study_log


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
    assert "There is no file" in refused(capsys, "study", "import", "none.json", "c.study")
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
