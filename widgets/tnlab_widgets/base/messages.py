"""Checks on messages from the page: limits on their values, and the numbers by which late ones are recognised."""

import math
from typing import Any

from tnlab.errors import DataError

MAX_DEPTH = 12  # lists and records inside each other; a structure in a proposal has six
MAX_VALUES = 50_000  # a structure of 256 cores and 2048 bonds has some 15,000
MAX_BYTES = 2 << 20  # of a text, or of binary data; a piece of a file has 1 MiB
MAX_BITS = 1024  # of a whole number; a float has no larger one
MAX_SEQ = 2**53  # JavaScript holds no larger whole number exactly
MAX_LATE = 30 * 86_400_000  # milliseconds, the unit of message numbers: no message travels for a month


def plain_data(name: str, value: object) -> Any:
    """Return a copy of a value from the page, with lists for tuples and None for floats that are not finite.

    Args:
        name: The trait that the value is for, named in errors.
        value: Nested dicts and lists of numbers, texts, bytes and None.

    Raises:
        DataError: A number or a text is too long, a value has another type, or the whole is too large or too deep.
    """
    left = MAX_VALUES

    def copied(here: object, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise DataError(f"{name} may hold at most {MAX_VALUES:,} values, but holds more.")
        if depth > MAX_DEPTH:
            raise DataError(f"{name} may be at most {MAX_DEPTH} levels deep, but is deeper.")
        if isinstance(here, dict):
            return {copied(key, depth + 1): copied(inner, depth + 1) for key, inner in here.items()}
        if isinstance(here, list | tuple):
            return [copied(inner, depth + 1) for inner in here]
        if isinstance(here, float):
            return here if math.isfinite(here) else None
        if not _is_short(here):  # no more is said of it: a number may be too long to be written
            raise DataError(f"{name} may hold numbers and texts of at most 2 MiB, not this {type(here).__name__}.")
        return here

    return copied(value, 0)


def seq_of(message: dict[str, Any]) -> int:
    """Return the sequence number of a message, its field ``seq``.

    Raises:
        DataError: The field is missing, or no whole number above 0 and below 2^53.
    """
    seq = message.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < MAX_SEQ:
        raise DataError(f"seq must be a whole number above 0 and below 2^53, but is {seq!r:.80}.")
    return seq


def is_late(seq: int, newest: int) -> bool:
    """Return whether a message numbered ``seq`` is not newer than the one numbered ``newest``, so that it is ignored.

    Numbers are milliseconds of the page's clock. A message more than ``MAX_LATE`` behind is not late: then ``newest``
    was invented, or came from a page whose clock was wrong.
    """
    return newest - MAX_LATE < seq <= newest


def _is_short(value: object) -> bool:
    if isinstance(value, str | bytes | bytearray | memoryview):
        return len(value) <= MAX_BYTES
    if isinstance(value, int):
        return value.bit_length() < MAX_BITS
    return value is None
