"""Mode sizes as text, and suggestions of mode sizes for an array of a given shape."""

import itertools
import math
import re

from tnlab.data.quantise import Order, mixes_axes, prime_factors
from tnlab.errors import DataError

MAX_ORDER = 64  # numpy's limit on axes
Suggestion = tuple[tuple[int, ...], Order]  # mode sizes, and the order of the entries


def parse_modes(text: str) -> tuple[int, ...]:
    """Return the mode sizes in a text such as ``'16x16x3'`` or ``'4^8x3'``.

    Raises:
        DataError: The text is not written so, or has more than 64 modes.
    """
    modes: list[int] = []
    for word in re.split(r"\s*[x×*,]\s*|\s+", text.strip().lower()):
        match = re.fullmatch(r"([1-9]\d{0,8})(?:\^([1-9]\d?))?", word)
        if match is None:
            raise DataError(f"Mode sizes are written as 16x16x3 or 4^8, but {word!r:.40} in {text!r:.80} is neither.")
        modes += [int(match[1])] * int(match[2] or 1)
    if len(modes) > MAX_ORDER:
        raise DataError(f"A tensor may have at most {MAX_ORDER} modes, but {text!r:.80} has {len(modes)}.")
    return tuple(modes)


def modes_text(modes: tuple[int, ...]) -> str:
    """Return mode sizes as text, e.g. ``'16x16x3'``; five equal ones or more in a row as ``'4^8'``."""
    runs = [(size, len(list(run))) for size, run in itertools.groupby(modes)]
    return "x".join(f"{size}^{count}" if count > 4 else "x".join([str(size)] * count) for size, count in runs)


def suggest_modes(shape: tuple[int, ...], *, own_first: bool) -> tuple[Suggestion, ...]:
    """Return suggested (mode sizes, order of entries) for an array, the best one first; never empty.

    Args:
        shape: Lengths of the axes of the array.
        own_first: Whether the array's own axes are the natural modes (a volume), or one way of many (a picture).
    """
    splits = [split for base in (16, 4, 8, 2) if (split := _powers(math.prod(shape), base))]
    if all(len(split) > 12 for split in splits):
        splits = [*(split for parts in (4, 6) if (split := _even_parts(shape, parts))), *splits]
    found: list[Suggestion] = []
    for modes in splits:
        if modes != shape and mixes_axes(shape, modes):
            found.append((modes, "quantised"))
        found.append((modes, "plain"))
    own: Suggestion = (shape, "plain")
    if own_first:
        found.insert(0, own)
    elif len(shape) > 1 or not found:
        found.append(own)
    halves = tuple(itertools.chain.from_iterable(_two_parts(length) for length in shape))
    if len(halves) > len(shape):
        found.append((halves, "plain"))
    return tuple(dict.fromkeys(found))


def _powers(size: int, base: int) -> tuple[int, ...]:
    """Return ``base`` as often as it divides ``size``, then the quotient.

    The result is empty unless the quotient is a small odd number, as a count of channels is, and ``base`` divides
    2 to 20 times.
    """
    count, rest = 0, size
    while rest % base == 0:
        count, rest = count + 1, rest // base
    if not 2 <= count <= 20 or rest > 64 or (rest % 2 == 0 and base > 2):
        return ()
    return (base,) * count + ((rest,) if rest > 1 else ())


def _even_parts(shape: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """Return ``parts`` mode sizes of about equal size, products of the axes' prime factors.

    The result is empty if there are fewer prime factors.
    """
    primes = sorted(itertools.chain.from_iterable(prime_factors(length) for length in shape))
    if len(primes) < parts:
        return ()
    sizes = [1] * parts
    for prime in reversed(primes):
        smallest = sizes.index(min(sizes))
        sizes[smallest] *= prime
    return tuple(sorted(sizes, reverse=True))


def _two_parts(length: int) -> tuple[int, ...]:
    """Return the two most equal factors of an axis length; the length alone if it is prime or below 16."""
    small = next((d for d in range(math.isqrt(length), 1, -1) if length % d == 0), 1)
    return (small, length // small) if length >= 16 and small > 1 else (length,)
