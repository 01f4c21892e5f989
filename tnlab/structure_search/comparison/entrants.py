"""The engines that a comparison file lists, each with the settings that the file gives it."""

from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any

from tnlab.errors import DataError, UnknownNameError
from tnlab.structure_search.comparison.toml_tables import TEXT, Requirement, Table
from tnlab.structure_search.engines.base import AbstractEngine, engines


@dataclass(frozen=True)
class Entrant:
    """One engine of a comparison: its registered name and its settings.

    Attributes:
        label: Name in tables and figures.
        name: Registered name of the engine.
        settings: Settings that the file gives, as pairs of field name and value; others keep the engine's defaults.
    """

    label: str
    name: str
    settings: tuple[tuple[str, Any], ...] = ()

    def engine(self) -> AbstractEngine[Any]:
        """Return a new instance of the engine, built with these settings."""
        return engines[self.name](**dict(self.settings))

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the engine's class too: unpickling imports its module, which registers the engine."""
        return self.__dict__ | {"_part": engines[self.name]}


def entrant_of(table: Table) -> Entrant:
    """Return the entrant that one table of ``engines`` in a comparison file describes, and reject unknown keys.

    Raises:
        DataError: No engine has that name, a setting is not a field of the engine, or its value has the wrong type.
    """
    given = table.take("name", TEXT)
    if given not in engines:
        raise DataError(f"{table.place}: name: {UnknownNameError('engine', given, engines)}")
    part = engines[given]
    name = next(known for known, other in engines.items() if other is part)
    settings = _settings(table, part)
    said = ", ".join(f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in settings)
    label = table.take("label", TEXT, f"{given} ({said})" if said else given)
    table.done()
    return Entrant(label, name, settings)


def _settings(table: Table, part: type[AbstractEngine[Any]]) -> tuple[tuple[str, Any], ...]:
    """Return the engine settings given in a table as pairs; each must have the type of that setting's default."""
    chosen = []
    for known in fields(part) if is_dataclass(part) else ():
        default = known.default if known.default_factory is MISSING else known.default_factory()
        value = table.take(known.name, _like(default), default)
        if known.name in table.values:
            chosen.append((known.name, tuple(value) if isinstance(value, list) else value))
    return tuple(chosen)


def _like(default: object) -> Requirement:
    """Return the requirement that a value has the same type as a default (an int also passes as a float)."""
    if isinstance(default, bool):
        return Requirement("true or false", lambda value: isinstance(value, bool))
    if isinstance(default, int):
        return Requirement("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))
    if isinstance(default, float):
        return Requirement("a number", lambda value: isinstance(value, (int, float)) and not isinstance(value, bool))
    if isinstance(default, str):
        return TEXT
    if isinstance(default, tuple):
        return Requirement("a list", lambda value: isinstance(value, list))
    return Requirement("a number or a text", lambda value: isinstance(value, (int, float, str)))
