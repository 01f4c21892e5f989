"""Run the command line in this process: answers to good arguments, the one sentence that bad ones get."""

from typer.testing import CliRunner

from tnlab import cli
from tnlab.cli.app import app


def run(*arguments: object) -> str:
    """Return what the command prints; it must end well."""
    result = CliRunner().invoke(app, [str(word) for word in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(capsys, *arguments: object) -> str:
    """Return the one sentence that bad arguments get."""
    assert cli.main([str(word) for word in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tnlab: ")
    assert err.count("\n") == 1
    return err
