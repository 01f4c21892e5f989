"""Canonical form of a tree network: every core isometric towards one chosen core, the centre; merging of bonds.

In canonical form the norm of the tensor is that of the centre, and the tensor changes by as much as the centre does.

References:
    Oseledets 2011 (trains): https://doi.org/10.1137/090752286
    Grasedyck 2010 (trees): https://doi.org/10.1137/090764189
"""

import math
from dataclasses import replace

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.network.graph import axis_of, require_tree, towards
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo
from tnlab.network.structure import Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding
from tnlab.threads import on_one_thread


@on_one_thread(lambda network, *_, **__: network.parameters)
def canonical(network: Network, centre: int = 0) -> Network:
    """Return the canonical form of a tree: the same tensor, with every core but the centre isometric towards it.

    The cores are factored by QR from the leaves to the centre. Nothing is truncated; a rank only falls where it exceeds
    what the side of the bond away from the centre can carry. Where the norm of the tensor is outside the range of
    floats, a power of two is shared by all cores, which are then multiples of isometries.

    Args:
        network: A tree; its cores may have any number of legs, or none.
        centre: Index of the core to be the centre.

    Raises:
        StructureError: The network has a loop, parallel bonds or a hyper-bond, or there is no core ``centre``.
    """
    structure = network.structure
    require_tree(structure, what="a canonical form", instead="balanced() works on any network")
    if not -len(structure.cores) <= centre < len(structure.cores):
        raise StructureError(f"The centre must be a core from 0 to {len(structure.cores) - 1}, but is {centre}.")
    centre %= len(structure.cores)
    cores, powers = turned_to(network, centre)
    return rebuilt(structure, powers.give(cores, centre))


def turned_to(network: Network, centre: int) -> tuple[list[Tensor], PowersOfTwo]:
    """Return the cores of the canonical form of a tree, and the powers of two taken out of the centre."""
    structure = network.structure
    powers = PowersOfTwo.of(network.cores, structure.index_sizes)
    cores = [powers.take(core) for core in network.cores]
    for core, bond, parent in towards(structure, centre):
        shift(structure, cores, core, bond, parent)
        cores[parent] = powers.take(cores[parent])
    return cores, powers


def shift(structure: Structure, cores: list[Tensor], core: int, bond: int, parent: int) -> None:
    """Replace a core, in place, by the factor Q of its QR along the bond to its parent, which is multiplied by R."""
    axis = axis_of(structure, core, bond)
    q, r = torch.linalg.qr(unfolding(cores[core], axis).T)
    cores[core] = fold(q.T, cores[core], axis)
    absorb(structure, cores, r, bond, parent)


def merge_parallel_bonds(network: Network) -> Network:
    """Return the same tensor with all bonds that join the same cores merged into one, of the product of their ranks."""
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
