"""Fit of one more rank between two cores: its two new slices by alternating least squares, all else unchanged.

The network with one more rank is the network plus a copy of itself with the two slices in place of the two cores, so
that the slices are fitted to the residual.

References:
    Hashemizadeh 2020: https://arxiv.org/abs/2008.05437
"""

import math

import numpy as np
import opt_einsum
import torch
from numpy.typing import NDArray
from torch import Tensor

from tnlab.network.edits import add_bond, set_rank
from tnlab.network.network import Network
from tnlab.network.structure import Structure

SHIFT = 1e-12  # ridge on a Gram matrix, as a fraction of its mean diagonal, so that it is not singular
FIRST = 1e-2  # standard deviation of the entries of the random first slices


class Slices:
    """Fits the slices of one more rank between any two cores of a network to its residual.

    Args:
        tensor: The data X.
        network: The network, fitted to X.
    """

    def __init__(self, tensor: Tensor, network: Network) -> None:
        self.network = network
        self.structure = network.structure
        self._cores = [core.detach().to("cpu", torch.float64).numpy() for core in network.cores]
        data = tensor.detach().to("cpu", torch.float64)
        self._residual = (data - network.to(torch.float64).to_tensor().to("cpu")).numpy()

    def fit(self, pair: tuple[int, int], iterations: int, generator: torch.Generator) -> tuple[float, Network]:
        """Return the norm of the residual after one more rank between two cores is fitted, and the wider network.

        Args:
            pair: The cores, ascending.
            iterations: Number of times each of the two slices is fitted.
            generator: Source of the random first slices.
        """
        sides = [self._side(pair, core) for core in pair]
        sizes = self.structure.index_sizes
        slices: list[NDArray[np.float64]] = [
            FIRST * torch.randn([sizes[index] for index in side], generator=generator, dtype=torch.float64).numpy()
            for side in sides
        ]
        left = math.inf
        for _ in range(iterations):
            for own in (0, 1):
                slices[own], left = self._solve(pair, own, sides, slices[1 - own])
        return left, self._wider(pair, slices)

    def _side(self, pair: tuple[int, int], core: int) -> list[int]:
        """Return the index labels of a core of the pair without those of the bonds between the two."""
        between = {self.structure.order + bond for bond in _between(self.structure, pair)}
        return [index for index in self.structure.core_indices[core] if index not in between]

    def _solve(
        self, pair: tuple[int, int], own: int, sides: list[list[int]], other: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float]:
        """Return the least-squares slice of core ``pair[own]`` for a given other slice, and the residual's norm."""
        structure = self.structure
        legs = list(structure.cores[pair[own]].legs)
        bonds = [index for index in sides[own] if index not in legs]
        modes = [mode for mode in range(structure.order) if mode not in legs]
        operands: list[object] = [other, sides[1 - own]]
        for core, array in enumerate(self._cores):
            if core not in pair:
                operands += [array, list(structure.core_indices[core])]
        environment = opt_einsum.contract(*operands, [*bonds, *modes], optimize="greedy")
        sizes = structure.index_sizes
        rows = math.prod(sizes[index] for index in bonds)
        matrix = np.ascontiguousarray(environment).reshape(rows, -1)
        right = self._residual.transpose([*legs, *modes]).reshape(-1, matrix.shape[1])
        gram = matrix @ matrix.T
        gram[np.diag_indices(rows)] += SHIFT * np.trace(gram) / rows + 1e-300
        solution = np.linalg.solve(gram, matrix @ right.T).T
        left = float(np.linalg.norm(right - solution @ matrix))
        shaped = solution.reshape([sizes[index] for index in (*legs, *bonds)])
        return shaped.transpose([[*legs, *bonds].index(index) for index in sides[own]]), left

    def _wider(self, pair: tuple[int, int], slices: list[NDArray[np.float64]]) -> Network:
        """Return the network with the slices added to the bond between two cores, or to a new bond of rank 2."""
        bond = next(iter(_between(self.structure, pair)), None)
        cores = list(self.network.cores)
        for core, piece in zip(pair, slices, strict=True):
            array = cores[core]
            added = torch.from_numpy(np.ascontiguousarray(piece)).to(array)
            if bond is None:
                cores[core] = torch.stack([array, added], dim=-1)
            else:
                axis = self.structure.core_indices[core].index(self.structure.order + bond)
                cores[core] = torch.cat([array, added.unsqueeze(axis)], dim=axis)
        if bond is None:
            return Network(add_bond(self.structure, pair, 2), tuple(cores))
        return Network(set_rank(self.structure, bond, self.structure.bonds[bond].rank + 1), tuple(cores))


def _between(structure: Structure, pair: tuple[int, int]) -> list[int]:
    return sorted(set(structure.core_bonds[pair[0]]) & set(structure.core_bonds[pair[1]]))
