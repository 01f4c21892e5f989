"""Relative error between a tensor and a network, evaluated slab by slab to save memory."""

import math
from collections.abc import Iterator
from itertools import product

import torch
from torch import Tensor

from tnlab.array_like import real_tensor
from tnlab.interrupt import checkpoint
from tnlab.metrics import SAFE, relative_error, relative_norm, shifted, squared_norm, unit_of
from tnlab.network.arithmetic import select
from tnlab.network.binary_scale import times_power_of_two
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo

SLAB = 2**20  # entries of the tensor that are compared at a time: 8 MiB in float64


def relative_residual(tensor: Tensor, network: Network) -> float:
    """Return ``|X - X_hat|_F / |X|_F`` between a tensor X and the tensor X_hat of a network, evaluated in float64.

    A tensor of more than ``SLAB`` entries is compared part by part, so that X_hat is never formed whole.

    Args:
        tensor: X, of the shape ``network.structure.modes``, at any scale. For a tensor of zeros the error of a network
            of zeros is 0, and that of any other is infinite.
        network: Network of X_hat.

    Raises:
        DataError: An entry of X is NaN or infinite.
    """
    tensor = real_tensor(tensor)
    double, total = network.to(torch.float64, tensor.device), squared_norm(tensor)
    if not SAFE[0] < total < SAFE[1]:
        unit = unit_of(tensor)
        if unit is None:
            return math.inf if _any_entry(double) else 0.0
        tensor, double = shifted(tensor.to(torch.float64), -unit), times_power_of_two(double, -unit, back=True)
        total = squared_norm(tensor)
    if tensor.numel() <= SLAB:
        return relative_error(tensor, double.to_tensor())

    def residuals() -> Iterator[Tensor]:
        for slices in slabs(tuple(tensor.shape)):
            checkpoint()
            yield select(double, dict(enumerate(slices))).to_tensor().sub_(tensor[slices])

    return relative_norm(residuals, total)


def _any_entry(network: Network) -> bool:
    """Return whether an entry of the tensor of a network is not zero, however small."""
    unit = Network(network.structure, tuple(PowersOfTwo().take(core) for core in network.cores))
    return any(bool(select(unit, dict(enumerate(part))).to_tensor().any()) for part in slabs(network.structure.modes))


def slabs(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Yield tuples of slices that partition an array of a shape into blocks of at most ``SLAB`` entries.

    The first modes are divided; the last ones stay whole where they fit.
    """
    widths = list(shape)
    for mode, size in enumerate(shape):
        rest = math.prod(widths[mode + 1 :])
        widths[mode] = min(size, max(1, SLAB // rest))
        if rest <= SLAB:
            break
    ranges = (
        [slice(start, min(start + width, size)) for start in range(0, size, width)]
        for width, size in zip(widths, shape, strict=True)
    )
    yield from product(*ranges)
