"""Unfolding of an array along one axis, its inverse, and multiplication of a core by a matrix along a bond."""

from dataclasses import replace

from torch import Tensor

from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.structure import Structure


def unfolding(array: Tensor, axis: int) -> Tensor:
    """Return the unfolding of an array along an axis: the matrix whose rows are that axis, whose columns all others."""
    return array.movedim(axis, 0).reshape(array.shape[axis], -1)


def absorb(structure: Structure, cores: list[Tensor], matrix: Tensor, bond: int, core: int) -> None:
    """Replace a core in ``cores`` by its product with a matrix along a bond.

    Args:
        structure: Topology of the network; its ranks are not read.
        cores: One array per core; changed in place.
        matrix: Shape (new rank, size of the core along the bond).
        bond: Index of the bond.
        core: Index of the core, one that the bond joins.
    """
    axis = axis_of(structure, core, bond)
    cores[core] = fold(matrix @ unfolding(cores[core], axis), cores[core], axis)


def fold(matrix: Tensor, like: Tensor, axis: int) -> Tensor:
    """Return a matrix folded to an array: its rows become ``axis``, its columns the other axes of ``like``'s shape."""
    rest = [size for place, size in enumerate(like.shape) if place != axis]
    return matrix.reshape(-1, *rest).movedim(0, axis)


def rebuilt(structure: Structure, cores: list[Tensor]) -> Network:
    """Return the network of given cores on a topology; every bond's rank is read from the shape of its first core."""
    bonds = tuple(
        replace(bond, rank=cores[bond.cores[0]].shape[axis_of(structure, bond.cores[0], place)])
        for place, bond in enumerate(structure.bonds)
    )
    return Network(replace(structure, bonds=bonds), tuple(core.contiguous() for core in cores))
