"""Requests that the editor's page makes of Python: a preset, a layout, an import, an export, measures of the graph."""

from collections.abc import Callable
from typing import Any

from tnlab.errors import StructureError, UnknownNameError
from tnlab.formats import formats
from tnlab.formats.layout import auto_layout
from tnlab.interop.einsum_text import parse_einsum
from tnlab.interop.python_source import to_python
from tnlab.interop.svg import to_svg
from tnlab.interop.tikz import to_tikz
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab_widgets.base.measures import measures
from tnlab_widgets.base.starting import largest_that_fits, starting_structure
from tnlab_widgets.base.structures import structure_from_page

MAX_TEXT = 1 << 20  # characters of an imported text; 2048 bonds as JSON have some 200,000
DEFAULT_RANK = 2  # of the bonds of a preset or an einsum expression: the least that shows a network

EXPORTS: dict[str, tuple[str, Callable[[Structure, bool], str]]] = {
    "json": ("tensor_network.json", lambda structure, _: structure_json.dumps(structure)),
    "svg": ("tensor_network.svg", lambda structure, dark: to_svg(structure, dark=dark)),
    "tikz": ("tensor_network.tex", lambda structure, _: to_tikz(structure)),
    "python": ("tensor_network.py", lambda structure, _: to_python(structure)),
    "einsum": ("tensor_network.txt", lambda structure, _: structure.einsum),
}


def answer(request: dict[str, Any], structure: Structure, *, modes_locked: bool) -> dict[str, Any]:
    """Return the fields of the reply to a request of the page.

    Args:
        request: ``{kind, ...}`` with kind "preset", "layout", "import", "export" or "measure".
        structure: The structure that the editor holds; "export" writes it, "preset" and "import" take its modes.
        modes_locked: Whether the modes belong to a tensor, so that a preset or an einsum text must keep them.

    Raises:
        TnlabError: The request cannot be answered; the message says why.
    """
    kind = request.get("kind")
    if kind == "preset":
        return _preset(request, structure, modes_locked)
    if kind == "layout":
        return {"structure": structure_json.to_dict(auto_layout(structure_from_page(request.get("structure"))))}
    if kind == "import":
        return {"structure": structure_json.to_dict(_imported(request.get("text"), structure, modes_locked))}
    if kind == "export":
        return _exported(request, structure)
    if kind == "measure":
        return measures(structure_from_page(request.get("structure")), request.get("pair"))
    raise UnknownNameError("request", kind, ("preset", "layout", "import", "export", "measure"))


def _preset(request: dict[str, Any], structure: Structure, modes_locked: bool) -> dict[str, Any]:
    """Return the structure of a format, and a note where its ranks are lower than what was asked for."""
    given = request.get("modes")
    modes = structure.modes if modes_locked or not given else given
    if not isinstance(modes, list | tuple) or len(modes) > 64:
        raise StructureError(f"modes must be a list of at most 64 sizes, but is {modes!r:.80}.")
    name, rank = str(request.get("name")), request.get("rank")
    if not modes_locked:
        built = formats[name].build(tuple(modes), DEFAULT_RANK if rank is None else rank)
        return {"structure": structure_json.to_dict(structure_from_page(structure_json.to_dict(built)))}
    if rank is None:
        return {"structure": structure_json.to_dict(starting_structure(tuple(modes), name))}
    fitting = largest_that_fits(tuple(modes), name, rank)
    most, note = max(fitting.ranks, default=rank), ""
    if most < rank:
        note = (
            f"Rank {most} instead of {rank}: the cores cannot carry more, or the network would have more numbers than "
            f"the {fitting.size:,} of the data."
        )
    return {"structure": structure_json.to_dict(fitting), "note": note}


def _imported(text: object, structure: Structure, modes_locked: bool) -> Structure:
    if not isinstance(text, str) or not text.strip():
        raise StructureError("Paste a structure as JSON, or an einsum expression such as ab,bc->ac.")
    if len(text) > MAX_TEXT:
        raise StructureError(f"The text has {len(text)} characters, but at most {MAX_TEXT} are read.")
    if text.lstrip().startswith(("{", "[")):
        return structure_from_page(structure_json.to_dict(structure_json.loads(text)))
    modes = structure.modes if modes_locked else None
    return structure_from_page(structure_json.to_dict(parse_einsum(text.strip(), modes=modes, rank=DEFAULT_RANK)))


def _exported(request: dict[str, Any], structure: Structure) -> dict[str, Any]:
    name = str(request.get("format"))
    if name not in EXPORTS:
        raise UnknownNameError("export format", name, EXPORTS)
    filename, write = EXPORTS[name]
    return {"text": write(structure, bool(request.get("dark"))), "filename": filename}
