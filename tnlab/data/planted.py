"""Tensors with a known answer: a random network of a given structure, plus noise of a given size."""

import torch
from torch import Tensor

from tnlab.data.dataset import dataset
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.seeding import as_generator

LICENCE = "MIT, computed here"


def planted(structure: Structure, *, noise: float = 0.0, seed: int | torch.Generator | None = 0) -> Tensor:
    """Return a random tensor of the given structure with noise added; float64, shape ``structure.modes``.

    Args:
        structure: What the noise-free tensor is made of.
        noise: Norm of the noise over the norm of the noise-free tensor, so that a perfect fit has
            about this relative error.
        seed: Where the random numbers come from.

    Raises:
        ValueError: The noise is negative.
    """
    if not noise >= 0:
        raise ValueError(f"The noise must be at least 0, but is {noise!r}.")
    generator = as_generator(seed)
    signal = Network.random(structure, generator=generator).to_tensor()
    disturbance = torch.randn(signal.shape, generator=generator, dtype=signal.dtype)
    return signal + disturbance * (noise * torch.linalg.vector_norm(signal) / torch.linalg.vector_norm(disturbance))


def uniform_ring(order: int, size: int, rank: int) -> Structure:
    """Return a tensor ring of equal modes and ranks."""
    bonds = (Bond((k, k + 1) if k + 1 < order else (0, k), rank) for k in range(order))
    return Structure((size,) * order, tuple(Core((k,)) for k in range(order)), tuple(bonds))


def fully_connected(order: int, size: int, rank: int) -> Structure:
    """Return a network with a bond between every two cores."""
    bonds = (Bond((a, b), rank) for a in range(order) for b in range(a + 1, order))
    return Structure((size,) * order, tuple(Core((k,)) for k in range(order)), tuple(bonds))


@dataset("planted_ring", label="Planted tensor ring (rank 4, noise 1 %)", licence=LICENCE, modes=(4,) * 8)
def planted_ring():
    """Return a tensor ring of order 8, mode size 4, rank 4, with noise 1e-2: 512 parameters are hidden in it."""
    return planted(uniform_ring(8, 4, 4), noise=1e-2, seed=0).numpy()


@dataset("planted_full", label="Planted full network (rank 3, noise 1 %)", licence=LICENCE, modes=(16,) * 4)
def planted_full():
    """Return a fully connected network of order 4, mode size 16, rank 3, with noise 1e-2."""
    return planted(fully_connected(4, 16, 3), noise=1e-2, seed=0).numpy()
