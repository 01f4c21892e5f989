"""A writer is told from others, and counts as dead only if that is certain."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tnlab.structure_search.studies.logs import writer
from tnlab.structure_search.studies.logs.writer import Writer


def test_a_writer_comes_back_from_its_text():
    here, again = Writer.here(), Writer.here()
    assert Writer.parsed(here.text) == here
    assert here != again  # two logs of one process
    assert here.words == f"process {os.getpid()} on {here.host}"
    assert not here.dead


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"host": "a", "machine": "b", "pid": "x", "token": ""}'])
def test_text_that_is_no_writer_is_another_process(text):
    found = Writer.parsed(text)
    assert found.words == "another process"
    assert not found.dead


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a dead process is not told from a child of this one")
def test_a_process_is_dead_once_it_has_ended_even_before_it_was_waited_for(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        other = replace(Writer.here(), pid=process.pid)
        assert not other.dead
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert other.dead
        monkeypatch.setattr(writer, "_machine", lambda: "another")
        assert not other.dead  # a process of this number may run on the other machine
