"""The base class of named formats, their topologies, the registry, and helpers to draw them."""

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from typing_extensions import override

from tnlab.errors import FormatError
from tnlab.network.structure import Bond, Core, Position, Structure
from tnlab.registry import Registry

SPACING = 120.0
"""Distance between neighbouring cores, in diagram units; y grows downward."""
LONGEST_ROW = 15
"""Most cores of a chain that stand in one row."""
WIDER = 2.0
"""Columns for each row of a chain that wraps: about the shape of a wide screen."""


@dataclass(frozen=True)
class Topology:
    """Cores and bonds of a structure, without ranks and mode sizes.

    Attributes:
        bonds: The cores that each bond joins, ascending, in the order in which ranks are given.
        positions: Position of every core in a diagram, as papers draw the format.
        legs: The modes of each of the first cores; the cores after them are latent. By default core ``k`` carries
            mode ``k``.
        copies: The modes that the last bonds copy, one per such bond: where one rank is given for all bonds, such a
            bond has the size of its mode instead.
    """

    bonds: tuple[tuple[int, ...], ...]
    positions: tuple[Position, ...]
    legs: tuple[tuple[int, ...], ...] | None = None
    copies: tuple[int, ...] = ()


class AbstractFormat(ABC):
    """Base class of named formats: one structure for every order. A subclass defines ``topology`` and four attributes.

    Attributes:
        name: Registered name, set by the registry.
        label: Its name in a menu, e.g. ``"Tensor train"``.
        short: Its name on a button, e.g. ``"TT"``.
        description: One sentence about its topology.
        min_order: Least number of modes.
        paired: Whether it is a format of matrices: its modes are rows ``i_1, ..., i_m`` and then columns
            ``j_1, ..., j_m``, so that their number is even.
    """

    name: str = ""
    label: ClassVar[str]
    short: ClassVar[str]
    description: ClassVar[str]
    min_order: ClassVar[int] = 2
    paired: ClassVar[bool] = False

    @abstractmethod
    def topology(self, order: int) -> Topology:
        """Return the cores and bonds for ``order`` modes, an order for which ``refusal`` is empty."""

    def refusal(self, order: int) -> str:
        """Return why the format has no structure for ``order`` modes, as a sentence; empty if it has one."""
        if order < self.min_order:
            return f"{self.label} needs at least {_count(self.min_order, 'mode')}, but got {order}."
        if self.paired and order % 2:
            return (
                f"{self.label} needs an even number of modes, rows (i_1, ..., i_m) and then columns (j_1, ..., j_m), "
                f"but got {order}; a mode of size 1 can fill a pair up."
            )
        return ""

    def build(self, modes: Sequence[int], rank: int | Sequence[int]) -> Structure:
        """Return the structure of this format for a tensor of shape ``modes``.

        Ranks are taken as they are, even where the neighbouring cores could carry less
        (see ``Structure.carriable_rank``).

        Args:
            modes: Size of every mode.
            rank: One rank for all bonds but those that copy a mode, or one per bond in the order of
                ``topology(len(modes)).bonds``.

        Raises:
            FormatError: Too few modes or an odd number of paired ones, a wrong number of ranks, or a rank that is not a
                whole number above 0.
            StructureError: A mode size is not a whole number above 0.
        """
        order = len(modes)
        if reason := self.refusal(order):
            raise FormatError(reason)
        topology = self.topology(order)
        sizes: tuple[int, ...] = tuple(map(_plain, modes))  # type: ignore[arg-type]  # Structure checks them
        ranks = self._ranks(rank, len(topology.bonds))
        legs = tuple((mode,) for mode in range(order)) if topology.legs is None else topology.legs
        cores = tuple(
            Core(legs[core] if core < len(legs) else (), core_name(core), position)
            for core, position in enumerate(topology.positions)
        )
        structure = Structure(sizes, cores, tuple(map(Bond, topology.bonds, ranks)))
        if not topology.copies or isinstance(_plain(rank), Iterable):
            return structure
        copied = [sizes[mode] for mode in topology.copies]
        return Structure(sizes, cores, tuple(map(Bond, topology.bonds, ranks[: -len(copied)] + copied)))

    def _ranks(self, rank: object, bonds: int) -> list[int]:
        given = _plain(rank)
        listed = isinstance(given, Iterable)
        ranks = [_plain(each) for each in given] if isinstance(given, Iterable) else [given] * max(bonds, 1)
        if listed and len(ranks) != bonds:
            needed = _count(bonds, "rank") + (", one per bond" if bonds != 1 else " for its bond")
            raise FormatError(f"{self.label} needs {needed}, but got {len(ranks)}.")
        for place, value in enumerate(ranks):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                where = f"rank {place}" if listed else "the rank"
                raise FormatError(f"{self.label} needs ranks that are whole numbers above 0, but {where} is {value!r}.")
        return [value for value in ranks[:bonds] if isinstance(value, int)]


FormatClass = TypeVar("FormatClass", bound=type[AbstractFormat])


class FormatRegistry(Registry[AbstractFormat]):
    """Registry of the named formats; it holds one instance per class, so that ``formats["tt"].build(...)`` works."""

    @override
    def register(self, name: str, *aliases: str) -> Callable[[FormatClass], FormatClass]:
        file = super().register(name, *aliases)

        def decorate(part: FormatClass) -> FormatClass:
            part.name = name
            file(part())
            return part

        return decorate


formats = FormatRegistry("format")


def core_name(core: int) -> str:
    """Return the default name of a core by its number: A, B, ..., Z, A1, ..."""
    turn, letter = divmod(core, 26)
    return chr(ord("A") + letter) + (str(turn) if turn else "")


def in_rows(count: int) -> tuple[Position, ...]:
    """Return the positions of a chain around (0, 0): a row of up to 15 cores, else rows read forth and back."""
    columns = count if count <= LONGEST_ROW else max(8, math.ceil(math.sqrt(WIDER * count)))
    rows = math.ceil(count / columns)
    columns = math.ceil(count / rows)  # rows of about the same length
    left, top = -(columns - 1) / 2, -(rows - 1) / 2
    cells = (divmod(core, columns) for core in range(count))
    forth = ((row, columns - 1 - column if row % 2 else column) for row, column in cells)
    return tuple(((left + column) * SPACING, (top + row) * SPACING) for row, column in forth)


def on_circle(count: int, radius: float) -> tuple[Position, ...]:
    """Return the corners of a regular polygon, clockwise from the top; its top is flat where ``count`` is even."""
    start = -math.pi / 2 - (0 if count % 2 else math.pi / count)
    angles = (start + 2 * math.pi * corner / count for corner in range(count))
    return tuple((radius * math.cos(angle), radius * math.sin(angle)) for angle in angles)


def radius_for(count: int, side: float = SPACING) -> float:
    """Return the radius of the circle on which ``count`` evenly spaced cores have neighbours at distance ``side``."""
    return side / 2 / math.sin(math.pi / count)


def _plain(value: object) -> object:
    """Return an integer of numpy or torch as int, and any other value unchanged."""
    try:
        return value if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return value


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
