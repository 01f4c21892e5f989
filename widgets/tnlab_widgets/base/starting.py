"""Structures to start a fit from: a named format with ranks that compress the data."""

from dataclasses import replace

from tnlab.errors import TnlabError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.edits import clip_ranks
from tnlab.network.structure import Bond, Structure
from tnlab_widgets.base.structures import presentable

MAX_START_RANK = 64  # a first sweep stays fast
COMPRESSION = 32  # entries per parameter of a first structure: coarse, with room to grow


def family_name(structure: Structure) -> str:
    """Return the name of the first format whose cores and bonds the structure has at rank 1, or an empty text."""
    flat = replace(structure, bonds=tuple(Bond(bond.cores, 1) for bond in structure.bonds))
    for name, family in formats.items():
        if family.refusal(structure.order):
            continue
        same = family.build(structure.modes, 1)
        if same.cores == flat.cores and sorted(b.cores for b in same.bonds) == sorted(b.cores for b in flat.bonds):
            return name
    return ""


def starting_structure(modes: tuple[int, ...], name: str = "tensor_train", rank: int | None = None) -> Structure:
    """Return the structure of a format over these modes, with a name and a position for every core.

    A tensor of one mode gets a single core: no format has fewer than two.

    Args:
        modes: Mode sizes.
        name: Name of the format.
        rank: Rank of every bond; by default the largest up to 64 with at least 32 entries per parameter, else 2.

    Raises:
        TnlabError: The format is unknown, or has no structure of this order.
    """
    if len(modes) < 2:
        return presentable(
            structure_json.from_dict(
                {"version": 1, "modes": list(modes), "cores": [{"legs": list(range(len(modes)))}], "bonds": []}
            )
        )
    family = formats[name]
    if rank is not None:
        return presentable(family.build(modes, rank))
    best = clip_ranks(family.build(modes, 2))
    for tried in range(3, MAX_START_RANK + 1):
        larger = family.build(modes, tried)
        if larger.parameters > larger.size / COMPRESSION:
            break
        best = clip_ranks(larger)
    return presentable(best)


def similar_structure(modes: tuple[int, ...], former: Structure) -> Structure:
    """Return a structure over other modes, of the format of ``former`` if it has one for them, else a tensor train."""
    name = family_name(former)
    if name:
        try:
            return starting_structure(modes, name)
        except TnlabError:
            pass
    return starting_structure(modes)
