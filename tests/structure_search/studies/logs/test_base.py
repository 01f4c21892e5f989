"""What holds of every log, in a file and in a database alike, with real processes that write and are killed."""

import os
import signal
import sys

import pytest

from tests.structure_search.studies.logs.log_places import LINES, PROCESSES, log_of, numbered, writing
from tnlab.errors import StudyBusyError


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
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but its parent has not collected it yet
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
