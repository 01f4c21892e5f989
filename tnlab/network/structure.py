"""The structure of a tensor network: its cores, bonds, ranks and modes, without the entries of the cores."""

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import opt_einsum

from tnlab.array_like import whole, wholes
from tnlab.errors import StructureError
from tnlab.metrics import compression_ratio

Position = tuple[float, float]  # (x, y) of a core in a drawing, where neighbours lie some hundred units apart
MAX_NAME = 64  # characters of a core's name: as many as a drawing has room for
MAX_POSITION = 1e9  # diagram units, in which neighbouring cores lie some hundred apart: room for millions of cores


@dataclass(frozen=True)
class Core:
    """One core of a structure: the modes that it carries, and how a drawing shows it.

    Two cores with the same legs are equal; name, position and pinned are ignored by comparison and hashing.

    Attributes:
        legs: Numbers of the modes that the core carries, in the order of its first axes; empty for a latent core.
        name: Label in drawings and messages; if empty, the structure labels the core A, B, ... by its place.
        position: Place in a drawing, (x, y) in diagram units, or None to leave it to the automatic layout.
        pinned: Whether the automatic layout must keep ``position``.

    Raises:
        StructureError: The name is no text of at most 64 characters, the position is not two finite numbers, or
            ``pinned`` is no truth value.
    """

    legs: tuple[int, ...] = ()
    name: str = field(default="", compare=False)
    position: Position | None = field(default=None, compare=False)
    pinned: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "legs", _listed(self.legs, "The legs of a core"))
        if not isinstance(self.name, str) or len(self.name) > MAX_NAME:
            raise StructureError(f"name must be a text of at most {MAX_NAME} characters, but is {self.name!r:.80}.")
        if self.position is not None and not _is_position(self.position):
            raise StructureError(
                f"position must be two finite numbers (x, y) of at most {MAX_POSITION:,.0f}, "
                f"but is {self.position!r:.80}."
            )
        if not isinstance(self.pinned, bool):
            raise StructureError(f"pinned must be True or False, but is {self.pinned!r:.40}.")


@dataclass(frozen=True)
class Bond:
    """An index that two cores share, or more than two cores (then a hyper-bond).

    Attributes:
        cores: Indices in ``Structure.cores`` of the cores that the bond joins, at least two, ascending.
        rank: Size of the shared index, at least 1.
    """

    cores: tuple[int, ...]
    rank: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "cores", _listed(self.cores, "The cores of a bond"))
        object.__setattr__(self, "rank", whole(self.rank))


