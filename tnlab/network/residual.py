"""The error of a network against a tensor, slab by slab: no second array of the size of the tensor is formed."""

import math
from collections.abc import Iterator
from itertools import product

import torch
from torch import Tensor

from tnlab.metrics import relative_error, squared_norm
from tnlab.network.arithmetic import select
from tnlab.network.network import Network

SLAB = 2**20  # entries; 8 MiB in float64


def relative_residual(tensor: Tensor, network: Network) -> float:
    """Return ``|X - X_hat|_F / |X|_F`` for a network of the tensor's shape, evaluated in float64."""
    double = network.to(torch.float64, tensor.device)
    if tensor.numel() <= SLAB:
        return relative_error(tensor, double.to_tensor())
    square = 0.0
    for slices in slabs(tuple(tensor.shape)):
        part = select(double, dict(enumerate(slices))).to_tensor()
        square += squared_norm(part.sub_(tensor[slices]))
    return math.sqrt(square / squared_norm(tensor))


def slabs(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Yield slices that together cover an array, each of at most ``SLAB`` entries, cut along the first modes."""
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
