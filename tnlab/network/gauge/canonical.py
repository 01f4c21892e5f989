"""Canonical form of a tree: the same tensor, with every core isometric towards one chosen core, the centre.

Then the norm of the tensor is that of the centre alone, and a change of the centre changes the tensor by as much.

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
from tnlab.network.structure import Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding
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
    require_tree(structure, what="a canonical form", instead="balanced() works on any network")
    if not -len(structure.cores) <= centre < len(structure.cores):
        raise StructureError(f"The centre must be a core from 0 to {len(structure.cores) - 1}, but is {centre}.")
    cores = list(network.cores)
    for core, bond, parent in towards(structure, centre % len(structure.cores)):
        shift(structure, cores, core, bond, parent)
    return rebuilt(structure, cores)


def shift(structure: Structure, cores: list[Tensor], core: int, bond: int, parent: int) -> None:
    """Make a core isometric towards its parent by QR, in place; what is split off goes into the parent."""
    axis = axis_of(structure, core, bond)
    q, r = torch.linalg.qr(unfolding(cores[core], axis).T)
    cores[core] = fold(q.T, cores[core], axis)
    absorb(structure, cores, r, bond, parent)


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
