"""The bar of a search, as it is drawn on a terminal."""

import io
import os
import sys

import pytest
from rich.console import Console

from tests.cli.command_line import X
from tnlab.cli.progress_bar import ProgressBar, span
from tnlab.structure_search.run import Search


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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (99.4, "99 s"), (100, "2 min"), (600, "10 min"), (7500, "2 h 05 min"), (400_000, "4 d 15 h")],
)
def test_a_time_has_two_units_at_most(seconds, text):
    assert span(seconds) == text


def test_without_a_terminal_nothing_is_drawn(capsys):
    (progress, *_) = Search(X, 0.3, engine="tnls", family="ring", max_evaluations=1)
    with ProgressBar() as bar:
        assert not bar.live
        bar.show(progress)
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_a_terminal_that_goes_while_the_bar_is_drawn_is_no_error(monkeypatch):
    (progress, *_) = Search(X, 0.3, engine="tnls", family="ring", max_evaluations=1)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")  # drawn for a terminal also when it has gone
    near, far = os.openpty()
    with os.fdopen(far, "w", closefd=False) as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with ProgressBar() as bar:
            assert bar.live
            os.close(near)
            bar.show(progress)
            bar._bar.refresh()
        with pytest.raises(OSError, match="Input/output error"):  # it has gone
            os.write(far, b"x")
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), far)  # takes what is left
    os.close(far)


def test_without_a_stderr_nothing_is_drawn(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with ProgressBar() as bar:
        assert not bar.live
