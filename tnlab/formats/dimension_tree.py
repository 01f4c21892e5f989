"""Dimension tree of any shape: hierarchical Tucker over a nesting of the modes."""

import reprlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Union

from typing_extensions import override

from tnlab.errors import FormatError
from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats

STEP = 0.8 * SPACING  # diagram units between neighbouring leaves, and between levels
Nesting = Union[int, "tuple[Nesting, ...]"]  # a mode, or a tuple of parts that a latent core joins


@formats.register("dimension_tree", "linear_tree")
@dataclass(frozen=True)
class DimensionTree(AbstractFormat):
    """Tree given as nested brackets: the modes are its leaves, every pair of brackets a latent core over its parts.

    Bond ``k`` joins core ``k`` to its parent, so the bonds of the leaves come first, in the order of the modes; then
    come the latent cores, parts before what they are parts of, the root last. Without a nesting the tree is linear,
    ``(((0, 1), 2), 3)``; the balanced one is the format ``binary_tree``.

    Attributes:
        nesting: Modes and brackets, such as ``((0, 1), (2, (3, 4)))``; brackets hold two or more parts.

    References:
        Hackbusch 2009: https://doi.org/10.1007/s00041-009-9094-9
        Grasedyck 2010: https://doi.org/10.1137/090764189

    Example:
        >>> DimensionTree(((0, 1), (2, (3, 4)))).build((4, 4, 4, 4, 4), 3).core_shapes[5:]
        ((3, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3))
    """

    nesting: Nesting | None = None

    label = "Dimension tree"
    short = "DTree"
    description = "Cores at the leaves of a tree of any shape; without one given, modes join it one after the other."

    @override
    def topology(self, order: int) -> Topology:
        nesting = _linear(order) if self.nesting is None else self.nesting
        parts = list(_inner_first(nesting))
        _check(parts, nesting, order)
        positions = [(0.0, 0.0)] * order
        for place, leaf in enumerate(part for part in parts if isinstance(part, int)):
            positions[leaf] = ((place - (order - 1) / 2) * STEP, 0.0)
        bonds: list[tuple[int, int]] = []
        tops: list[int] = []  # the topmost cores of the parts that wait for the brackets around them
        for part in parts:
            if isinstance(part, int):
                tops.append(part)
                continue
            children = tops[-len(part) :]
            x = sum(positions[child][0] for child in children) / len(children)
            bonds += [(child, len(positions)) for child in children]
            tops[-len(part) :] = [len(positions)]
            positions.append((x, min(positions[child][1] for child in children) - STEP))
        return Topology(tuple(sorted(bonds)), tuple(positions))


def _linear(order: int) -> Nesting:
    nesting: Nesting = 0
    for mode in range(1, order):
        nesting = (nesting, mode)
    return nesting


def _inner_first(nesting: object) -> Iterator[Any]:
    """Return all parts of a nesting, each after the parts that it holds, from left to right."""
    parts, waiting = [], [nesting]
    while waiting:
        part = waiting.pop()
        parts.append(part)
        if isinstance(part, tuple):
            waiting.extend(part)
    return reversed(parts)


def _check(parts: list[object], nesting: object, order: int) -> None:
    """Refuse parts other than modes and brackets, and such that do not name the modes below ``order`` exactly once."""
    whole = reprlib.repr(nesting)
    for part in parts:
        if isinstance(part, tuple) and len(part) < 2:
            raise FormatError(f"Brackets in a dimension tree hold two or more parts, but {whole} holds {part!r}.")
        if isinstance(part, bool) or not isinstance(part, int | tuple):
            raise FormatError(f"A dimension tree is made of modes and brackets (tuples), but {whole} holds {part!r}.")
    found = Counter(part for part in parts if isinstance(part, int))
    for mode, times in found.items():
        if times > 1:
            raise FormatError(f"A dimension tree names every mode once, but {whole} names mode {mode} {times} times.")
        if not 0 <= mode < order:
            raise FormatError(f"The modes are 0 to {order - 1}, but the dimension tree {whole} names mode {mode}.")
    missing = [mode for mode in range(order) if mode not in found]
    if missing:
        raise FormatError(f"The dimension tree {whole} lacks mode {missing[0]} of the modes 0 to {order - 1}.")
