"""The graph of a structure: whether it is a tree or has loops, and how to walk a tree."""

from collections import Counter
from collections.abc import Iterator

from tnlab.errors import StructureError
from tnlab.network.structure import Structure

ParentBond = tuple[int, int, int]  # a core of a rooted tree, the bond to its parent, the parent


def is_tree(structure: Structure) -> bool:
    """Return whether every bond joins two cores and no loop is closed."""
    return not structure.has_hyper_bonds and len(structure.bonds) == len(structure.cores) - 1


def has_loops(structure: Structure) -> bool:
    """Return whether bonds of rank above 1 join some two cores along two ways; a hyper-bond counts as one way."""
    bonds = [bond for bond in structure.bonds if bond.rank > 1]
    group = list(range(len(structure.cores)))
    for bond in bonds:
        joined = {group[core] for core in bond.cores}
        if len(joined) < len(bond.cores):
            return True
        least = min(joined)
        group = [least if own in joined else own for own in group]
    return False


def require_tree(structure: Structure, *, what: str, instead: str) -> None:
    """Raise an error unless the structure is a tree, whose bonds join two cores each.

    Args:
        structure: The structure to check.
        what: What only a tree has, for the message: "a canonical form".
        instead: What works on any network, for the message: "balanced() works on any network".

    Raises:
        StructureError: The structure has a hyper-bond, parallel bonds or a loop; the message names it and a way out.
    """
    for place, bond in enumerate(structure.bonds):
        if len(bond.cores) > 2:
            raise StructureError(
                f"Only a tree has {what}, but bond {place} ({structure.bond_label(place)}) joins "
                f"{len(bond.cores)} cores; {instead}."
            )
    twice = [joined for joined, count in Counter(bond.cores for bond in structure.bonds).items() if count > 1]
    if twice:
        first, second = map(structure.core_label, twice[0])
        raise StructureError(
            f"Only a tree has {what}, but cores {first} and {second} share parallel bonds; "
            "merge_parallel_bonds() makes them one."
        )
    if not is_tree(structure):
        loops = len(structure.bonds) - len(structure.cores) + 1
        raise StructureError(
            f"Only a tree has {what}, but this network closes {loops} loop{'s' if loops > 1 else ''}; {instead}."
        )


def towards(structure: Structure, centre: int) -> Iterator[ParentBond]:
    """Yield ``(core, bond, parent)`` for every core of a tree but the centre, from the leaves to the centre."""
    reached, order = [centre], list[ParentBond]()
    seen = {centre}
    for core in reached:  # grows while it is read
        for bond in structure.core_bonds[core]:
            other = far_end(structure, bond, core)
            if other not in seen:
                seen.add(other)
                reached.append(other)
                order.append((other, bond, core))
    return reversed(order)


def far_end(structure: Structure, bond: int, core: int) -> int:
    """Return the other core of a bond of two."""
    first, second = structure.bonds[bond].cores
    return second if core == first else first


def axis_of(structure: Structure, core: int, bond: int) -> int:
    """Return the axis of a core's array that belongs to a bond: legs come first, then bonds in their order."""
    return len(structure.cores[core].legs) + structure.core_bonds[core].index(bond)
