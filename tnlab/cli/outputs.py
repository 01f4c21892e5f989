"""Where commands write: a network to a file, a text to a file or to the terminal."""

from contextlib import suppress
from pathlib import Path

import typer

from tnlab.network.network import SUFFIXES, Network
from tnlab.writing import check_place, write_file

STDOUT = ("-", "/dev/stdout")  # names of standard output


def check_target(save: Path | None) -> None:
    """Check, before a long computation, that a network can be saved at a path. None is allowed.

    Raises:
        DataError: It cannot: a wrong suffix, a folder, a device, or a place that may not be written.
    """
    if save is not None:
        check_place(save, suffixes=SUFFIXES)


def save_and_print(network: Network, save: Path | None, text: str, *, told: str = "") -> None:
    """Save a network, if there is a place for it, and print a text, also where saving fails.

    Args:
        network: The network.
        save: Its file; None for none.
        text: What is printed on stdout.
        told: A sentence for stderr, once the network is saved.

    Raises:
        DataError: The network cannot be saved.
    """
    try:
        if save is not None:
            network.save(save)
        if told:
            tell(told)
    finally:
        typer.echo(text)


def tell(sentence: str) -> None:
    """Print a sentence on stderr; a terminal that has gone is no reason to fail."""
    with suppress(OSError):
        typer.echo(sentence, err=True)


def print_or_write(text: str, output: Path | None, *, suffixes: tuple[str, ...]) -> None:
    """Print a text that ends with a newline, or write it to a file.

    Args:
        text: The text.
        output: The file; None, ``-`` and ``/dev/stdout`` stand for standard output.
        suffixes: Suffixes that the file's name may have.

    Raises:
        DataError: The name has another suffix, or the file cannot be written.
    """
    if output is None or str(output) in STDOUT:
        typer.echo(text, nl=False)
    else:
        write_file(output, text.encode(), suffixes=suffixes)
