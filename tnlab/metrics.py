"""Definitions of the reported quantities: squared norm, relative error and compression ratio."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from tnlab.threads import on_one_thread

BLOCK = 2**20  # entries that are converted to float64 at a time (8 MiB), so that a large tensor is never copied whole


@on_one_thread(lambda tensor: tensor.numel())
def squared_norm(tensor: Tensor) -> float:
    """Return ``|X|_F^2``, the sum of the squares of all entries, evaluated in float64."""
    return sum(float(torch.linalg.vector_norm(block, dtype=torch.float64)) ** 2 for (block,) in _blocks(tensor))


@on_one_thread(lambda tensor, *_, **__: tensor.numel())
def relative_error(tensor: Tensor, reconstruction: Tensor) -> float:
    """Return ``|X - X_hat|_F / |X|_F``, evaluated in float64.

    Args:
        tensor: X, any shape, not all zero.
        reconstruction: X_hat, the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    if tensor.shape != reconstruction.shape:
        raise ValueError(f"Shapes must agree, but are {tuple(tensor.shape)} and {tuple(reconstruction.shape)}.")
    square = 0.0
    for block, other in _blocks(tensor, reconstruction):
        residual = block.to(torch.float64) - other.to(torch.float64)
        square += float(torch.linalg.vector_norm(residual)) ** 2
    return math.sqrt(square) / math.sqrt(squared_norm(tensor))


def compression_ratio(entries: int, parameters: int) -> float:
    """Return entries of the tensor divided by parameters of the network: above 1 the network is smaller."""
    return entries / parameters


def _blocks(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Yield tensors of one shape part by part, the same part of each, as views of at most ``BLOCK`` entries."""
    entries, shape = tensors[0].numel(), tensors[0].shape
    if entries <= BLOCK:
        yield tensors
        return
    axis = max(range(len(shape)), key=lambda place: (shape[place] > 1, tensors[0].stride(place)))
    step = max(1, BLOCK * shape[axis] // entries)
    for parts in zip(*(tensor.split(step, axis) for tensor in tensors), strict=True):
        yield from _blocks(*parts)
