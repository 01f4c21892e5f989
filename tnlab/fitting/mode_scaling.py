"""Coordinates of the modes in which no direction drowns the others.

Positive data are nearly all mean: least squares then sees little else, and sweeps creep. Dividing every direction of a
mode by the root of its singular value keeps the ranks of all networks and halves the decades between the directions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.unfolding import fold, unfolding

NEGLIGIBLE = 1e-9  # directions below this part of the largest are left out


@dataclass(frozen=True, eq=False)
class ScaledModes:
    """A tensor in scaled coordinates, and the way back.

    Attributes:
        tensor: Y, with X = Y x_1 A_1 x_2 A_2 ... up to the directions that were left out.
        back: The matrices A_k, (mode of X, mode of Y).
    """

    tensor: Tensor
    back: tuple[Tensor, ...]

    def to_scaled(self, structure: Structure) -> Structure:
        """Return a structure over the modes of X as one over those of Y."""
        return Structure(tuple(self.tensor.shape), structure.cores, structure.bonds)

    def from_scaled(self, network: Network, structure: Structure) -> Network:
        """Return a network over the modes of Y as one of ``structure``, over those of X."""
        cores = []
        for core, description in zip(network.cores, structure.cores, strict=True):
            array = core
            for axis, mode in enumerate(description.legs):
                array = fold(self.back[mode].to(array) @ unfolding(array, axis), array, axis)
            cores.append(array.contiguous())
        return Network(structure, tuple(cores))


def scale_modes(tensor: Tensor, power: float = 0.5) -> ScaledModes:
    """Return a tensor whose modes are divided by a power of their singular values.

    Args:
        tensor: X, of any order.
        power: 0 only rotates, 1 makes all directions of a mode equally strong (and all noise with them).

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
