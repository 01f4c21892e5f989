"""Canonical form of a tree: the same tensor, with every core isometric towards one chosen core, the centre.

Then the norm of the tensor is that of the centre alone, and a change of the centre changes the tensor by as much.

References:
    Oseledets 2011 (trains): https://doi.org/10.1137/090752286
    Grasedyck 2010 (trees): https://doi.org/10.1137/090764189
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.network.gauge.resize_bond import unfolding
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread


@on_one_thread(lambda network, *_, **__: network.parameters)
def canonical(network: Network, centre: int = 0) -> Network:
    """Return the same tensor with every core but the centre isometric towards the centre.

    Nothing is truncated; only a rank that the far side of its bond cannot carry becomes as small as it can carry.

    Args:
        network: A tree, of any legs and latent cores.
        centre: Index of the core to turn to.

    Raises:
        StructureError: The network has a loop, parallel bonds or a hyper-bond, or there is no such core.
    """
    structure = network.structure
    require_tree(structure)
    if not -len(structure.cores) <= centre < len(structure.cores):
        raise StructureError(f"The centre must be a core from 0 to {len(structure.cores) - 1}, but is {centre}.")
    cores = list(network.cores)
    for core, bond, parent in towards(structure, centre % len(structure.cores)):
        shift(structure, cores, core, bond, parent)
    return rebuilt(structure, cores)


def require_tree(structure: Structure) -> None:
    """Do nothing if the network is a tree, whose bonds join two cores each.

    Raises:
        StructureError: It has a hyper-bond, parallel bonds or a loop; the message names it and a way out.
    """
    for place, bond in enumerate(structure.bonds):
        if len(bond.cores) > 2:
            raise StructureError(
                f"Only a tree has a canonical form, but bond {place} ({structure.bond_label(place)}) joins "
                f"{len(bond.cores)} cores; balanced() works on any network."
            )
    twice = [joined for joined, count in Counter(bond.cores for bond in structure.bonds).items() if count > 1]
    if twice:
        first, second = map(structure.core_label, twice[0])
        raise StructureError(
            f"Only a tree has a canonical form, but cores {first} and {second} share parallel bonds; "
            "merge_parallel_bonds() makes them one."
        )
    loops = len(structure.bonds) - len(structure.cores) + 1
    if loops:
        raise StructureError(
            f"Only a tree has a canonical form, but this network closes {loops} loop{'s' if loops > 1 else ''}; "
            "balanced() works on any network."
        )


def towards(structure: Structure, centre: int) -> Iterator[tuple[int, int, int]]:
    """Yield ``(core, bond, parent)`` for every core of a tree but the centre, from the leaves to the centre."""
    reached, order = [centre], list[tuple[int, int, int]]()
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
    """Return the axis of a core that is a bond."""
    return len(structure.cores[core].legs) + structure.core_bonds[core].index(bond)


def shift(structure: Structure, cores: list[Tensor], core: int, bond: int, parent: int) -> None:
    """Make a core isometric towards its parent by QR, in place; what is split off goes into the parent."""
    axis = axis_of(structure, core, bond)
    q, r = torch.linalg.qr(unfolding(cores[core], axis).T)
    cores[core] = fold(q.T, cores[core], axis)
    absorb(structure, cores, r, bond, parent)


def absorb(structure: Structure, cores: list[Tensor], matrix: Tensor, bond: int, core: int) -> None:
    """Multiply a matrix into a core along a bond, in place: the bond gets the size of the matrix's rows."""
    axis = axis_of(structure, core, bond)
    cores[core] = fold(matrix @ unfolding(cores[core], axis), cores[core], axis)


def fold(matrix: Tensor, like: Tensor, axis: int) -> Tensor:
    """Undo ``unfolding``: return a matrix whose rows are one axis as an array, otherwise of the shape of another."""
    rest = [size for place, size in enumerate(like.shape) if place != axis]
    return matrix.reshape(-1, *rest).movedim(0, axis)


def rebuilt(structure: Structure, cores: list[Tensor]) -> Network:
    """Return the network of changed cores: same topology, each rank as its cores have it."""
    bonds = tuple(
        replace(bond, rank=cores[bond.cores[0]].shape[axis_of(structure, bond.cores[0], place)])
        for place, bond in enumerate(structure.bonds)
    )
    return Network(replace(structure, bonds=bonds), tuple(core.contiguous() for core in cores))


def merge_parallel_bonds(network: Network) -> Network:
    """Return the same tensor with one bond instead of all that join the same cores; its rank is their product."""
    structure = network.structure
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, bond in enumerate(structure.bonds):
        groups.setdefault(bond.cores, []).append(place)
    kept = list(groups.values())
    cores = []
    for core, array in enumerate(network.cores):
        own = [group for group in kept if core in structure.bonds[group[0]].cores]
        legs = len(structure.cores[core].legs)
        axes = [axis_of(structure, core, bond) for group in own for bond in group]
        turned = array.permute(*range(legs), *axes)
        ranks = [_product(structure, group) for group in own]
        cores.append(turned.reshape(*array.shape[:legs], *ranks))
    bonds = tuple(replace(structure.bonds[group[0]], rank=_product(structure, group)) for group in kept)
    return Network(replace(structure, bonds=bonds), tuple(cores))


def _product(structure: Structure, group: list[int]) -> int:
    return math.prod(structure.ranks[bond] for bond in group)
