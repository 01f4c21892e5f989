"""The table of subcommands: help that costs no imports, and lines that say what the commands say of themselves."""

import subprocess
import sys

import pytest
import typer

from tnlab.cli.app import SUBCOMMANDS, Subcommands, app

HEAVY = ("torch", "numpy", "scipy", "networkx", "rich", "skimage", "plotly", "distributed", "optuna")


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_a_line_of_the_help_is_the_first_line_of_the_command_s_own(name):
    own = SUBCOMMANDS[name].load(name).help or ""
    assert SUBCOMMANDS[name].help == " ".join(own.split("\n\n")[0].split())


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument):
    code = (
        "import sys\nfrom tnlab.cli import main\n"
        f"assert main([{argument!r}]) == 0\nprint('loaded', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_a_subcommand_brings_no_other_subcommand_s_engine_along():
    code = (
        "import sys\nfrom tnlab.cli import main\nmain(['fit', '--help'])\n"
        "print([name for name in sys.modules if name.startswith('tnlab.structure_search')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_mistyped_subcommand_gets_the_closest_one(capsys):
    from tnlab.cli import main

    assert main(["serach"]) == 2
    assert "Did you mean 'search'" in capsys.readouterr().err


def test_the_group_knows_the_table_alone():
    group = typer.main.get_command(app)
    assert isinstance(group, Subcommands)
    assert group.list_commands(None) == list(SUBCOMMANDS)
    assert group.get_command(None, "no such") is None
