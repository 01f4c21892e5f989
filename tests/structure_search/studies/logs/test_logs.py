"""What keeps the lines of a study: in a file and in a database alike, by real processes that write, die and sleep."""

# pyright: reportPrivateUsage=false

import multiprocessing
import os
import signal
import sys
import uuid
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.waiting import wait_for
from tnlab.errors import DataError, NotInstalledError, StudyBusyError
from tnlab.structure_search.studies.logs import database, writer
from tnlab.structure_search.studies.logs.base import AbstractLog
from tnlab.structure_search.studies.logs.database import DatabaseLog
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.logs.writer import Writer

LINES = [b'{"tnlab_study": 2}\n', b'{"number": 2, "word": "\\u00e9"}\n', b'{"number": 3}\n']
SERVER = os.environ.get("TNLAB_TEST_DATABASE", "")  # such as postgresql+psycopg://user:password@host/database
PROCESSES = multiprocessing.get_context("spawn")


def log_of(location: str) -> AbstractLog:
    return DatabaseLog(location) if "://" in location else FileLog(Path(location))


@pytest.fixture(params=["file", "sqlite", "server"])
def place(request, tmp_path):
    if request.param == "file":
        return str(tmp_path / "one.study")
    pytest.importorskip("sqlalchemy")
    name = f"a study-{uuid.uuid4().hex}"
    if request.param == "server" and not SERVER:
        pytest.skip("needs TNLAB_TEST_DATABASE")
    return f"{SERVER}#{name}" if request.param == "server" else f"sqlite:///{tmp_path}/studies.db#{name}"


def test_lines_come_back_from_where_one_was(place):
    log, other = log_of(place), log_of(place)
    assert log.read() == ([], 0)
    log.acquire()
    log.append(LINES[0])
    lines, cursor = other.read()
    assert lines == LINES[:1]
    assert other.read(cursor) == ([], cursor)
    log.append(LINES[1] + LINES[2])
    assert other.read(cursor)[0] == LINES[1:]
    assert other.read()[0] == LINES
    log.release()
    log.acquire()
    log.append(LINES[0])
    log.release()
    assert other.read()[0] == [*LINES, LINES[0]]
    log.delete()
    assert other.read()[0] == []
    log.delete()


def test_one_writes_and_others_are_told_who(place):
    log, other = log_of(place), log_of(place)
    assert other.busy() == ""
    log.acquire()
    log.append(LINES[0])
    assert log.busy() == ""
    assert f"process {os.getpid()} on " in other.busy()
    for refused in (other.acquire, other.delete):
        with pytest.raises(StudyBusyError, match=f"is being written by process {os.getpid()} on "):
            refused()
    assert log.read()[0] == LINES[:1]
    log.release()
    assert other.busy() == ""
    other.acquire()
    other.append(LINES[1])
    other.release()
    assert log.read()[0] == LINES[:2]


def numbered(number: int) -> bytes:
    return LINES[0] if number == 0 else b'{"number": %d}\n' % number


def writing(place: str, told, pause: bool = False) -> None:
    log = log_of(place)
    log.acquire()
    for number in range(1_000_000):
        log.append(numbered(number))
        told.send(number)
        if pause:
            os.kill(os.getpid(), signal.SIGSTOP)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a dead process is not told from a child of this one")
def test_a_killed_writer_loses_nothing_and_leaves_at_once(place):
    """All that append returned for is there, whole, and the next goes on right after it, without waiting."""
    heard, told = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=writing, args=(place, told), daemon=True)
    process.start()
    told.close()
    log = log_of(place)
    assert heard.poll(60)
    last = heard.recv()
    with pytest.raises(StudyBusyError, match=f"process {process.pid} on "):
        log.acquire()
    while last < 20:
        last = heard.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, though nobody has asked for its end yet
    while heard.poll():
        try:
            last = heard.recv()
        except EOFError:
            break
    log.acquire()
    lines = log.read()[0]
    assert lines == [numbered(number) for number in range(len(lines))]
    assert len(lines) in (last + 1, last + 2)
    log.append(LINES[0])
    assert log.read()[0] == [*lines, LINES[0]]
    log.release()
    process.join()


