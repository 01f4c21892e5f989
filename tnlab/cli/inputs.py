"""Arguments that several commands share: a tensor from a file or data set, a structure from a file or format."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from tnlab.data import Source, datasets, modes_text, parse_modes
from tnlab.data.files import read_file_array, split_key
from tnlab.data.quantise import Order
from tnlab.errors import DataError, FormatError, StructureError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.reading import read_file

Input = Annotated[
    str,
    typer.Argument(
        metavar="INPUT",
        help="A built-in name (see tnlab datasets), or a file; name.npz:key takes one of several arrays.",
    ),
]
Shape = Annotated[str, typer.Option(help="Mode sizes, such as 16x16x16x16 or 4^8.")]
EntryOrder = Annotated[str, typer.Option(help="How entries become modes: plain (a reshape) or quantised.")]
FormatName = Annotated[str, typer.Option("--format", help="A named format (see tnlab formats); needs --rank.")]
Rank = Annotated[str, typer.Option(help="One rank for all bonds, or one per bond: 3,4,3.")]
StructureFile = Annotated[Path | None, typer.Option(help="A structure as a JSON file, instead of --format.")]
Prepare = Callable[[np.ndarray], np.ndarray]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def tensor_and_structure(
    data: str,
    shape: str,
    order: str,
    *,
    file: Path | None,
    name: str,
    rank: str,
    verb: str,
    prepare: Prepare | None = None,
) -> tuple[Source, Structure]:
    """Return the tensor and the structure that the arguments of a command name.

    Without ``shape`` the tensor has the modes of the structure file, if there is one.

    Args:
        data: Name of a data set, or path of an array or picture.
        shape: Mode sizes as text, such as ``"4^8"``; may be empty.
        order: ``"plain"``, ``"quantised"`` or empty.
        file: Structure file (JSON); exactly one of ``file`` and ``name`` is needed.
        name: Name of a format.
        rank: With ``name``: one rank, or one per bond separated by commas.
        verb: What the command does, for the message that neither is given.
        prepare: Applied to the array of a file before it is checked.

    Raises:
        TnlabError: The tensor or the structure cannot be read, or the options contradict each other.
    """
    network = _network_of(file, name, rank, verb)
    shape = shape or (modes_text(network.modes) if isinstance(network, Structure) else "")
    source = source_of(data, shape, order, prepare=prepare)
    return source, network if isinstance(network, Structure) else network(source.modes)


def table(rows: dict[str, str]) -> str:
    """Return a printed table of names and values, one row per name."""
    return "\n".join(f"{name:18} {value}" for name, value in rows.items())


def tensor_text(source: Source) -> str:
    """Return the name, mode sizes and entry order of a source as text, and what was left out of its file."""
    text = f"{source.label} as {modes_text(source.modes)}, {source.order}"
    return f"{text}. {source.note}" if source.note else text


def _network_of(
    file: Path | None, name: str, rank: str, verb: str
) -> Structure | Callable[[tuple[int, ...]], Structure]:
    """Return the structure of a file, or a function from mode sizes to the structure of a named format and ranks."""
    if (file is None) == (not name):
        raise FormatError(f"Say what to {verb}: either --format NAME with --rank R, or --structure FILE.json.")
    if file is not None:
        if rank:
            raise FormatError("A structure file has its own ranks; leave out --rank, or use --format NAME.")
        try:
            return structure_json.loads(read_file(file))
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


def source_of(data: str, shape: str, order: str, *, prepare: Prepare | None = None) -> Source:
    """Return the tensor that the arguments ``INPUT``, ``--shape`` and ``--order`` of a command name.

    Args:
        data: Name of a data set, or path of an array or picture.
        shape: Mode sizes as text, such as ``"4^8"``; if empty, those of the data set or the axes of the array.
        order: How entries become modes: ``"plain"``, ``"quantised"``, or empty for the data set's own.
        prepare: Applied to the array of a file before it is checked.

    Raises:
        DataError: The tensor cannot be read, or does not have as many entries as the modes need.
    """
    if order not in ("", "plain", "quantised"):
        raise DataError(f"--order must be plain or quantised, but is {order!r:.80}.")
    chosen: Order = "quantised" if order == "quantised" else "plain"
    modes = parse_modes(shape) if shape else None
    if data in datasets:
        source = datasets[data].source()
        return source.with_modes(modes or source.modes, chosen if shape or order else source.order)
    path, key = split_key(data)
    if not path.exists() and not path.suffix and path.name == data:
        hint = str(UnknownNameError("data set", data, datasets))
        raise DataError(f"There is no file {data!r:.80}, and no data set of that name. {hint}")
    found = read_file_array(str(path), path, key=key, max_bytes=None, max_entries=None)
    array = found.array if prepare is None else prepare(found.array)
    source = Source.of(array, name=data, axes=found.axes, note=found.note, max_entries=None)
    if chosen == "quantised" and modes is None:
        offers = [modes_text(modes) for modes, order in source.suggested_modes if order == "quantised"]
        raise DataError(f"--order quantised needs --shape too, for instance --shape {(offers or ['4x4x4x4'])[0]}.")
    return source.with_modes(modes or source.modes, chosen)
