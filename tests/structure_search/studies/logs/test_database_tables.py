"""Queries on the tables of studies, the messages of a database that cannot be used, and what is not installed."""

import sys
from importlib.util import find_spec

import pytest

from tests.structure_search.studies.logs.log_places import SERVER
from tnlab.errors import DataError, NotInstalledError
from tnlab.structure_search.studies.logs.database import DatabaseLog


@pytest.fixture
def tables(tmp_path):
    pytest.importorskip("sqlalchemy")
    from tnlab.structure_search.studies.logs.database_tables import Tables

    made = Tables(f"sqlite:///{tmp_path}/studies.db")
    made.create()
    yield made
    made.close()


def test_only_the_writer_adds_lines(tables):
    tables.enter("one")
    tables.enter("one")  # there already: nothing happens
    assert tables.writer("one")[0] == ""
    assert tables.take("one", "", "first") == 0
    assert tables.take("one", "", "second") is None
    assert tables.add("one", "first", 1, ["a", "b"])
    assert not tables.add("one", "second", 3, ["c"])
    assert tables.lines("one", 0) == [(1, "a"), (2, "b")]
    assert tables.lines("one", 1) == [(2, "b")]
    assert tables.last("one") == 2
    assert tables.take("one", "first", "second") == 2
    assert not tables.sign("one", "first")
    assert tables.sign("one", "second")
    assert tables.sign("one", "second", after="")
    assert tables.writer("one")[0] == ""


def test_a_study_is_removed_by_its_writer_alone(tables):
    for name in ("b", "a"):
        tables.enter(name)
        assert tables.take(name, "", "me") == 0
        assert tables.add(name, "me", 1, [name])
    assert tables.names() == ["a", "b"]
    assert not tables.remove("a", "another")
    assert tables.remove("a", "me")
    assert tables.names() == ["b"]
    assert (tables.lines("a", 0), tables.last("a"), tables.writer("a")) == ([], 0, None)
    assert tables.lines("b", 0) == [(1, "b")]


def test_what_cannot_be_used_is_said_without_secrets(tmp_path):
    """A server that does not answer, a file that is no database, a missing folder; looking makes no file."""
    pytest.importorskip("sqlalchemy")
    (tmp_path / "text.db").write_text("a letter, long enough to be read as the head of a database" * 20)
    for database_ in (tmp_path / "text.db", tmp_path / "none" / "x.db"):
        with pytest.raises(DataError, match=r"The database 'sqlite:///.*' cannot be used: .*") as caught:
            DatabaseLog(f"sqlite:///{database_}#a").acquire()
        assert "\n" not in str(caught.value)
    log = DatabaseLog(f"sqlite:///{tmp_path}/new.db#a")
    assert log.read() == ([], 0)
    assert log.busy() == ""
    assert DatabaseLog.names(f"sqlite:///{tmp_path}/new.db") == []
    assert not (tmp_path / "new.db").exists()


def test_no_password_is_shown():
    pytest.importorskip("sqlalchemy")
    from tnlab.structure_search.studies.logs.database_tables import without_password

    for url, place in (
        ("postgresql://me:geheim@host/db", "host/db"),
        ("postgresql://host/db?user=me&password=geheim", "host/db"),
        ("odd://a:geheim@b", "odd"),
    ):
        assert "geheim" not in without_password(url)
        assert place in without_password(url)
    if SERVER:
        wrong = DatabaseLog("postgresql+psycopg://nobody:geheim@localhost/none?connect_timeout=5#a")
        assert "geheim" not in wrong.location
        with pytest.raises(DataError, match="cannot be used") as caught:
            wrong.acquire()
        assert "geheim" not in str(caught.value)


def test_without_sqlalchemy_or_a_driver(monkeypatch):
    if find_spec("sqlalchemy"):
        monkeypatch.setitem(sys.modules, "psycopg2", None)
        with pytest.raises(NotInstalledError, match="pip install psycopg2"):
            DatabaseLog("postgresql+psycopg2://host/db#a")
    monkeypatch.delitem(sys.modules, "tnlab.structure_search.studies.logs.database_tables", raising=False)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(NotInstalledError, match=r"This needs SQLAlchemy.*pip install 'tnlab\[database\]'"):
        DatabaseLog("sqlite:///x.db#a")
