"""The graph of a structure: tests for trees and loops, traversal of a tree from its leaves, look-up of bond axes."""

from collections import Counter
from collections.abc import Iterator

from tnlab.errors import StructureError
from tnlab.network.structure import Structure

ParentBond = tuple[int, int, int]  # a core of a rooted tree, the bond to its parent, the parent


def is_tree(structure: Structure) -> bool:
    """Return whether a structure is a tree: every bond joins two cores, and no bonds close a loop."""
    return not structure.has_hyper_bonds and len(structure.bonds) == len(structure.cores) - 1


def is_ring(structure: Structure) -> bool:
    """Return whether a structure is one ring of at least three cores that all carry modes."""
    twofold = all(len(bonds) == 2 for bonds in structure.core_bonds)
    plain = not structure.has_hyper_bonds and not structure.has_latent_cores
    return plain and twofold and len(structure.cores) > 2


def has_loops(structure: Structure) -> bool:
    """Return whether the bonds of rank above 1 close a loop; parallel bonds do, a hyper-bond by itself does not."""
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
    """Yield ``(core, bond, parent)`` for every core of a tree except ``centre``, the cores farthest from it first.

    ``parent`` is the neighbour of ``core`` on the path to ``centre``, ``bond`` the bond between the two.
    """
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
    """Return the core that a bond between two cores joins to ``core``."""
    first, second = structure.bonds[bond].cores
    return second if core == first else first


def axis_of(structure: Structure, core: int, bond: int) -> int:
    """Return which axis of a core's array belongs to a bond: the legs come first, then the bonds in their order."""
    return len(structure.cores[core].legs) + structure.core_bonds[core].index(bond)
