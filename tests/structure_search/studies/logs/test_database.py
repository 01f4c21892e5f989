"""A log in a database has one writer, by a lease; a writer that lost it can add nothing."""

# pyright: reportPrivateUsage=false

import os
import signal
import sys

import pytest

from tests.structure_search.studies.logs.log_places import LINES, PROCESSES, SERVER, writing
from tests.waiting import wait_for
from tnlab.errors import DataError, StudyBusyError
from tnlab.structure_search.studies.logs import database, writer
from tnlab.structure_search.studies.logs.database import DatabaseLog
from tnlab.structure_search.studies.logs.writer import Writer


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be paused there")
def test_a_paused_writer_is_fenced_off(shared, monkeypatch):
    """It slept through the end of its lease; awake again, it is refused, and nothing of it is written."""
    heard, told = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=writing, args=(shared, told, True), daemon=True)
    process.start()
    told.close()
    assert heard.poll(60)
    heard.recv()
    assert process.pid is not None
    log = DatabaseLog(shared)
    assert log.busy() != ""
    monkeypatch.setattr(database, "SILENCE", -1.0)  # its lease has run out
    assert log.busy() == ""
    log.acquire()
    monkeypatch.undo()
    lines = log.read()[0]
    log.append(b'{"mine": 1}\n')
    os.kill(process.pid, signal.SIGCONT)
    process.join(30)
    assert process.exitcode == 1  # StudyBusyError
    log.append(b'{"mine": 2}\n')
    assert log.read()[0] == [*lines, b'{"mine": 1}\n', b'{"mine": 2}\n']
    log.release()


@pytest.mark.skipif(not SERVER, reason="needs TNLAB_TEST_DATABASE")
def test_a_writer_paused_within_a_transaction_keeps_nobody_waiting(monkeypatch):
    """The server ends it; in a file, others wait for it."""
    from tnlab.structure_search.studies.logs import database_tables as tables

    monkeypatch.setattr(tables, "PATIENCE", 1)
    log, other = (DatabaseLog(f"{SERVER}#paused") for _ in range(2))
    log.acquire()
    monkeypatch.setattr(database, "SILENCE", -1.0)
    with pytest.raises(DataError, match="cannot be used"):
        _pause_within_a_transaction(log, other)
    assert other.read()[0] == LINES[:1]
    other.delete()


def _pause_within_a_transaction(log: DatabaseLog, other: DatabaseLog) -> None:
    assert log._me is not None
    with log._tables._asked() as connection:
        assert log._tables._signed(connection, "paused", log._me.text, log._me.text)
        other.acquire()  # waits for the row, and has it when the server has ended this transaction
        other.append(LINES[0])
        connection.exec_driver_sql("SELECT 1")


def test_who_lost_the_lease_is_told_by_whom(shared, monkeypatch):
    """And leaves the new writer alone when it goes."""
    first, second, third = (DatabaseLog(shared) for _ in range(3))
    first.acquire()
    first.append(LINES[0])
    monkeypatch.setattr(database, "SILENCE", -1.0)
    second.acquire()
    monkeypatch.undo()
    with pytest.raises(StudyBusyError, match=f"taken over by process {os.getpid()} on .*is not kept"):
        first.append(LINES[1])
    assert not first.sign()
    first.release()
    with pytest.raises(StudyBusyError, match="is being written"):
        third.acquire()
    second.append(LINES[2])
    assert third.read()[0] == [LINES[0], LINES[2]]
    second.release()


def test_a_quiet_writer_keeps_its_lease(shared, monkeypatch):
    """It gives signs of life while a long fit runs; one that is forgotten without a word lets go in the end."""
    monkeypatch.setattr(database, "BEAT", 0.01)
    signs, sign = [], DatabaseLog.sign

    def noted(log):
        signs.append(sign(log))
        return signs[-1]

    monkeypatch.setattr(DatabaseLog, "sign", noted)
    log, other = DatabaseLog(shared), DatabaseLog(shared)
    log.acquire()
    wait_for(lambda: len(signs) >= 3)
    assert all(signs)
    assert other.busy() != ""
    del log
    monkeypatch.setattr(database, "SILENCE", 0.5)
    wait_for(lambda: other.busy() == "")
    other.acquire()
    other.release()


def test_other_machines_wait(shared, monkeypatch):
    """A writer of another machine is not called dead, whatever its number; that of this one is, at once."""
    log = DatabaseLog(shared)
    monkeypatch.setattr(Writer, "here", lambda: Writer(host="far", machine="another", pid=2**22 + 1, token="t"))
    log.acquire()
    other = DatabaseLog(shared)
    assert other.busy() == f"process {2**22 + 1} on far"
    monkeypatch.setattr(writer, "_machine", lambda: "another")
    assert other.busy() == ""
    other.acquire()
    other.release()


def test_studies_share_a_database(shared):
    url, _, name = shared.rpartition("#")
    logs = [DatabaseLog(f"{url}#{name}{end}") for end in ("", "-b")]
    for line, log in zip(LINES, logs, strict=False):
        log.acquire()
        log.append(line)
        log.release()
    assert {name, f"{name}-b"} <= set(DatabaseLog.names(url))
    logs[0].delete()
    assert logs[1].read()[0] == LINES[1:2]
    assert name not in DatabaseLog.names(url)
    logs[1].delete()


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("sqlite:///x.db", "needs a name"),
        ("sqlite:///x.db#", "needs a name"),
        ("postgresql+psycopg://me:geheim#1@host/db", "needs a name"),
        ("sqlite:///x.db#a/b", "needs a name"),
        ("sqlite://#a", "that lasts"),
        ("sqlite:///:memory:#a", "that lasts"),
        ("nosuch://me:geheim@host/db#a", "not the URL of a database"),
        ("://me:geheim@#a", "not the URL of a database"),
    ],
)
def test_locations_that_make_no_sense(location, words):
    pytest.importorskip("sqlalchemy")
    with pytest.raises(DataError, match=words) as caught:
        DatabaseLog(location)
    assert "geheim" not in str(caught.value)
