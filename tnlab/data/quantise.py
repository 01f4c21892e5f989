"""Quantised order of an array's entries: every mode of the tensor is a scale, with one factor of each axis.

A picture of 256x256 becomes 16x16x16x16: mode 0 is the number of the 64x64 block (4 rows x 4 columns of blocks), mode 1
that of the 16x16 block within it, and so on.

References:
    Khoromskij 2011: https://doi.org/10.1007/s00365-011-9131-1
"""

import math
from functools import lru_cache
from typing import Literal

import numpy as np

Order = Literal["plain", "quantised"]


def mode_factors(shape: tuple[int, ...], modes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return, for every mode, one factor per axis, chosen so that the axes are used up evenly.

    The factors of a mode multiply to its size, those of an axis to its length. Such factors exist because each prime
    divides the modes and the axes equally often. The primes of a mode, largest first, go each to the axis of which most
    is left (its length over the factors given so far), among those that the prime divides.

    Args:
        shape: Lengths of the axes.
        modes: Mode sizes, with the same product.
    """
    left, factors = list(shape), []
    for size in modes:
        share = [1] * len(shape)
        for prime in reversed(prime_factors(size)):
            axis = max((a for a in range(len(left)) if left[a] % prime == 0), key=left.__getitem__)
            share[axis] *= prime
            left[axis] //= prime
        factors.append(tuple(share))
    return tuple(factors)


def mixes_axes(shape: tuple[int, ...], modes: tuple[int, ...]) -> bool:
    """Return whether some mode has factors of several axes, so that quantised and plain order differ."""
    return any(sum(factor > 1 for factor in share) > 1 for share in mode_factors(shape, modes))


def quantise(array: np.ndarray, modes: tuple[int, ...]) -> np.ndarray:
    """Return the array as a tensor of shape ``modes`` whose entries are in quantised order."""
    split, by_mode = _plan(array.shape, modes)
    return array.reshape(split).transpose(by_mode).reshape(modes)


def unquantise(tensor: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the array of the given shape from its tensor in quantised order: the inverse of ``quantise``."""
    split, by_mode = _plan(shape, tensor.shape)
    return tensor.reshape([split[digit] for digit in by_mode]).transpose(np.argsort(by_mode)).reshape(shape)


def prime_factors(number: int) -> list[int]:
    """Return the prime factors of a positive number, ascending, with repetition."""
    factors, divisor = [], 2
    while divisor <= math.isqrt(number):
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    return [*factors, number] if number > 1 else factors


@lru_cache(maxsize=256)
def _plan(shape: tuple[int, ...], modes: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shape of an array with its axes split into factors, and the order of the factors in the tensor."""
    factors = mode_factors(shape, modes)
    digits = [(mode, axis) for axis in range(len(shape)) for mode in range(len(modes)) if factors[mode][axis] > 1]
    split = tuple(factors[mode][axis] for mode, axis in digits)
    return split, tuple(sorted(range(len(digits)), key=digits.__getitem__))
