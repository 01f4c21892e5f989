"""Conversion of a structure to JSON and back, with validation of every field; version 1 of the format.

``{"version": 1, "modes": [4, 4], "cores": [{"legs": [0], "name": "A", "position": [0, 0], "pinned": false}, ...],
"bonds": [{"cores": [0, 1], "rank": 3}, ...]}``; name, position and pinned are optional. Unknown fields are refused.
"""

import json
from collections.abc import Set
from typing import Any

from tnlab.errors import StructureError
from tnlab.network.structure import Bond, Core, Structure

VERSION = 1  # of the JSON format


def to_dict(structure: Structure) -> dict[str, Any]:
    """Return a structure as a dictionary of lists, numbers and strings, ready for ``json.dumps``."""
    return {
        "version": VERSION,
        "modes": list(structure.modes),
        "cores": [_core_to_dict(core) for core in structure.cores],
        "bonds": [{"cores": list(bond.cores), "rank": bond.rank} for bond in structure.bonds],
    }


def from_dict(record: object) -> Structure:
    """Return the structure that a decoded JSON object describes.

    Raises:
        StructureError: A field is unknown, missing or of the wrong type, or the structure breaks a rule of
            ``Structure``; the message names the field, core, bond or mode.
    """
    fields = _fields(record, "the structure", needed={"version", "modes", "cores", "bonds"})
    if fields["version"] != VERSION:
        raise StructureError(f"version must be {VERSION}, but is {fields['version']!r:.40}.")
    return Structure(
        modes=tuple(_whole(size, f"modes[{k}]") for k, size in enumerate(_list(fields["modes"], "modes"))),
        cores=tuple(_core_from_dict(core, f"cores[{k}]") for k, core in enumerate(_list(fields["cores"], "cores"))),
        bonds=tuple(_bond_from_dict(bond, f"bonds[{k}]") for k, bond in enumerate(_list(fields["bonds"], "bonds"))),
    )


def dumps(structure: Structure) -> str:
    """Return a structure as one line of JSON text."""
    return json.dumps(to_dict(structure))


def loads(text: str | bytes) -> Structure:
    """Return the structure that a JSON text describes.

    Raises:
        StructureError: The text is not JSON, or describes no valid structure.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StructureError(f"A structure file must hold JSON, but: {error}.") from None
    return from_dict(record)


def _core_to_dict(core: Core) -> dict[str, Any]:
    record: dict[str, Any] = {"legs": list(core.legs)}
    if core.name:
        record["name"] = core.name
    if core.position is not None:
        record["position"] = list(core.position)
    if core.pinned:
        record["pinned"] = True
    return record


def _core_from_dict(record: object, where: str) -> Core:
    fields = _fields(record, where, needed={"legs"}, optional={"name", "position", "pinned"})
    legs = tuple(_whole(leg, f"{where}.legs[{k}]") for k, leg in enumerate(_list(fields["legs"], f"{where}.legs")))
    position = fields.get("position")
    try:
        return Core(
            legs,
            name=fields.get("name", ""),
            position=None if position is None else _pair(_list(position, "position")),
            pinned=fields.get("pinned", False),
        )
    except StructureError as error:
        raise StructureError(f"{where}.{error}") from None


def _pair(numbers: list[Any]) -> tuple[Any, ...]:
    """Return the numbers of a position as floats; whatever else they are is left to ``Core`` to refuse."""
    return tuple(float(x) if isinstance(x, int) and not isinstance(x, bool) and abs(x) < 2**53 else x for x in numbers)


def _bond_from_dict(record: object, where: str) -> Bond:
    fields = _fields(record, where, needed={"cores", "rank"})
    joined = [_whole(core, f"{where}.cores[{k}]") for k, core in enumerate(_list(fields["cores"], f"{where}.cores"))]
    return Bond(tuple(sorted(joined)), _whole(fields["rank"], f"{where}.rank"))


def _fields(record: object, where: str, *, needed: set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """Return a JSON object after checking that it has all needed fields and no unknown one."""
    if not isinstance(record, dict):
        raise StructureError(f"{where} must be a JSON object, but is {record!r:.80}.")
    for name in record:
        if name not in needed | optional:
            raise StructureError(f"{where} has an unknown field {name!r:.80}; known: {sorted(needed | optional)}.")
    for name in sorted(needed - record.keys()):
        raise StructureError(f"{where} lacks the field {name!r}.")
    return record


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise StructureError(f"{where} must be a list, but is {value!r:.80}.")
    return list(value)


def _whole(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise StructureError(f"{where} must be a whole number, but is {value!r:.80}.")
    return value
