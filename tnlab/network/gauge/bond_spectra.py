"""Singular values on the bonds of a network, which show how much each component of a bond contributes."""

import torch
from torch import Tensor

from tnlab.network.graph import axis_of, far_end, is_tree, towards
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo
from tnlab.network.structure import Structure
from tnlab.network.unfolding import unfolding
from tnlab.threads import on_one_thread

CoreSide = tuple[int, int]  # (core, bond): the part of a network on that core's side of that bond
TINY = 1e-300  # least divisor, so that the spectrum of a zero network is zero


@on_one_thread(lambda network: network.parameters)
def bond_spectra(network: Network) -> tuple[Tensor, ...]:
    """Return the singular values on every bond, descending and of unit norm, in float64 on the CPU.

    On a tree they are the singular values of the tensor's unfolding along the bond's cut (Schmidt values). With loops,
    where a bond is no cut, they are those of its two cores contracted along it, a matrix from the other axes of
    one to those of the other. Of a hyper-bond they are the norms of its components, each the product over the cores of
    the norms of their slices.

    Args:
        network: Any network.

    Returns:
        One vector per bond, of as many values as the bond's rank; all zeros for a zero tensor.
    """
    structure = network.structure
    cores = [PowersOfTwo().take(core.detach().to("cpu", torch.float64)) for core in network.cores]
    # The spectra have unit norm, so that no power of two is given back.
    grams: dict[CoreSide, Tensor] = {}
    if is_tree(structure):  # from the leaves to a root and back, so that every matrix is formed of known ones
        upwards = list(towards(structure, 0))
        for core, bond, _ in upwards:
            _gram(structure, cores, core, bond, grams)
        for _, bond, parent in reversed(upwards):
            _gram(structure, cores, parent, bond, grams)
    return tuple(_spectrum(structure, cores, bond, grams) for bond in range(len(structure.bonds)))


def _spectrum(structure: Structure, cores: list[Tensor], bond: int, grams: dict[CoreSide, Tensor]) -> Tensor:
    """Return the normalised singular values of one bond, from the Gram matrices of its two sides."""
    joined = structure.bonds[bond].cores
    if len(joined) > 2:
        norms = [unfolding(cores[core], axis_of(structure, core, bond)).norm(dim=1) for core in joined]
        values = torch.ones_like(norms[0])
        for own in norms:
            values = PowersOfTwo().take(values * own)
        values = values.sort(descending=True).values
    else:
        left, right = (_gram(structure, cores, core, bond, grams) for core in joined)
        weights, vectors = torch.linalg.eigh(left)
        root = vectors * weights.clamp(min=0).sqrt()
        values = torch.linalg.eigvalsh(root.T @ right @ root).flip(0).clamp(min=0).sqrt()
    return values / values.norm().clamp(min=TINY)


def _gram(structure: Structure, cores: list[Tensor], core: int, bond: int, grams: dict[CoreSide, Tensor]) -> Tensor:
    """Return the Gram matrix, (rank, rank), of one side of a bond: of the subtree at the core, or of the core alone.

    It is the subtree's where the network is a tree. ``grams`` keeps every matrix for reuse.
    """
    if (core, bond) not in grams:
        array = doubled = cores[core]
        if is_tree(structure):
            for other in structure.core_bonds[core]:
                if other != bond:
                    far = far_end(structure, other, core)
                    axis = axis_of(structure, core, other)
                    message = _gram(structure, cores, far, other, grams)
                    doubled = (doubled.movedim(axis, -1) @ message).movedim(-1, axis)
        axis = axis_of(structure, core, bond)
        grams[core, bond] = PowersOfTwo().take(unfolding(doubled, axis) @ unfolding(array, axis).T)
    return grams[core, bond]
