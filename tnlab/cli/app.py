"""The command itself: what every subcommand shares, and how it answers bad input."""

from importlib import metadata
from typing import Annotated, cast

import typer

from tnlab.errors import TnlabError

BAD_INPUT, INTERRUPTED = 2, 130
# click's ClickException, which newer versions of typer carry inside themselves.
UsageError = cast(type[Exception], typer.BadParameter.__mro__[2])

app = typer.Typer(
    name="tnlab",
    help="A lab for tensor networks: draw one over your data, tweak it, watch the error.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 2 for bad input (one sentence on stderr), 130 when stopped."""
    try:
        return app(arguments, standalone_mode=False) or 0
    except TnlabError as error:
        return _fail(str(error))
    except UsageError as error:
        return _fail(getattr(error, "format_message", error.__str__)() or "See tnlab --help.")
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Stopped.", err=True)
        return INTERRUPTED
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):  # torch has no type of its own for this
            raise
        return _fail("The memory of this machine is not enough for that; take smaller ranks or a smaller tensor.")


def _fail(sentence: str) -> int:
    typer.echo(f"tnlab: {' '.join(sentence.split())}", err=True)
    return BAD_INPUT


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """A lab for tensor networks: draw one over your data, tweak it, watch the error."""
    if version:
        typer.echo(_version())
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _version() -> str:
    try:
        return f"tnlab {metadata.version('tnlab')}"
    except metadata.PackageNotFoundError:
        return "tnlab (run from its source, not installed)"
