"""The cores of a tensor train in their order along the train, whatever their order in the structure."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.network.graph import is_tree
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Structure


class Train:
    """A structure that is a tensor train (a path of cores with one mode each), with its order along the path.

    Args:
        structure: The structure; its cores, bonds and modes may be listed in any order.

    Attributes:
        structure: The structure.
        order: Its cores from one end of the train to the other.
        bonds: The bonds between them, in that order.
        modes: Mode sizes along the train.
        ranks: Ranks along the train.
        limits: The largest rank that each bond can carry: the least product of mode sizes on a side, at most 2^31.
        back: For every mode of the tensor, its position along the train.

    Raises:
        StructureError: The structure is not a path of cores with one mode each.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.order, self.bonds = _along(structure)
        legs = [structure.cores[core].legs[0] for core in self.order]
        self.modes = tuple(structure.modes[leg] for leg in legs)
        self.back = [legs.index(mode) for mode in range(structure.order)]
        self.ranks = [structure.ranks[bond] for bond in self.bonds]
        sizes = np.array(self.modes, dtype=float)
        self.limits = [int(min(sizes[:k].prod(), sizes[k:].prod(), 2**31)) for k in range(1, len(sizes))]

    def network(self, cores: list[np.ndarray], dtype: torch.dtype) -> Network:
        """Return the network over the cores and bonds of ``structure`` with given arrays and their ranks.

        Args:
            cores: Along the train, (rank before, mode, rank after).
            dtype: Data type of the network.
        """
        ranks = list(self.structure.ranks)
        for bond, core in zip(self.bonds, cores, strict=False):
            ranks[bond] = core.shape[2]
        bonds = tuple(Bond(bond.cores, rank) for bond, rank in zip(self.structure.bonds, ranks, strict=True))
        placed: dict[int, Tensor] = {}
        for place, core in enumerate(self.order):
            labels, array = self._labels(place), torch.from_numpy(np.ascontiguousarray(cores[place])).to(dtype)
            array = array[0] if place == 0 else array
            array = array[..., 0] if place == len(self.order) - 1 else array
            placed[core] = array.permute([labels.index(index) for index in self.structure.core_indices[core]])
        return Network(replace(self.structure, bonds=bonds), tuple(placed[core] for core in range(len(placed))))

    def cores(self, network: Network) -> list[np.ndarray]:
        """Return float64 arrays (rank, mode, rank), along the train, of a network over the cores of ``structure``."""
        cores = []
        for place, core in enumerate(self.order):
            indices = self.structure.core_indices[core]
            array = network.cores[core].detach().to(torch.float64)
            array = array.permute([indices.index(label) for label in self._labels(place)])
            array = array[None] if place == 0 else array
            array = array[..., None] if place == len(self.order) - 1 else array
            cores.append(array.numpy())
        return cores

    def _labels(self, place: int) -> list[int]:
        """Return the index labels of a core's axes along the train: bond before, mode, bond after."""
        around = [self.structure.order + bond for bond in self.bonds[max(place - 1, 0) : place + 1]]
        return [*around[: place > 0], self.structure.cores[self.order[place]].legs[0], *around[place > 0 :]]


def _along(structure: Structure) -> tuple[list[int], list[int]]:
    ends = [core for core, bonds in enumerate(structure.core_bonds) if len(bonds) < 2]
    if not is_tree(structure) or len(ends) > 2 or any(len(core.legs) != 1 for core in structure.cores):
        raise StructureError(
            "Cross approximation needs a tensor train: a chain of cores with one mode each, but this is none. "
            "Fit it with als, or build a train with formats['tensor_train']."
        )
    order: list[int] = [ends[0]]
    bonds: list[int] = []
    while len(order) < len(structure.cores):
        bond = next(bond for bond in structure.core_bonds[order[-1]] if bond not in bonds)
        bonds.append(bond)
        order.append(next(core for core in structure.bonds[bond].cores if core != order[-1]))
    return order, bonds
