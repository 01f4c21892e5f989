"""Registries: mappings from names to parts, such as formats, solvers and data sets, which register themselves."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from tnlab.errors import UnknownNameError

T = TypeVar("T")
S = TypeVar("S")


class Registry(Mapping[str, T]):
    """A read-only mapping from names to parts of one kind; look-up accepts aliases, iteration lists names only.

    Names are compared without case, with spaces and hyphens read as underscores.

    Args:
        kind: What the parts are, for messages, e.g. ``"format"``.

    Raises:
        UnknownNameError: A look-up finds no part of that name.

    Example:
        >>> formats = Registry("format")
        >>> @formats.register("tensor_train", "tt")
        ... class TensorTrain: ...
        >>> formats["TT"] is formats["tensor_train"], list(formats)
        (True, ['tensor_train'])
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._parts: dict[str, T] = {}
        self._names: dict[str, str] = {}

    def register(self, name: str, *aliases: str) -> Callable[[S], S]:
        """Return a decorator that enters a part in the registry under a name and its aliases.

        Raises:
            ValueError: The name or an alias is registered already.
        """
        keys = [_normalise(key) for key in (name, *aliases)]
        for key in keys:
            if key in self._names:
                raise ValueError(f"The {self.kind} name {key!r} is taken by {self._names[key]!r}.")

        def decorate(part: S) -> S:
            self._parts[keys[0]] = part  # type: ignore[assignment]
            self._names.update(dict.fromkeys(keys, keys[0]))
            return part

        return decorate

    def __getitem__(self, name: str) -> T:
        try:
            return self._parts[self._names[_normalise(name)]]
        except KeyError:
            raise UnknownNameError(self.kind, name, self._names) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


def _normalise(name: str) -> str:
    """Return a name in lower case, with underscores for spaces and hyphens."""
    return str(name).strip().lower().replace("-", "_").replace(" ", "_")
