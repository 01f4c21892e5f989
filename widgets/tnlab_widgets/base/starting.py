"""Structures to start a fit from: a named format with ranks that compress the data."""

from dataclasses import replace

from tnlab.errors import TnlabError
from tnlab.formats import formats
from tnlab.formats.base import AbstractFormat
from tnlab.network import structure_json
from tnlab.network.edits import clip_ranks, set_rank
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
        rank: Rank of every bond; by default ranks up to 64 that need about one parameter for every 32 entries, and no
            more than the cores of a bond can carry.

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
    return presentable(family.build(modes, rank) if rank is not None else _within_budget(modes, family))


def largest_that_fits(modes: tuple[int, ...], name: str, rank: int) -> Structure:
    """Return the structure of a format with a rank, or the largest below that has no more parameters than the data.

    No bond has more rank than its cores can carry.

    Raises:
        TnlabError: The format is unknown, or has no structure of this order and rank.
    """
    family = formats[name]
    structure = clip_ranks(family.build(modes, rank))
    fits, beyond = 1, rank
    while structure.parameters > structure.size and beyond - fits > 1:
        middle = (fits + beyond) // 2
        larger = clip_ranks(family.build(modes, middle))
        fits, beyond = (fits, middle) if larger.parameters > larger.size else (middle, beyond)
    if structure.parameters > structure.size:
        structure = clip_ranks(family.build(modes, fits))
    return presentable(structure)


def _within_budget(modes: tuple[int, ...], family: AbstractFormat) -> Structure:
    """Return the structure of the largest equal ranks within the budget, raised bond by bond where that is far below.

    The budget is a parameter for every 32 entries, so that all formats start with about as many.
    """
    least = family.build(modes, 1)
    budget = max(least.size // COMPRESSION, least.parameters)
    best = least
    for tried in range(2, MAX_START_RANK + 1):
        larger = clip_ranks(family.build(modes, tried))
        if larger.parameters > budget:
            break
        best = larger
    if 2 * best.parameters > budget:
        return best
    return clip_ranks(_raised(best, clip_ranks(family.build(modes, MAX_START_RANK)).ranks, budget))


def _raised(structure: Structure, most: tuple[int, ...], budget: int) -> Structure:
    """Raise the rank of one bond after the other by one, up to a most of each, while there are parameters left."""
    raised = True
    while raised:
        raised = False
        for bond, rank in enumerate(structure.ranks):
            larger = set_rank(structure, bond, rank + 1)
            if rank < most[bond] and larger.parameters <= budget:
                structure, raised = larger, True
    return structure


def similar_structure(modes: tuple[int, ...], former: Structure) -> Structure:
    """Return a structure over other modes, of the format of ``former`` if it has one for them, else a tensor train."""
    name = family_name(former)
    if name:
        try:
            return starting_structure(modes, name)
        except TnlabError:
            pass
    return starting_structure(modes)
