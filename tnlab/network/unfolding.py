"""Unfolding of a core along one axis, its inverse, and changes of cores made through it."""

from dataclasses import replace

from torch import Tensor

from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.structure import Structure


def unfolding(array: Tensor, axis: int) -> Tensor:
    """Return the array as a matrix with one axis as its rows."""
    return array.movedim(axis, 0).reshape(array.shape[axis], -1)


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
