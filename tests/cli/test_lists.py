"""``tnlab datasets``, ``formats`` and ``solvers`` list every entry of their registry."""

import pytest

from tests.cli.command_line import run
from tnlab.data import datasets
from tnlab.formats import formats
from tnlab.solvers import solvers


@pytest.mark.parametrize(("command", "registry"), [("datasets", datasets), ("formats", formats), ("solvers", solvers)])
def test_every_entry_has_a_line_that_begins_with_its_name(command, registry):
    assert [line.split()[0] for line in run(command).splitlines()] == list(registry)


def test_a_line_says_what_the_entry_is():
    shown = run("datasets")
    assert all(entry.label in shown and f"[{entry.licence}]" in shown for entry in datasets.values())
    shown = run("formats")
    assert all(entry.description in shown for entry in formats.values())
    shown = {line.split()[0]: line for line in run("solvers").splitlines()}
    for name, part in solvers.items():
        assert shown[name].endswith(f"[{', '.join(part.fits)}]") == bool(part.fits)