@dataclass(frozen=True)
class Structure:
    """Modes, cores and bonds of a connected tensor network: everything but the entries of its cores.

    The value is immutable and hashable, and its constructor checks every rule. The array of a core has one axis per
    leg, in the order of ``Core.legs``, then one axis per bond that joins the core, in the order of ``bonds``. The
    network represents the tensor, of shape ``modes``, that remains when every bond is summed over.

    Attributes:
        modes: Size of every mode of the tensor, at least 1.
        cores: The cores; every mode is a leg of exactly one of them.
        bonds: The bonds; two cores may share several (parallel bonds).

    Raises:
        StructureError: There is no mode or no core, a size or a rank is not a whole number of at least 1, not exactly
            one core carries a mode, a bond does not list at least two different cores in ascending order, or some core
            is not connected to the others. The message names the mode, the core or the bond.

    Example:
        >>> pair = Structure((4, 5), (Core((0,)), Core((1,))), (Bond((0, 1), 3),))
        >>> pair.parameters, pair.core_shapes
        (27, ((4, 3), (5, 3)))
    """

    modes: tuple[int, ...]
    cores: tuple[Core, ...]
    bonds: tuple[Bond, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "modes", _listed(self.modes, "The modes of a structure"))
        object.__setattr__(self, "cores", tuple(self.cores))
        object.__setattr__(self, "bonds", tuple(self.bonds))
        _check_modes(self)
        _check_bonds(self)
        _check_connected(self)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """The hash, of whole numbers alone, so that it is the same in every process; it is asked for in every call."""
        legs = tuple(core.legs for core in self.cores)
        return hash((self.modes, legs, tuple((bond.cores, bond.rank) for bond in self.bonds)))

    @property
    def order(self) -> int:
        """Number of modes."""
        return len(self.modes)

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """Rank of every bond, in the order of ``bonds``."""
        return tuple(bond.rank for bond in self.bonds)

    @cached_property
    def core_bonds(self) -> tuple[tuple[int, ...], ...]:
        """For every core the indices in ``bonds`` of the bonds that join it, ascending."""
        at: list[list[int]] = [[] for _ in self.cores]
        for index, bond in enumerate(self.bonds):
            for core in bond.cores:
                at[core].append(index)
        return tuple(map(tuple, at))

    @cached_property
    def core_indices(self) -> tuple[tuple[int, ...], ...]:
        """For every core the integer labels of its axes: ``m`` for mode ``m``, ``order + b`` for bond ``b``."""
        return tuple(
            core.legs + tuple(self.order + bond for bond in bonds)
            for core, bonds in zip(self.cores, self.core_bonds, strict=True)
        )

    @cached_property
    def index_sizes(self) -> tuple[int, ...]:
        """Sizes of the indices by the labels of ``core_indices``: of the modes, then of the bonds."""
        return self.modes + self.ranks

    @cached_property
    def core_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of every core's array: the sizes of its legs, then the ranks of its bonds."""
        sizes = self.index_sizes
        return tuple(tuple(sizes[index] for index in indices) for indices in self.core_indices)

    @cached_property
    def parameters(self) -> int:
        """Number of entries of all cores together."""
        return sum(math.prod(shape) for shape in self.core_shapes)

    @property
    def size(self) -> int:
        """Number of entries of the tensor that the network represents, the product of ``modes``."""
        return math.prod(self.modes)

    @property
    def compression_ratio(self) -> float:
        """``size / parameters``: above 1 the network has fewer entries than the tensor; infinite beyond all floats."""
        return compression_ratio(self.size, self.parameters)

    @cached_property
    def einsum(self) -> str:
        """Einsum expression that contracts the cores to the tensor, e.g. ``'ac,bc->ab'`` for two cores with a bond."""
        symbol = opt_einsum.get_symbol
        operands = ("".join(map(symbol, indices)) for indices in self.core_indices)
        return f"{','.join(operands)}->{''.join(map(symbol, range(self.order)))}"

    @property
    def has_latent_cores(self) -> bool:
        """Whether some core has no leg."""
        return any(not core.legs for core in self.cores)

    @cached_property
    def has_hyper_bonds(self) -> bool:
        """Whether some bond joins more than two cores."""
        return any(len(bond.cores) > 2 for bond in self.bonds)

    def core_label(self, core: int) -> str:
        """Return the name of a core, or, if it has none, a letter by its index (A, B, ..., Z, A1, B1, ...)."""
        turn, letter = divmod(core, 26)
        return self.cores[core].name or chr(65 + letter) + (str(turn) if turn else "")

    def bond_label(self, bond: int) -> str:
        """Return the labels of the cores that a bond joins, e.g. ``'B-C'``."""
        return "-".join(self.core_label(core) for core in self.bonds[bond].cores)

    def carriable_rank(self, bond: int) -> int:
        """Return the largest useful rank of a bond between two cores, set by the sizes of their other axes.

        It is the product of the sizes of a core's other axes, for the core where that is smaller. The unfolding of that
        core along the bond has no larger rank, so that a higher one adds no tensor to those that the network can
        represent. A hyper-bond has no such limit: its own rank is returned.
        """
        joined, rank = self.bonds[bond].cores, self.bonds[bond].rank
        if len(joined) > 2:
            return rank
        return min(math.prod(self.core_shapes[core]) // rank for core in joined)


def _check_modes(structure: Structure) -> None:
    if not structure.modes:
        raise StructureError("A structure needs at least one mode, but modes is empty.")
    for mode, size in enumerate(structure.modes):
        if not _is_count(size):
            raise StructureError(f"Mode {mode} must have a whole size of at least 1, but has {size!r:.40}.")
    if not structure.cores:
        raise StructureError("A structure needs at least one core, but cores is empty.")
    carried = Counter(leg for core in structure.cores for leg in core.legs)
    for place, core in enumerate(structure.cores):
        for leg in core.legs:
            if not _is_index(leg, structure.order):
                raise StructureError(
                    f"Core {structure.core_label(place)} carries mode {leg!r:.40}, "
                    f"but the modes are 0 to {structure.order - 1}."
                )
    for mode in range(structure.order):
        if carried[mode] != 1:
            raise StructureError(
                f"Mode {mode} (size {structure.modes[mode]}) must be carried by exactly one core, "
                f"but {carried[mode] or 'none'} {'carry' if carried[mode] > 1 else 'carries'} it."
            )


def _check_bonds(structure: Structure) -> None:
    for place, bond in enumerate(structure.bonds):
        where = f"Bond {place}"
        for core in bond.cores:
            if not _is_index(core, len(structure.cores)):
                raise StructureError(
                    f"{where} joins core {core!r:.40}, but the cores are 0 to {len(structure.cores) - 1}."
                )
        if len(bond.cores) < 2:
            raise StructureError(f"{where} must join at least two cores, but joins {bond.cores}.")
        if len(set(bond.cores)) < len(bond.cores):
            raise StructureError(f"{where} joins a core to itself: {bond.cores}.")
        if tuple(sorted(bond.cores)) != bond.cores:
            raise StructureError(f"{where} must list its cores ascending, but lists {bond.cores}.")
        if not _is_count(bond.rank):
            raise StructureError(
                f"{where} ({structure.bond_label(place)}) must have a whole rank of at least 1, "
                f"but has {bond.rank!r:.40}."
            )


def _check_connected(structure: Structure) -> None:
    reached, frontier = {0}, [0]
    neighbours = [set[int]() for _ in structure.cores]
    for bond in structure.bonds:
        for core in bond.cores:
            neighbours[core].update(bond.cores)
    while frontier:
        fresh = neighbours[frontier.pop()] - reached
        reached |= fresh
        frontier.extend(fresh)
    if len(reached) < len(structure.cores):
        lone = next(core for core in range(len(structure.cores)) if core not in reached)
        raise StructureError(
            f"Every core must be connected, but core {structure.core_label(lone)} has no path to "
            f"core {structure.core_label(0)}. Add a bond between them (rank 1 is enough)."
        )


def _is_position(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(x, int | float) and not isinstance(x, bool) and abs(x) <= MAX_POSITION for x in value)
    )


def _listed(values: Any, what: str) -> tuple[int, ...]:
    """Return a sequence or array of whole numbers of any library as a tuple; what is not whole is checked later."""
    numbers = wholes(values)
    if not isinstance(numbers, tuple):
        raise StructureError(f"{what} are a sequence of whole numbers, but got {values!r:.40}.")
    return numbers


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_index(value: object, stop: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < stop
