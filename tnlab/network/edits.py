"""Edits of a structure: functions that return a changed copy, with cores, bonds, legs or ranks added, removed or moved.

Every edit raises ``StructureError`` if a core, bond or mode does not exist, or if the result would break a rule of
``Structure`` (a disconnected core, a rank below 1, ...). The given structure never changes.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tnlab.errors import StructureError
from tnlab.network.structure import Bond, Core, Position, Structure


def add_core(
    structure: Structure,
    bonds_to: Collection[int],
    *,
    rank: int = 1,
    legs: Sequence[int] = (),
    name: str = "",
    position: Position | None = None,
) -> Structure:
    """Return the structure with one more core, the last, which has a bond to each core of ``bonds_to``.

    Args:
        structure: The structure to edit.
        bonds_to: Indices of the cores that get a bond to the new core.
        rank: Rank of each new bond.
        legs: Modes that the new core carries; the cores that carried them lose them.
        name: Name of the new core.
        position: Place of the new core in a drawing.

    Example:
        >>> one = Structure((4, 5), (Core((0, 1)),))
        >>> add_core(one, [0], rank=3, legs=[1]).core_shapes
        ((4, 3), (5, 3))
    """
    new = len(structure.cores)
    kept = tuple(replace(core, legs=tuple(leg for leg in core.legs if leg not in legs)) for core in structure.cores)
    bonds = tuple(Bond((core, new), rank) for core in sorted(bonds_to))
    return replace(structure, cores=(*kept, Core(tuple(legs), name, position)), bonds=structure.bonds + bonds)


def remove_core(structure: Structure, core: int, *, heir: int | None = None) -> Structure:
    """Return the structure without a core and its bonds; a hyper-bond stays if it still joins two other cores.

    Args:
        structure: The structure to edit.
        core: Index of the core to remove; later cores get an index one lower.
        heir: Index of the core that takes over its modes. Without one the modes are removed, and later modes get
            lower numbers.
    """
    _check("core", core, len(structure.cores))
    legs = structure.cores[core].legs
    if heir is not None:
        _check("core", heir, len(structure.cores))
        cores = list(structure.cores)
        cores[heir] = replace(cores[heir], legs=cores[heir].legs + legs)
        cores[core] = replace(cores[core], legs=())
        modes = structure.modes
    else:
        modes, cores = _without_modes(structure, legs)
    del cores[core]
    bonds = []
    for bond in structure.bonds:
        rest = tuple(other - (other > core) for other in bond.cores if other != core)
        if len(rest) > 1:
            bonds.append(Bond(rest, bond.rank))
    return Structure(modes, tuple(cores), tuple(bonds))


def add_bond(structure: Structure, cores: Collection[int], rank: int) -> Structure:
    """Return the structure with one more bond, the last, of a rank between two cores, or a hyper-bond between more."""
    return replace(structure, bonds=(*structure.bonds, Bond(tuple(sorted(cores)), rank)))


def remove_bond(structure: Structure, bond: int) -> Structure:
    """Return the structure without a bond; the cores must stay connected by the others."""
    _check("bond", bond, len(structure.bonds))
    return replace(structure, bonds=structure.bonds[:bond] + structure.bonds[bond + 1 :])


def set_rank(structure: Structure, bond: int, rank: int) -> Structure:
    """Return the structure with the rank of one bond replaced."""
    _check("bond", bond, len(structure.bonds))
    bonds = list(structure.bonds)
    bonds[bond] = replace(bonds[bond], rank=rank)
    return replace(structure, bonds=tuple(bonds))


def set_ranks(structure: Structure, ranks: Sequence[int]) -> Structure:
    """Return the structure with all ranks replaced: one per bond, in the order of the bonds."""
    if tuple(ranks) == structure.ranks:
        return structure
    bonds = tuple(replace(bond, rank=rank) for bond, rank in zip(structure.bonds, ranks, strict=True))
    return replace(structure, bonds=bonds)


def add_leg(structure: Structure, core: int, size: int) -> Structure:
    """Return the structure with one more mode, the last, of ``size``, carried by ``core`` as its last leg."""
    _check("core", core, len(structure.cores))
    cores = list(structure.cores)
    cores[core] = replace(cores[core], legs=(*cores[core].legs, structure.order))
    return replace(structure, modes=(*structure.modes, size), cores=tuple(cores))


def remove_leg(structure: Structure, mode: int) -> Structure:
    """Return the structure without a mode and its leg; later modes get numbers one lower."""
    _check("mode", mode, structure.order)
    modes, cores = _without_modes(structure, (mode,))
    return replace(structure, modes=modes, cores=tuple(cores))


def move_leg(structure: Structure, mode: int, core: int) -> Structure:
    """Return the structure in which ``core`` carries a mode, as its last leg, instead of the core that did."""
    _check("mode", mode, structure.order)
    _check("core", core, len(structure.cores))
    cores = [replace(own, legs=tuple(leg for leg in own.legs if leg != mode)) for own in structure.cores]
    cores[core] = replace(cores[core], legs=(*cores[core].legs, mode))
    return replace(structure, cores=tuple(cores))


def swap_modes(structure: Structure, first: int, second: int) -> Structure:
    """Return the structure in which the cores of two modes have exchanged their legs; ``modes`` is unchanged."""
    _check("mode", first, structure.order)
    _check("mode", second, structure.order)
    swap = {first: second, second: first}
    cores = tuple(replace(core, legs=tuple(swap.get(leg, leg) for leg in core.legs)) for core in structure.cores)
    return replace(structure, cores=cores)


def collapse_bond(structure: Structure, bond: int) -> Structure:
    """Return the structure with the cores of a bond merged into one, as if the bond were contracted.

    The merged core has all their legs and their other bonds; bonds that join only merged cores vanish. It keeps the
    index, name and position of the first of them.
    """
    _check("bond", bond, len(structure.bonds))
    merged = structure.bonds[bond].cores
    first, gone = merged[0], set(merged[1:])
    cores = list(structure.cores)
    cores[first] = replace(cores[first], legs=tuple(leg for core in merged for leg in cores[core].legs))
    place = {old: new for new, old in enumerate(core for core in range(len(cores)) if core not in gone)}
    bonds = []
    for other in structure.bonds:
        joined = sorted({place[first if core in gone else core] for core in other.cores})
        if len(joined) > 1:
            bonds.append(Bond(tuple(joined), other.rank))
    return Structure(structure.modes, tuple(cores[old] for old in place), tuple(bonds))


def clip_ranks(structure: Structure) -> Structure:
    """Return the structure with ranks lowered until none exceeds ``Structure.carriable_rank``.

    Networks of the lowered ranks represent the same tensors.
    """
    while True:
        carried = [structure.carriable_rank(bond) for bond in range(len(structure.bonds))]
        excess = [bond for bond, most in enumerate(carried) if structure.bonds[bond].rank > most]
        if not excess:
            return structure
        worst = max(excess, key=lambda bond: structure.bonds[bond].rank / carried[bond])
        structure = set_rank(structure, worst, carried[worst])


def _without_modes(structure: Structure, gone: Collection[int]) -> tuple[tuple[int, ...], list[Core]]:
    """Return the mode sizes and the cores without some modes, the others numbered from 0."""
    place = {old: new for new, old in enumerate(mode for mode in range(structure.order) if mode not in gone)}
    cores = [replace(core, legs=tuple(place[leg] for leg in core.legs if leg in place)) for core in structure.cores]
    return tuple(structure.modes[mode] for mode in place), cores


def _check(kind: str, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise StructureError(f"There is no {kind} {index}: the {kind}s are 0 to {count - 1}.")
