"""A line of progress: rewritten on a terminal, now and then a new one elsewhere, and never an error."""

import io
import sys

import pytest

from tnlab.cli import progress_line
from tnlab.cli.progress_line import ProgressLine


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_line_is_rewritten(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    line = ProgressLine()
    for text in ("one", "two"):
        line.show(text)
    line.end()
    assert terminal.getvalue() == "\rone\x1b[K\rtwo\x1b[K\r\x1b[K"


def test_off_a_terminal_the_waits_between_lines_double(monkeypatch, capsys):
    now = 0.0
    monkeypatch.setattr(progress_line.time, "monotonic", lambda: now)
    line = ProgressLine()
    for now in range(40):
        line.show(f"{now}")
    line.end()
    assert capsys.readouterr().err.split() == ["5", "15", "35"]


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(28, f"No space left on device for {text!r}")


@pytest.mark.parametrize("stream", [None, Full()])
def test_a_stream_that_cannot_be_written_is_no_error(stream, monkeypatch):
    monkeypatch.setattr(progress_line, "FIRST", 0.0)
    monkeypatch.setattr(sys, "stderr", stream)
    ProgressLine().show("one")
