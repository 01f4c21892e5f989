"""The command ``tnlab``: open the lab, serve the Explorer, or fit one tensor and print one answer."""

import json
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Annotated, cast

import torch
import typer
from safetensors import SafetensorError

from tnlab import launch
from tnlab.data import Source, datasets, modes_text, parse_modes, read_array
from tnlab.data.quantise import Order
from tnlab.errors import DataError, FormatError, StructureError, TnlabError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.solvers.base import Snapshot
from tnlab.solvers.fit import Fit
from tnlab.solvers.fit import fit as fit_tensor

BAD_INPUT, INTERRUPTED = 2, 130
ONE_THREAD = 1_000_000  # up to about this many entries more threads only cost time
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


@app.command()
def lab(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; without it the first free one.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open the first notebook in JupyterLab."""
    raise typer.Exit(launch.lab(port=port, browser=browser))


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve at.")] = 8866,
    host: Annotated[str, typer.Option(help="Address of this machine to serve at.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Serve the Explorer as a web page."""
    raise typer.Exit(launch.dashboard(port=port, host=host, browser=browser))


@app.command("datasets")
def list_datasets() -> None:
    """List the built-in data sets with their licences."""
    for name, entry in datasets.items():
        typer.echo(f"{name:18} {modes_text(entry.modes):14} {entry.order:10} {entry.label}  [{entry.licence}]")


@app.command("formats")
def list_formats() -> None:
    """List the named formats."""
    for name, entry in formats.items():
        typer.echo(f"{name:18} {entry.description}")


@app.command()
def fit(
    data: Annotated[
        str, typer.Argument(metavar="INPUT", help="A built-in name (see tnlab datasets), or a .npy, PNG or JPEG file.")
    ],
    shape: Annotated[str, typer.Option(help="Mode sizes, such as 16x16x16x16 or 4^8.")] = "",
    order: Annotated[str, typer.Option(help="How entries become modes: plain (a reshape) or quantised.")] = "",
    format_: Annotated[str, typer.Option("--format", help="A named format (see tnlab formats); needs --rank.")] = "",
    rank: Annotated[str, typer.Option(help="One rank for all bonds, or one per bond: 3,4,3.")] = "",
    structure: Annotated[Path | None, typer.Option(help="A structure as a JSON file, instead of --format.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same floats.")] = 0,
    max_sweeps: Annotated[int, typer.Option(min=1, help="Sweeps per start.")] = 500,
    restarts: Annotated[int, typer.Option(min=1, help="Number of starts; the best is kept.")] = 1,
    save: Annotated[Path | None, typer.Option(help="Write the fitted network here (safetensors).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit one tensor network to one tensor and print the result.

    Without --shape and --order a built-in data set opens with its own modes, a file with the axes of its array;
    with --shape alone the order is plain.
    """
    network = _network_of(structure, format_, rank)
    source = _source(data, shape or (modes_text(network.modes) if isinstance(network, Structure) else ""), order)
    wanted = network if isinstance(network, Structure) else network(source.modes)
    _check_target(save)
    if source.array.size <= ONE_THREAD:
        torch.set_num_threads(1)
    result = _fit(source, wanted, seed=seed, max_sweeps=max_sweeps, restarts=restarts)
    if save is not None:
        _save(result, save)
    typer.echo(json.dumps(_record(result)) if as_json else _table(source, result))


def _network_of(file: Path | None, name: str, rank: str) -> Structure | Callable[[tuple[int, ...]], Structure]:
    """Return the structure of a file, or what builds one of a named format for given modes."""
    if (file is None) == (not name):
        raise FormatError("Say what to fit: either --format NAME with --rank R, or --structure FILE.json.")
    if file is not None:
        if rank:
            raise FormatError("A structure file has its own ranks; leave --rank away, or use --format NAME.")
        try:
            return structure_json.loads(file.read_bytes())
        except OSError as error:
            raise DataError(f"The structure file {str(file)!r} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise StructureError(f"The structure file {str(file)!r} must hold JSON text.") from None
    if not rank:
        raise FormatError(f"The format {name!r} needs a rank, for instance --rank 4.")
    try:
        ranks = [int(word) for word in rank.split(",")]
    except ValueError:
        raise FormatError(
            f"--rank takes a whole number or several with commas (3,4,3), but got {rank!r:.80}."
        ) from None
    chosen = formats[name]
    return lambda modes: chosen.build(modes, ranks[0] if "," not in rank else ranks)


def _source(data: str, shape: str, order: str) -> Source:
    if order not in ("", "plain", "quantised"):
        raise DataError(f"--order must be plain or quantised, but is {order!r:.80}.")
    chosen: Order = "quantised" if order == "quantised" else "plain"
    modes = parse_modes(shape) if shape else None
    if data in datasets:
        source = datasets[data].source()
        return source.with_modes(modes or source.modes, chosen if shape or order else source.order)
    path = Path(data)
    if not path.exists() and not path.suffix and path.name == data:
        hint = str(UnknownNameError("data set", data, datasets))
        raise DataError(f"There is no file {data!r:.80}, and no data set of that name. {hint}")
    array = read_array(data, path, max_bytes=None, max_entries=None)
    source = Source.of(array, name=data, max_entries=None)
    if chosen == "quantised" and modes is None:
        offers = [modes_text(modes) for modes, order in source.suggested_modes if order == "quantised"]
        raise DataError(f"--order quantised needs --shape too, for instance --shape {(offers or ['4x4x4x4'])[0]}.")
    return source.with_modes(modes or source.modes, chosen)


def _fit(source: Source, structure: Structure, *, seed: int, max_sweeps: int, restarts: int) -> Fit:
    live = sys.stderr.isatty()
    try:
        return fit_tensor(
            source.tensor,
            structure,
            seed=seed,
            max_sweeps=max_sweeps,
            restarts=restarts,
            callback=_show_progress if live else None,
        )
    finally:
        if live:
            sys.stderr.write("\r\x1b[K")


def _show_progress(snapshot: Snapshot) -> None:
    sys.stderr.write(f"\rsweep {snapshot.sweep}  relative error {snapshot.relative_error:.6f}  ")
    sys.stderr.flush()


def _record(result: Fit) -> dict[str, object]:
    return {
        "relative_error": result.relative_error,
        "parameters": result.parameters,
        "compression_ratio": result.structure.compression_ratio,
        "sweeps": result.sweeps,
        "seconds": result.seconds,
        "status": result.status.name.lower(),
        "structure": structure_json.to_dict(result.structure),
    }


def _table(source: Source, result: Fit) -> str:
    rows = {
        "tensor": f"{source.label} as {modes_text(source.modes)}, {source.order}",
        "relative error": f"{result.relative_error:.6g}",
        "parameters": f"{result.parameters:,}",
        "compression ratio": f"{result.structure.compression_ratio:.4g}",
        "sweeps": f"{result.sweeps}",
        "seconds": f"{result.seconds:.3g}",
        "status": result.status.value,
    }
    return "\n".join(f"{name:18} {value}" for name, value in rows.items())


def _check_target(save: Path | None) -> None:
    """Refuse before the fit what could not be written after it."""
    if save is not None and (save.is_dir() or not save.absolute().parent.is_dir()):
        raise DataError(f"The network cannot be saved as {str(save)!r}: that is a folder, or its folder is missing.")


def _save(result: Fit, path: Path) -> None:
    try:
        result.network.save(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"The network cannot be saved as {str(path)!r}: {error}.") from None
