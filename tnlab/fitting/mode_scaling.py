"""Precondition a tensor: every mode in the basis of its singular vectors, divided by a power of the singular values.

Positive data consist almost wholly of their mean, so that least squares fits little else and sweeps converge slowly.
Dividing by the root of the singular values keeps the ranks of all networks and halves the decades between directions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.unfolding import fold, unfolding

NEGLIGIBLE = 1e-9  # of the largest singular value of a mode: directions with a smaller one are left out


@dataclass(frozen=True, eq=False)
class ScaledModes:
    """A tensor in scaled coordinates of its modes, and the matrices that undo the scaling.

    Attributes:
        tensor: Y, with X = Y x_1 A_1 x_2 A_2 ... up to the directions that were left out.
        back: The matrices A_k, (mode size of X, mode size of Y).
    """

    tensor: Tensor
    back: tuple[Tensor, ...]

    def to_scaled(self, structure: Structure) -> Structure:
        """Return a structure over the modes of X with the mode sizes of Y instead."""
        return Structure(tuple(self.tensor.shape), structure.cores, structure.bonds)

    def from_scaled(self, network: Network, structure: Structure) -> Network:
        """Return a network of Y as one of X: every leg multiplied by its A_k; ``structure`` is over the modes of X."""
        cores = []
        for core, description in zip(network.cores, structure.cores, strict=True):
            array = core
            for axis, mode in enumerate(description.legs):
                array = fold(self.back[mode].to(array) @ unfolding(array, axis), array, axis)
            cores.append(array.contiguous())
        return Network(structure, tuple(cores))


def scale_modes(tensor: Tensor, power: float = 0.5) -> ScaledModes:
    """Return a tensor with every mode in the basis of its singular vectors, divided by a power of the singular values.

    Args:
        tensor: X, of any order.
        power: 0 rotates without scaling; 1 makes all directions of a mode equally strong, those of noise too.

    Example:
        >>> X = torch.ones(2, 3, dtype=torch.float64)
        >>> tuple(scale_modes(X).tensor.shape)
        (1, 1)
    """
    back, scaled = [], tensor
    for mode in range(tensor.ndim):
        vectors, values, _ = torch.linalg.svd(unfolding(tensor, mode), full_matrices=False)
        kept = values > NEGLIGIBLE * values[0]
        vectors, weights = vectors[:, kept], values[kept] ** power
        scaled = fold((vectors / weights).T @ unfolding(scaled, mode), scaled, mode)
        back.append(vectors * weights)
    return ScaledModes(scaled.contiguous(), tuple(back))
