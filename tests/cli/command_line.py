"""Run the command line, in this process or another: answers to good arguments, the one sentence that bad ones get."""

import json
import subprocess
import sys

from typer.testing import CliRunner

from tests.waiting import wait_for
from tnlab import cli
from tnlab.cli.app import app
from tnlab.cli.entry import MISSED
from tnlab.data import planted
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.studies.reader import StudyReader

# A noisy tensor ring, and a search whose target it cannot reach: it goes on until its budget is spent.
X = planted(ring((4,) * 5, (0, 2, 4, 1, 3), (2, 3, 2, 3, 3)), noise=0.05, seed=1)
ASKED = ["--target-error", "0.0001", "--engine", "tnls", "--family", "ring", "--max-rank", "4"]


def run(*arguments: object) -> str:
    """Return what the command prints; it must end well, though it may not have reached its target."""
    result = CliRunner().invoke(app, [str(word) for word in arguments])
    assert result.exit_code in (0, MISSED), result.output
    return result.stdout


def refused(capsys, *arguments: object) -> str:
    """Return the one sentence that bad arguments get."""
    assert cli.main([str(word) for word in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tnlab: ")
    assert err.count("\n") == 1
    return err


def said(capsys, *arguments: str) -> str:
    """Return what the command printed to stdout; it must end well, though it may not have reached its target."""
    assert cli.main([*arguments]) in (0, MISSED)
    return capsys.readouterr().out


def record(capsys, *arguments: str) -> dict:
    """Return the JSON object that the command prints last."""
    return json.loads(said(capsys, *arguments, "--json").splitlines()[-1])


def kept(name: str = "a.study", evaluations: int = 4) -> None:
    """Make a study of so many evaluations."""
    assert cli.main(["search", "x.npy", *ASKED, "--max-evaluations", str(evaluations), "--study", name]) == MISSED


def started(*arguments: str, **ways) -> subprocess.Popen:
    """Start the command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tnlab", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **ways
    )


def recorded(path: str, evaluations: int) -> None:
    """Wait until a study has so many evaluations."""
    wait_for(lambda: len(StudyReader(path).evaluations) >= evaluations)
