"""``tnlab datasets`` and ``tnlab formats``: what there is to choose from."""

import typer

from tnlab.data import datasets, modes_text
from tnlab.formats import formats


def list_datasets() -> None:
    """List the built-in data sets with their licences."""
    for name, entry in datasets.items():
        typer.echo(f"{name:18} {modes_text(entry.modes):14} {entry.order:10} {entry.label}  [{entry.licence}]")


def list_formats() -> None:
    """List the named formats."""
    for name, entry in formats.items():
        typer.echo(f"{name:18} {entry.description}")
