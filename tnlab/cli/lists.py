"""``tnlab datasets``, ``tnlab formats`` and ``tnlab solvers``: list the entries of the registries."""

import typer

from tnlab.data import datasets, modes_text
from tnlab.formats import formats
from tnlab.solvers import solvers


def list_datasets() -> None:
    """List the built-in data sets with their licences."""
    for name, entry in datasets.items():
        typer.echo(f"{name:18} {modes_text(entry.modes):14} {entry.order:10} {entry.label}  [{entry.licence}]")


def list_formats() -> None:
    """List the named formats."""
    for name, entry in formats.items():
        typer.echo(f"{name:24} {entry.description}")


def list_solvers() -> None:
    """List the solvers, with the formats of those that fit only some."""
    for name, part in solvers.items():
        said = (part.__doc__ or "").strip().partition("\n")[0]
        typer.echo(f"{name:20} {said}" + (f"  [{', '.join(part.fits)}]" if part.fits else ""))
