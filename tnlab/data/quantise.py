"""Quantised order of an array's entries: every mode of the tensor is a scale, with one factor of each axis.

A picture of 256x256 becomes 16x16x16x16: mode 0 is the number of the 64x64 block (4 rows x 4 columns of blocks), mode 1
that of the 16x16 block within it, and so on.

References:
    Khoromskij 2011: https://doi.org/10.1007/s00365-011-9131-1
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

Order = Literal["plain", "quantised"]
_Way = tuple[float, float, tuple[tuple[int, ...], ...]]  # how unlike and uneven the factors of the first modes are

WIDTH = 240  # ways to begin that are followed, over the number of axes: all, for pictures in modes of ordinary sizes


@lru_cache(maxsize=256)
def mode_factors(shape: tuple[int, ...], modes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return, for every mode, one factor per axis, chosen so that every mode shares the axes as the whole array does.

    The factors of a mode multiply to its size, those of an axis to its length. Such factors exist because each prime
    divides the modes and the axes equally often. Of all choices this is the one with the least sum of squares
    ``(log f - w log m)^2``, for factor f of an axis in a mode of size m, where ``w = log(length) / log(entries)`` is
    the part that the axis has in the array; of equal ones the one that uses up the axes most evenly from mode to mode.
    Beyond ``WIDTH`` ways to begin, divided by the number of axes, only the best are followed.

    Args:
        shape: Lengths of the axes.
        modes: Mode sizes, with the same product.
    """
    whole = math.log(math.prod(shape)) or 1.0
    parts = [math.log(length) / whole for length in shape]
    ways: dict[tuple[int, ...], _Way] = {tuple(shape): (0.0, 0.0, ())}  # by what is left of the axes
    for place, size in enumerate(modes):
        done, longer = math.log(math.prod(modes[: place + 1])), dict[tuple[int, ...], _Way]()
        for left, (unlike, uneven, factors) in ways.items():
            for share in _shares(size, left):
                rest = tuple(length // factor for length, factor in zip(left, share, strict=True))
                used = [length // now for length, now in zip(shape, rest, strict=True)]
                own = unlike + _unlike(share, parts, math.log(size))
                way = (round(own, 9), round(uneven + _unlike(used, parts, done), 9), (*factors, share))
                if rest not in longer or way[:2] < longer[rest][:2]:
                    longer[rest] = way
        ways = dict(sorted(longer.items(), key=lambda item: item[1][:2])[: WIDTH // len(shape) + 1])
    return ways[(1,) * len(shape)][2]


def _unlike(factors: Sequence[int], parts: list[float], logarithm: float) -> float:
    return sum((math.log(factor) - part * logarithm) ** 2 for factor, part in zip(factors, parts, strict=True))


def _shares(size: int, left: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return ways to split a mode into factors, one per axis, that divide what is left of the axes.

    These are all ways, the largest first factors first; or beyond as many as ``mode_factors`` follows, those in which
    the axes of which most is left have the largest primes.
    """
    shares = {(1,) * len(left): left}  # factors so far, and what is left after them
    for prime in reversed(prime_factors(size)):
        longer: dict[tuple[int, ...], tuple[int, ...]] = {}
        for share, rest in sorted(shares.items(), key=lambda item: sorted(item[1], reverse=True))[
            : WIDTH // len(left) + 1
        ]:
            for axis in sorted(range(len(left)), key=rest.__getitem__, reverse=True):
                if rest[axis] % prime == 0:
                    longer[_times(share, axis, prime)] = (*rest[:axis], rest[axis] // prime, *rest[axis + 1 :])
        shares = longer
    return sorted(shares, reverse=True)


def _times(factors: tuple[int, ...], axis: int, prime: int) -> tuple[int, ...]:
    return (*factors[:axis], factors[axis] * prime, *factors[axis + 1 :])


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
