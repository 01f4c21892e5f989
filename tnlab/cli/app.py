"""The command ``tnlab``: the table of its subcommands, and its own options."""

from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

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


app = typer.Typer(
    name="tnlab",
    cls=Subcommands,
    help="A lab for tensor networks: draw one over your data, tweak it, watch the error.",
    epilog="Exit codes: 0 done; 2 wrong usage or data, or something cannot be read or written; 3 done, but a target "
    "error was not reached; 130 stopped by Ctrl-C, 143 by SIGTERM (the best so far is kept); 1 a fault of tnlab.",
    invoke_without_command=True,
    **PLAIN,
)


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
