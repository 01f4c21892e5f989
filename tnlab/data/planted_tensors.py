"""Planted tensors: the tensor of a random network of a given structure, plus noise of a given norm."""

import torch
from torch import Tensor

from tnlab.data.dataset import PLANTED, dataset
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.seeding import as_generator

LICENCE = "MIT, computed here"


def planted(structure: Structure, *, noise: float = 0.0, seed: int | torch.Generator | None = 0) -> Tensor:
    """Return the tensor of a random network with noise added, in float64, of shape ``structure.modes``.

    Args:
        structure: Structure of the random network.
        noise: Norm of the noise over the norm of the noise-free tensor, about the relative error of a perfect fit.
        seed: The same seed gives the same floats; None draws a fresh one.

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
    """Return a tensor ring of the given order whose mode sizes all are ``size`` and whose ranks all are ``rank``."""
    bonds = (Bond((k, k + 1) if k + 1 < order else (0, k), rank) for k in range(order))
    return Structure((size,) * order, tuple(Core((k,)) for k in range(order)), tuple(bonds))


def fully_connected(order: int, size: int, rank: int) -> Structure:
    """Return a network of equal mode sizes with a bond of equal rank between every two cores."""
    bonds = (Bond((a, b), rank) for a in range(order) for b in range(a + 1, order))
    return Structure((size,) * order, tuple(Core((k,)) for k in range(order)), tuple(bonds))


@dataset(
    "planted_ring",
    label="Planted tensor ring (rank 4, noise 1 %)",
    licence=LICENCE,
    modes=(4,) * 8,
    what="a planted tensor",
    find="A tensor ring of rank 4 and 512 numbers is hidden in it under 1 % of noise: can you draw it?",
    group=PLANTED,
)
def planted_ring():
    """Return the tensor of a random ring of order 8, mode size 4 and rank 4 (512 parameters), with noise 1e-2."""
    return planted(uniform_ring(8, 4, 4), noise=1e-2, seed=0).numpy()


@dataset(
    "planted_full",
    label="Planted full network (rank 3, noise 1 %)",
    licence=LICENCE,
    modes=(16,) * 4,
    what="a planted tensor",
    find="Four cores with a bond of rank 3 between every two are hidden in it under 1 % of noise: can you draw it?",
    group=PLANTED,
)
def planted_full():
    """Return the tensor of a random fully connected network of order 4, mode size 16, rank 3, with noise 1e-2."""
    return planted(fully_connected(4, 16, 3), noise=1e-2, seed=0).numpy()