@pytest.fixture(params=["sqlite", "server"])
def shared(request, tmp_path):
    pytest.importorskip("sqlalchemy")
    if request.param == "server" and not SERVER:
        pytest.skip("needs TNLAB_TEST_DATABASE")
    return f"{SERVER}#{uuid.uuid4().hex}" if request.param == "server" else f"sqlite:///{tmp_path}/studies.db#one"


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
    monkeypatch.setattr(Writer, "here", lambda: Writer("far", "another", 2**22 + 1, "t"))
    log.acquire()
    other = DatabaseLog(shared)
    assert other.busy() == f"process {2**22 + 1} on far"
    monkeypatch.setattr(writer, "_machine", lambda: "another")
    assert other.busy() == ""
    other.acquire()
    other.release()
    assert Writer.parsed("nonsense").words == "another process"
    assert not Writer.parsed("nonsense").dead


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


def test_what_cannot_be_used_is_said_without_secrets(tmp_path):
    """Nobody there, a file that is no database, a folder that is missing; looking makes no file."""
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

    for url in ("postgresql://me:geheim@host/db", "postgresql://host/db?user=me&password=geheim", "odd://a:geheim@b"):
        assert "geheim" not in without_password(url)
        assert "host/db" in without_password(url) or url.startswith("odd")
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


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size there")
def test_a_disk_that_is_full_leaves_whole_lines_and_no_lock(tmp_path):
    """Nothing of what could not be written stays, however many lines that was; with room again it goes on."""
    import resource

    path = tmp_path / "one.study"
    log, most = FileLog(path), resource.getrlimit(resource.RLIMIT_FSIZE)
    log.acquire()
    log.append(LINES[0])
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most[1]))
    try:
        with pytest.raises(DataError, match="cannot be read and written: File too large"):
            log.append(numbered(1) * 9)
        log.append(numbered(2))
        with pytest.raises(DataError, match="File too large"):
            log.append(numbered(3) * 9)
        log.release()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert path.read_bytes() == LINES[0] + numbered(2)
    assert FileLog(path).busy() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")
def test_a_writer_whose_file_was_removed_is_told(tmp_path):
    log = FileLog(tmp_path / "one.study")
    log.acquire()
    log.append(LINES[0])
    (tmp_path / "one.study").unlink()
    with pytest.raises(DataError, match="was removed"):
        log.append(LINES[1])
    log.release()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_a_study_has_its_lock(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.study").symlink_to(tmp_path / "folder" / "one.study")
    log, other = FileLog(tmp_path / "folder" / "one.study"), FileLog(tmp_path / "link.study")
    log.acquire()
    with pytest.raises(StudyBusyError):
        other.acquire()
    log.append(LINES[0])
    log.release()
    assert other.read()[0] == LINES[:1]
    other.delete()  # the link alone
    assert log.read()[0] == LINES[:1]


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")
def test_the_lock_goes_while_it_is_held(tmp_path, monkeypatch):
    """Who waits for a study that is deleted then looks again, instead of holding a lock that nobody else sees."""
    log, other, third = (FileLog(tmp_path / "one.study") for _ in range(3))
    released = log.release

    def release() -> None:
        released()
        other.acquire()

    log.acquire()
    log.append(LINES[0])
    released()
    monkeypatch.setattr(log, "release", release)
    log.delete()
    with pytest.raises(StudyBusyError):
        third.acquire()
    other.release()
    assert third.busy() == ""


def test_a_study_that_began_anew_is_read_from_its_beginning(place):
    log, other = log_of(place), log_of(place)
    log.acquire()
    log.append(LINES[0] + LINES[1] + LINES[2])
    log.release()
    cursor = other.read()[1]
    log.delete()
    assert other.read(cursor) == ([], 0)
    log.acquire()
    log.append(LINES[0])
    log.release()
    assert other.read(cursor) == ([], 0)
    assert other.read(0)[0] == LINES[:1]
    log.delete()
