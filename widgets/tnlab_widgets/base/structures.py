"""Structures for the page: checked against limits, with names and positions, and their numbers, notices and presets."""

from collections import Counter
from dataclasses import replace
from itertools import count
from typing import Any

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.formats.base import core_name
from tnlab.formats.layout import auto_layout
from tnlab.network import structure_json
from tnlab.network.contraction import contraction_cost
from tnlab.network.structure import Structure

MAX_CORES = 256  # more are not told apart in a diagram
MAX_BONDS = 2048  # more are not told apart in a diagram
MAX_ON_CORE = 128  # legs and bonds of one core
MAX_NUMBER = 2**53  # JavaScript holds no larger whole number exactly
MAX_COUNT = 10**300  # entries or parameters; a float can still tell their ratio


def as_structure(value: object) -> Structure:
    """Return a structure given as a ``Structure``, a JSON object or JSON text.

    Raises:
        StructureError: The value is none of these, or breaks a rule of structures.
    """
    if isinstance(value, Structure):
        return value
    return structure_json.loads(value) if isinstance(value, str | bytes) else structure_json.from_dict(value)


def structure_from_page(record: object) -> Structure:
    """Return the structure that a JSON object from the page describes, with a name and a position for every core.

    Raises:
        StructureError: The record breaks a rule of structures, or exceeds what the editor draws.
    """
    if isinstance(record, dict):
        for field, most in (("cores", MAX_CORES), ("bonds", MAX_BONDS)):
            listed = record.get(field)
            if isinstance(listed, list | tuple) and len(listed) > most:
                raise StructureError(f"The editor draws at most {most} {field}, but this has {len(listed)}.")
    structure = structure_json.from_dict(record)
    on_core = Counter(core for bond in structure.bonds for core in bond.cores)
    fullest = max(len(core.legs) + on_core[place] for place, core in enumerate(structure.cores))
    for what, number, most in (
        ("legs and bonds on a core", fullest, MAX_ON_CORE),
        ("entries in a mode", max(structure.modes, default=1), MAX_NUMBER),
        ("as a rank", max(structure.ranks, default=1), MAX_NUMBER),
        ("entries in all", structure.size, MAX_COUNT),
        ("parameters", structure.parameters, MAX_COUNT),
    ):
        if number > most:
            raise StructureError(f"The editor draws at most {_written(most)} {what}, but this has {_written(number)}.")
    return presentable(structure)


def _written(number: int) -> str:
    """Return a whole number as text; above 2^53 as "about 2^n", since it may have thousands of digits."""
    return f"{number:,}" if number <= MAX_NUMBER else f"about 2^{number.bit_length() - 1}"


def presentable(structure: Structure) -> Structure:
    """Return the structure with a distinct name and a position for every core; names and positions that it has stay."""
    used = Counter(core.name for core in structure.cores)
    free = (name for name in map(core_name, count()) if name not in used)
    seen, named = set(), []
    for core in structure.cores:
        name = core.name if core.name and core.name not in seen else next(free)
        seen.add(name)
        named.append(replace(core, name=name))
    structure = replace(structure, cores=tuple(named))
    if all(core.position is not None for core in named):
        return structure
    held = tuple(replace(core, pinned=core.pinned or core.position is not None) for core in named)
    laid_out = auto_layout(replace(structure, cores=held))
    cores = zip(named, laid_out.cores, strict=True)
    return replace(structure, cores=tuple(replace(core, position=placed.position) for core, placed in cores))


def notice(structure: Structure) -> str:
    """Return a sentence on the first bond whose rank its neighbours cannot carry, and how many more; else nothing."""
    excess = []
    for index, bond in enumerate(structure.bonds):
        most = structure.carriable_rank(index)
        if bond.rank > most:
            excess.append(
                f"Bond {structure.bond_label(index)} has rank {bond.rank}, but its neighbours can carry at most {most}."
            )
    more = f" {len(excess) - 1} more like it." if len(excess) > 1 else ""
    return excess[0] + more if excess else ""


def numbers(structure: Structure, edit: str) -> dict[str, Any]:
    """Return parameters, compression ratio, contraction cost, size and order of a structure, for an edit."""
    return {
        "edit": edit,
        "parameters": structure.parameters,
        "compression_ratio": structure.compression_ratio,
        "contraction_cost": contraction_cost(structure),
        "size": structure.size,
        "order": structure.order,
    }


def presets() -> list[dict[str, Any]]:
    """Return {name, label, short, description} of every format, for the page's menu."""
    return [
        {
            "name": name,
            "label": family.label,
            "short": family.short,
            "description": family.description,
        }
        for name, family in formats.items()
    ]


def refusals(order: int) -> dict[str, str]:
    """Return a sentence for each format that has no structure over ``order`` modes, by its name."""
    sentences = {name: family.refusal(order) for name, family in formats.items()}
    return {name: sentence for name, sentence in sentences.items() if sentence}
