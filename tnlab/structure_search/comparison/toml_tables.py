"""Read tables of a TOML file key by key, with one-sentence errors that name the table and the key."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tnlab.errors import DataError, UnknownNameError
from tnlab.reading import read_file

REQUIRED = object()  # default of a key that must be given


@dataclass(frozen=True)
class Requirement:
    """What the value of a key must be: a description for error messages, and a predicate."""

    words: str
    holds: Callable[[Any], bool]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return _whole(value) or isinstance(value, float)


TEXT = Requirement("a text", lambda value: isinstance(value, str) and bool(value.strip()))
COUNT = Requirement("a whole number of at least 1", lambda value: _whole(value) and value >= 1)
SEED = Requirement("a whole number from 0 to 2^63 - 1", lambda value: _whole(value) and 0 <= value < 2**63)
POSITIVE = Requirement("a number above 0", lambda value: _number(value) and 0 < value < float("inf"))
NOISE = Requirement("a number of at least 0", lambda value: _number(value) and 0 <= value < float("inf"))
ERROR = Requirement("a number between 0 and 1", lambda value: _number(value) and 0 < value < 1)
TABLES = Requirement("a list of names or tables, with at least one in it", lambda value: _some(value, (str, dict)))


def _some(value: object, kinds: tuple[type, ...]) -> bool:
    """Return whether a value is a non-empty list of instances of the types ``kinds``."""
    return isinstance(value, list) and bool(value) and all(isinstance(part, kinds) for part in value)


def one_or_more(requirement: Requirement) -> Requirement:
    """Return the requirement of one value that meets ``requirement``, or a non-empty list of distinct ones."""

    def holds(value: Any) -> bool:
        if not isinstance(value, list):
            return requirement.holds(value)
        return bool(value) and all(requirement.holds(part) for part in value) and len(set(value)) == len(value)

    return Requirement(f"{requirement.words}, or a list of different ones", holds)


def one_of(*words: str) -> Requirement:
    """Return the requirement of being one of the given words."""
    return Requirement(f"one of {', '.join(words)}", lambda value: value in words)


@dataclass(eq=False)
class Table:
    """One TOML table whose keys are read with ``take``; ``done`` then rejects every key that was never asked for.

    Attributes:
        place: File and table, for error messages.
        values: Keys of the table and their values.

    Example:
        >>> table = Table("runs.toml", {"seeds": 3, "titel": "Rings"})
        >>> table.take("seeds", COUNT), table.take("title", TEXT, "")
        (3, '')
        >>> table.done()
        Traceback (most recent call last):
        tnlab.errors.DataError: runs.toml: Unknown key 'titel'. Did you mean 'title'? Known: seeds, title.
    """

    place: str
    values: dict[str, Any]
    _known: list[str] = field(default_factory=list, init=False)

    def take(self, key: str, requirement: Requirement, default: Any = REQUIRED) -> Any:
        """Return the value of a key, or ``default`` if the key is missing; ``done`` then accepts the key.

        Raises:
            DataError: The key is missing and has no default, or its value does not meet ``requirement``.
        """
        self._known.append(key)
        if key not in self.values:
            if default is REQUIRED:
                close = [str(UnknownNameError("key", name, [key])) for name in self.values]
                near = next((said for said in close if "Did you mean" in said), "")
                raise self.wrong(key, f"is missing; it must be {requirement.words}. {near}".strip())
            return default
        value = self.values[key]
        if not requirement.holds(value):
            raise self.wrong(key, f"must be {requirement.words}, but is {value!r:.80}.")
        return value

    def wrong(self, key: str, what: str) -> DataError:
        """Return a DataError whose message is place, key and ``what``."""
        return DataError(f"{self.place}: {key} {what}")

    def done(self) -> None:
        """Reject keys that ``take`` has not asked for.

        Raises:
            DataError: The table has such a key; the message suggests the closest known one.
        """
        for key in self.values:
            if key not in self._known:
                raise DataError(f"{self.place}: {UnknownNameError('key', key, self._known)}")

    def tables(self, key: str) -> list["Table"]:
        """Return a list of sub-tables; a string in the list is short for a table with that ``name`` alone.

        Raises:
            DataError: The key is missing, or its value is not a non-empty list of tables and strings.
        """
        parts = self.take(key, TABLES)
        return [
            Table(f"{self.place}, {key}[{place}]", {"name": part} if isinstance(part, str) else dict(part))
            for place, part in enumerate(parts, start=1)
        ]


def read_toml(path: Path) -> tuple[Table, str]:
    """Read a TOML file; return its outermost table, and its text.

    Raises:
        DataError: The file cannot be read, or is not TOML.
    """
    try:
        text = read_file(path).decode()
        return Table(path.name, tomllib.loads(text)), text
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"{path.name} is not TOML: {str(error).rstrip('.')}.") from None
