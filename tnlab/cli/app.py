"""The command ``tnlab``: the table of its subcommands, its exit codes, and its one-sentence answer to bad input."""

from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup
from typing_extensions import override

from tnlab.errors import TnlabError

BAD_INPUT, INTERRUPTED = 2, 130  # exit codes: that of click's usage errors, and 128 + SIGINT as in a shell
# click's ClickException, found through a subclass: newer versions of typer contain their own copy of click.
UsageError = cast(type[Exception], typer.BadParameter.__mro__[2])

PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}


@dataclass(frozen=True)
class Subcommand:
    """Where a subcommand is defined, by name: ``load`` imports its module, so that ``tnlab --help`` imports none.

    Attributes:
        module: Name of a module of ``tnlab.cli``.
        function: Function, or ``typer.Typer`` with commands of its own, in that module.
        help: Its line in ``tnlab --help``: the first line of the function's docstring.
    """

    module: str
    function: str
    help: str

    def load(self, name: str) -> Any:
        """Import the module and return the subcommand as a click command of the given name."""
        part = getattr(import_module(f"tnlab.cli.{self.module}"), self.function)
        if isinstance(part, typer.Typer):
            return typer.main.get_command(part)
        alone = typer.Typer(**PLAIN)
        alone.command(name)(part)
        return typer.main.get_command(alone)


SUBCOMMANDS = {
    "lab": Subcommand("places", "lab", "Open the first notebook in JupyterLab."),
    "dashboard": Subcommand("places", "dashboard", "Serve the dashboards, the Explorer first, as web pages."),
    "datasets": Subcommand("lists", "list_datasets", "List the built-in data sets with their licences."),
    "formats": Subcommand("lists", "list_formats", "List the named formats."),
    "solvers": Subcommand("lists", "list_solvers", "List the solvers, with the formats of those that fit only some."),
    "fit": Subcommand("fit_command", "fit", "Fit one tensor network to one tensor and print the result."),
    "bound": Subcommand(
        "bound_command",
        "bound",
        "Print an error that no fit of a structure can beat, or the fewest parameters that a target error needs.",
    ),
    "engines": Subcommand(
        "search_command", "list_engines", "List the search engines with the families they search and their papers."
    ),
    "search": Subcommand(
        "search_command", "search", "Search for the structure with the fewest parameters that reaches a target error."
    ),
    "resume": Subcommand(
        "search_command",
        "resume",
        "Continue a stopped search from its study; the result is that of an uninterrupted search.",
    ),
    "watch": Subcommand(
        "watch_command", "watch", "Show the progress of a search that another process runs, until that search ends."
    ),
    "studies": Subcommand(
        "study_command",
        "studies",
        "List studies; by default those in this folder and in the search workbench's folder.",
    ),
    "study": Subcommand("study_command", "study", "Show, export, import, compare and delete studies."),
    "compare": Subcommand(
        "compare_command", "compare", "Compare search engines on several data sets and seeds, and write a report."
    ),
    "export": Subcommand(
        "export_command",
        "export",
        "Print a network as Python source that runs without tnlab, as a drawing, as einsum text or as JSON.",
    ),
}
"""The subcommands by name, in the order in which the help lists them."""


class Subcommands(TyperGroup):
    """A click group of the entries of ``SUBCOMMANDS``, each imported when it is chosen."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = dict.fromkeys(SUBCOMMANDS, self)  # click compares a mistyped name with these keys

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return list(SUBCOMMANDS)

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return SUBCOMMANDS[cmd_name].load(cmd_name) if cmd_name in SUBCOMMANDS else None

    @override
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, part.help) for name, part in SUBCOMMANDS.items()])

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:  # typer would turn it into the exit code 130 without a word
            raise typer.Abort from stop


app = typer.Typer(
    name="tnlab",
    cls=Subcommands,
    help="A lab for tensor networks: draw one over your data, tweak it, watch the error.",
    invoke_without_command=True,
    **PLAIN,
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 2 for bad input (one sentence on stderr), 130 when stopped.

    Args:
        arguments: Words after ``tnlab``; by default those that this process was started with.
    """
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
        if isinstance(error, RuntimeError) and "memory" not in str(
            error
        ):  # torch raises a RuntimeError when memory runs out
            raise
        return _fail("This machine has too little memory for that; take smaller ranks or a smaller tensor.")


def _fail(sentence: str) -> int:
    typer.echo(f"tnlab: {' '.join(sentence.split())}", err=True)
    return BAD_INPUT


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Print the version or, without a subcommand, the help."""
    if version:
        typer.echo(_version())
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _version() -> str:
    try:
        return f"tnlab {metadata.version('tnlab')}"
    except metadata.PackageNotFoundError:
        return "tnlab (run from its source, not installed)"
