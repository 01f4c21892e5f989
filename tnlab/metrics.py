"""Definitions of the reported quantities: squared norm, relative error and compression ratio, at every scale."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from tnlab.array_like import real_tensor
from tnlab.errors import DataError
from tnlab.threads import on_one_thread

SAFE = (
    2.0**-800,
    2.0**800,
)  # a sum of squares between these has lost no square, and no residual's, to the range of floats
BLOCK = 2**20  # entries that are converted to float64 at a time (8 MiB), so that a large tensor is never copied whole


@on_one_thread(lambda tensor: tensor.numel())
def squared_norm(tensor: Tensor) -> float:
    """Return ``|X|_F^2``, the sum of the squares of all entries, evaluated in float64; infinite beyond its range."""
    norms = (float(torch.linalg.vector_norm(block, dtype=torch.float64)) for (block,) in _blocks(tensor))
    return sum(norm * norm for norm in norms)


@on_one_thread(lambda tensor: tensor.numel())
def binary_exponent(tensor: Tensor) -> int | None:
    """Return the whole number e with ``2^(e-1) <= |X|_F < 2^e``; None for a tensor that is zero or not finite.

    ``shifted(tensor, -e)`` has a norm of at least 1/2 and below 1, whatever the size of the entries.
    """
    total, peak = squared_norm(tensor), 0
    if not SAFE[0] < total < SAFE[1]:
        largest = float(tensor.abs().max()) if tensor.numel() else 0.0
        if not 0 < largest < math.inf:
            return None
        peak = math.frexp(largest)[1]
        total = squared_norm(shifted(tensor, -peak))
    return peak + math.frexp(math.sqrt(total))[1]


def in_safe_range(tensor: Tensor) -> Tensor:
    """Return a tensor, shifted to a norm near 1 where its squares would leave the range of floats."""
    if SAFE[0] < squared_norm(tensor) < SAFE[1]:
        return tensor
    return shifted(tensor, -(binary_exponent(tensor) or 0))


def shifted(tensor: Tensor, exponent: int | Tensor) -> Tensor:
    """Return a tensor times ``2^exponent``, which is exact where the result is within the range of its type.

    Args:
        tensor: Of any shape.
        exponent: Any whole number, or an int64 tensor of one for every place along the first axis.
    """
    if isinstance(exponent, int) and not exponent:
        return tensor
    limit = largest_shift(tensor)
    if isinstance(exponent, Tensor):
        exponent = exponent.reshape(-1, *[1] * (tensor.ndim - 1))
        for _ in range(3):  # more bits than that take any float to zero or beyond the largest
            step = exponent.clamp(-limit, limit)
            tensor, exponent = tensor * _power(step).to(tensor.dtype), exponent - step
        return tensor
    for _ in range(3):
        if not exponent:
            break
        step = max(-limit, min(exponent, limit))
        tensor, exponent = tensor * 2.0**step, exponent - step
    return tensor


def largest_shift(tensor: Tensor) -> int:
    """Return the largest power of two that multiplies a tensor at once, 1020 in float64."""
    return range_bits(tensor.dtype) - 4


def range_bits(dtype: torch.dtype) -> int:
    """Return the power of two of the largest float of a dtype, 1024 in float64."""
    return math.frexp(torch.finfo(dtype).max)[1]


def _power(exponent: Tensor) -> Tensor:
    """Return ``2**exponent``, exactly, in float64, for exponents between -1020 and 1020."""
    return ((exponent + 1023) << 52).view(torch.float64)


@on_one_thread(lambda tensor, *_, **__: tensor.numel())
def relative_error(tensor: Any, reconstruction: Any) -> float:
    """Return ``|X - X_hat|_F / |X|_F``, evaluated in float64.

    Args:
        tensor: X, an array of any library and shape. For a tensor of zeros the error of zeros is 0, and that of
            anything else is infinite.
        reconstruction: X_hat, the same shape. If it is not finite, neither is the error.

    Raises:
        ComplexError: One of them is complex.
        DataError: An entry of X is NaN or infinite.
        ValueError: The shapes differ.
    """
    tensor, reconstruction = real_tensor(tensor), real_tensor(reconstruction, "The reconstruction")
    if tensor.shape != reconstruction.shape:
        raise ValueError(f"Shapes must agree, but are {tuple(tensor.shape)} and {tuple(reconstruction.shape)}.")
    total = squared_norm(tensor)
    unit = 0 if SAFE[0] < total < SAFE[1] else unit_of(tensor)
    if unit is None:
        return math.inf if bool(reconstruction.any()) else 0.0

    def residuals() -> Iterator[Tensor]:
        for block, other in _blocks(tensor, reconstruction):
            yield shifted(block.to(torch.float64), -unit) - shifted(other.to(torch.float64), -unit)

    return relative_norm(residuals, squared_norm(shifted(tensor, -unit)) if unit else total)


def unit_of(tensor: Tensor) -> int | None:
    """Return the ``binary_exponent`` of data; None for zeros.

    Raises:
        DataError: An entry is NaN or infinite.
    """
    unit = binary_exponent(tensor)
    if unit is None and bool(tensor.any()):
        raise DataError("A relative error needs a tensor of finite entries, but some are NaN or infinite.")
    return unit


def relative_norm(parts: Callable[[], Iterable[Tensor]], total: float) -> float:
    """Return the Frobenius norm of an array over the root of a squared norm that is in the range ``SAFE``.

    Args:
        parts: Returns the parts of the array; called three times where its squares leave the range of floats.
        total: The squared norm.
    """
    square = sum(map(squared_norm, parts()))
    if SAFE[0] < square < SAFE[1] or math.isnan(square):
        return math.sqrt(square) / math.sqrt(total)
    largest = max((float(part.abs().max()) for part in parts() if part.numel()), default=0.0)
    if not 0 < largest < math.inf:
        return largest
    peak = math.frexp(largest)[1]
    mantissa = math.sqrt(sum(squared_norm(shifted(part, -peak)) for part in parts())) / math.sqrt(total)
    try:
        return math.ldexp(mantissa, peak)
    except OverflowError:
        return math.inf


def compression_ratio(entries: int, parameters: int) -> float:
    """Return entries of the tensor divided by parameters of the network: above 1 the network is smaller.

    It is infinite beyond the range of floats, as of a train of 1100 modes of size 2.
    """
    try:
        return entries / parameters
    except OverflowError:
        return math.inf


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
