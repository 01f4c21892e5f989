"""``tnlab lab`` and ``tnlab dashboard`` hand their options to the launcher and end with its exit code."""

import pytest

from tests.cli.command_line import refused
from tnlab import cli, launch


@pytest.mark.parametrize("command", ["lab", "dashboard"])
def test_without_the_lab_extra(command, monkeypatch, capsys):
    monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: None)
    assert "pip install 'tnlab[lab]'" in refused(capsys, command)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ("lab", {"port": None, "browser": True}),
        ("lab --port 9999 --no-browser", {"port": 9999, "browser": False}),
        ("dashboard", {"port": 8866, "host": "127.0.0.1", "browser": True}),
        ("dashboard --port 1 --host ::1 --no-browser", {"port": 1, "host": "::1", "browser": False}),
    ],
)
def test_options_reach_the_launcher(arguments, options, monkeypatch):
    name, *rest = arguments.split()
    given = []
    monkeypatch.setattr(launch, name, lambda **said: given.append(said) or 0)
    assert cli.main([name, *rest]) == 0
    assert given == [options]


def test_the_exit_code_is_that_of_the_launcher(monkeypatch):
    monkeypatch.setattr(launch, "lab", lambda **_: 7)
    assert cli.main(["lab"]) == 7
