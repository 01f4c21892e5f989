"""Singular values on the bonds of a network: how much each further rank carries."""

import torch
from torch import Tensor

from tnlab.network.graph import axis_of, is_tree
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.unfolding import unfolding
from tnlab.threads import on_one_thread

Gram = tuple[int, int]


@on_one_thread(lambda network: network.parameters)
def bond_spectra(network: Network) -> tuple[Tensor, ...]:
    """Return the singular values on every bond, descending and of unit norm, in float64 on the CPU.

    On a tree they are those of the tensor's unfolding along the bond's cut (its Schmidt values). A bond in
    a loop cuts nothing by itself: there they are those of its two cores contracted, with all their other
    axes open. A hyper-bond shows the norms of its components.
    """
    structure = network.structure
    cores = [core.detach().to("cpu", torch.float64) for core in network.cores]
    grams: dict[Gram, Tensor] = {}
    return tuple(_spectrum(structure, cores, bond, grams) for bond in range(len(structure.bonds)))


def _spectrum(structure: Structure, cores: list[Tensor], bond: int, grams: dict[Gram, Tensor]) -> Tensor:
    joined = structure.bonds[bond].cores
    if len(joined) > 2:
        norms = [unfolding(cores[core], axis_of(structure, core, bond)).norm(dim=1) for core in joined]
        values = torch.stack(norms).prod(0).sort(descending=True).values
    else:
        left, right = (_gram(structure, cores, core, bond, grams) for core in joined)
        weights, vectors = torch.linalg.eigh(left)
        root = vectors * weights.clamp(min=0).sqrt()
        values = torch.linalg.eigvalsh(root.T @ right @ root).flip(0).clamp(min=0).sqrt()
    return values / values.norm().clamp(min=1e-300)


def _gram(structure: Structure, cores: list[Tensor], core: int, bond: int, grams: dict[Gram, Tensor]) -> Tensor:
    """Return the Gram matrix over a bond of what lies on one core's side of it: the side of a tree, or the core."""
    if (core, bond) not in grams:
        array = doubled = cores[core]
        if is_tree(structure):
            for other in structure.core_bonds[core]:
                if other != bond:
                    far = next(end for end in structure.bonds[other].cores if end != core)
                    axis = axis_of(structure, core, other)
                    message = _gram(structure, cores, far, other, grams)
                    doubled = (doubled.movedim(axis, -1) @ message).movedim(-1, axis)
        axis = axis_of(structure, core, bond)
        grams[core, bond] = unfolding(doubled, axis) @ unfolding(array, axis).T
    return grams[core, bond]
