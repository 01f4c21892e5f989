"""``tnlab export``: write a structure or a fitted network as source, drawing, einsum text or JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tnlab.cli.outputs import print_or_write
from tnlab.errors import DataError, UnknownNameError
from tnlab.interop.python_source import TARGETS, to_python
from tnlab.interop.svg import to_svg
from tnlab.interop.tikz import to_tikz
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.reading import read_file

KINDS = {"svg": (".svg",), "tikz": (".tex", ".tikz", ".pgf"), "einsum": (".txt",), "json": (".json",)}
"""Suffixes of the files of each drawing or text."""

PYTHON = {f"python-{name.removeprefix('einsum_')}": name for name in TARGETS}
DRAWINGS: dict[str, Callable[[Structure], str]] = {
    "svg": to_svg,
    "tikz": to_tikz,
    "einsum": lambda structure: structure.einsum,
    "json": structure_json.dumps,
}


def export(
    network: Annotated[
        Path, typer.Argument(help="A structure (JSON), or a network that fit --save wrote (safetensors).")
    ],
    to: Annotated[str, typer.Option(help=f"One of {', '.join((*PYTHON, *DRAWINGS))}.")] = "python-numpy",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of printing; - prints.")] = None,
) -> None:
    """Print a network as Python source that runs without tnlab, as a drawing, as einsum text or as JSON.

    Source for a fitted network reads its cores from the safetensors file; for a structure alone it makes random cores.
    """
    kind = to.lower().replace("_", "-").replace("python-einsum", "python-numpy")
    if kind not in PYTHON and kind not in DRAWINGS:
        raise UnknownNameError("export", to, (*PYTHON, *DRAWINGS))
    structure, weights = _read(network)
    text = to_python(structure, weights, PYTHON[kind]) if kind in PYTHON else DRAWINGS[kind](structure)
    print_or_write(text.rstrip("\n") + "\n", output, suffixes=KINDS.get(kind, (".py",)))


def _read(path: Path) -> tuple[Structure, str | None]:
    """Return the structure in a file, and the absolute path of its cores: None for a JSON file, which has none."""
    try:
        if path.suffix.lower() == ".json":
            return structure_json.loads(read_file(path)), None
        return Network.load(path).structure, str(path.absolute())
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{str(path)!r} must hold JSON text.") from None
