"""What a tensor network is, without numbers: cores, bonds, ranks, and which core carries which mode."""

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import opt_einsum

from tnlab.errors import StructureError

Position = tuple[float, float]


@dataclass(frozen=True)
class Core:
    """A vertex of the network.

    Attributes:
        legs: The modes this core carries, in the order of its first axes; empty for a latent core.
        name: What a person calls it; not part of its identity.
        position: Where a drawing puts it, in diagram units; not part of its identity.
        pinned: Whether automatic layout must leave it where it is; not part of its identity.
    """

    legs: tuple[int, ...] = ()
    name: str = field(default="", compare=False)
    position: Position | None = field(default=None, compare=False)
    pinned: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Bond:
    """An index shared by two cores, or by more of them (a hyper-bond).

    Attributes:
        cores: Indices of the cores it joins, ascending.
        rank: Its size, at least 1.
    """

    cores: tuple[int, ...]
    rank: int


@dataclass(frozen=True)
class Structure:
    """A connected tensor network without its numbers; immutable, hashable, checked when it is made.

    A core's axes are its legs in their order, then its bonds in the order of ``bonds``.

    Attributes:
        modes: Size of every mode of the tensor.
        cores: The vertices; together their legs name every mode exactly once.
        bonds: The shared indices. Two cores may share several (parallel bonds).

    Raises:
        StructureError: A rule is broken; the message names the core, bond or mode.

    Example:
        >>> pair = Structure((4, 5), (Core((0,)), Core((1,))), (Bond((0, 1), 3),))
        >>> pair.parameters, pair.core_shapes
        (27, ((4, 3), (5, 3)))
    """

    modes: tuple[int, ...]
    cores: tuple[Core, ...]
    bonds: tuple[Bond, ...] = ()

    def __post_init__(self) -> None:
        _check_modes(self)
        _check_bonds(self)
        _check_connected(self)

    @property
    def order(self) -> int:
        """Number of modes."""
        return len(self.modes)

    @property
    def ranks(self) -> tuple[int, ...]:
        """Rank of every bond."""
        return tuple(bond.rank for bond in self.bonds)

    @cached_property
    def core_bonds(self) -> tuple[tuple[int, ...], ...]:
        """Indices of the bonds at every core, ascending."""
        at: list[list[int]] = [[] for _ in self.cores]
        for index, bond in enumerate(self.bonds):
            for core in bond.cores:
                at[core].append(index)
        return tuple(map(tuple, at))

    @cached_property
    def core_indices(self) -> tuple[tuple[int, ...], ...]:
        """Integer labels of every core's axes: mode ``m`` is ``m``, bond ``b`` is ``order + b``."""
        return tuple(
            core.legs + tuple(self.order + bond for bond in bonds)
            for core, bonds in zip(self.cores, self.core_bonds, strict=True)
        )

    @property
    def index_sizes(self) -> tuple[int, ...]:
        """Size of every index by its integer label: modes first, then bonds."""
        return self.modes + self.ranks

    @cached_property
    def core_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of every core: leg sizes, then bond ranks."""
        sizes = self.index_sizes
        return tuple(tuple(sizes[index] for index in indices) for indices in self.core_indices)

    @cached_property
    def parameters(self) -> int:
        """Number of entries of all cores together."""
        return sum(math.prod(shape) for shape in self.core_shapes)

    @property
    def size(self) -> int:
        """Number of entries of the tensor that the network stands for."""
        return math.prod(self.modes)

    @property
    def compression_ratio(self) -> float:
        """Entries of the tensor over parameters; above 1 is smaller."""
        return self.size / self.parameters

    @cached_property
    def einsum(self) -> str:
        """Einsum expression of the contraction, modes in order on the right, e.g. ``'ac,bc->ab'``."""
        symbol = opt_einsum.get_symbol
        operands = ("".join(map(symbol, indices)) for indices in self.core_indices)
        return f"{','.join(operands)}->{''.join(map(symbol, range(self.order)))}"

    @property
    def has_latent_cores(self) -> bool:
        """Whether some core carries no mode."""
        return any(not core.legs for core in self.cores)

    @property
    def has_hyper_bonds(self) -> bool:
        """Whether some bond joins more than two cores."""
        return any(len(bond.cores) > 2 for bond in self.bonds)

    def core_label(self, core: int) -> str:
        """Return the core's name, or a letter by its place (A, B, ..., Z, A1, ...)."""
        turn, letter = divmod(core, 26)
        return self.cores[core].name or chr(65 + letter) + (str(turn) if turn else "")

    def bond_label(self, bond: int) -> str:
        """Return the labels of the cores it joins, e.g. ``'B-C'``."""
        return "-".join(self.core_label(core) for core in self.bonds[bond].cores)

    def carriable_rank(self, bond: int) -> int:
        """Return the largest rank of a bond of two cores that its neighbours can carry.

        More is allowed but adds nothing: a core with all other axes of size ``m`` together has
        rank at most ``m`` along the bond. A hyper-bond has no such limit; its own rank is returned.
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
            raise StructureError(f"Mode {mode} must have a whole size of at least 1, but has {size!r}.")
    if not structure.cores:
        raise StructureError("A structure needs at least one core, but cores is empty.")
    carried = Counter(leg for core in structure.cores for leg in core.legs)
    for place, core in enumerate(structure.cores):
        for leg in core.legs:
            if not _is_index(leg, structure.order):
                raise StructureError(
                    f"Core {structure.core_label(place)} carries mode {leg!r}, "
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
                raise StructureError(f"{where} joins core {core!r}, but the cores are 0 to {len(structure.cores) - 1}.")
        if len(bond.cores) < 2:
            raise StructureError(f"{where} must join at least two cores, but joins {bond.cores}.")
        if len(set(bond.cores)) < len(bond.cores):
            raise StructureError(f"{where} joins a core to itself: {bond.cores}.")
        if tuple(sorted(bond.cores)) != bond.cores:
            raise StructureError(f"{where} must list its cores ascending, but lists {bond.cores}.")
        if not _is_count(bond.rank):
            raise StructureError(
                f"{where} ({structure.bond_label(place)}) must have a whole rank of at least 1, but has {bond.rank!r}."
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


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_index(value: object, stop: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < stop
