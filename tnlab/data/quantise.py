"""Quantised order: every mode takes one factor of each axis, coarse ones first, instead of a run of entries.

A picture of 256x256 as 16x16x16x16: mode 0 says in which 64x64 block (4 rows x 4 columns of blocks), mode 1 in which
16x16 block of that, and so on. Modes are then scales of the picture, as in Khoromskij 2011:
https://doi.org/10.1007/s00365-011-9131-1
"""

import math
from functools import lru_cache
from typing import Literal

import numpy as np

Order = Literal["plain", "quantised"]


def mode_factors(shape: tuple[int, ...], modes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return for every mode its factor on every axis, as balanced as the prime factors allow.

    The factors of a mode multiply to its size, those of an axis to its length. Equal products are enough
    for that: each prime divides modes and axes equally often, and may go to any axis that still has it.

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
    """Return whether some mode takes a factor of two axes or more, so that the order matters."""
    return any(sum(factor > 1 for factor in share) > 1 for share in mode_factors(shape, modes))


def quantise(array: np.ndarray, modes: tuple[int, ...]) -> np.ndarray:
    """Return the entries of the array with shape ``modes``, in quantised order."""
    split, by_mode = _plan(array.shape, modes)
    return array.reshape(split).transpose(by_mode).reshape(modes)


def unquantise(tensor: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the array of the given shape that ``quantise`` turned into the tensor."""
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
    """Return the array's axes split into digits, and the order of the digits in the tensor."""
    factors = mode_factors(shape, modes)
    digits = [(mode, axis) for axis in range(len(shape)) for mode in range(len(modes)) if factors[mode][axis] > 1]
    split = tuple(factors[mode][axis] for mode, axis in digits)
    return split, tuple(sorted(range(len(digits)), key=digits.__getitem__))
