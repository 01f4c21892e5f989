"""Checks on messages from the page: limits on their values, sender and number, and which of them are late."""

import math
import re
from typing import Any

from tnlab.errors import DataError

MAX_DEPTH = 12  # lists and records inside each other; a structure in a proposal has six
MAX_VALUES = 50_000  # a structure of 256 cores and 2048 bonds has some 15,000
MAX_BYTES = 2 << 20  # of a text, or of binary data; a piece of a file has 1 MiB
MAX_BITS = 1024  # of a whole number; a float has no larger one
MAX_KEY = 255  # characters of the name of a field
MAX_NUMBER = 2**53  # of a message; JavaScript holds no larger whole number exactly
MAX_CLIENTS = 256  # views of one piece whose numbers are remembered; the one silent for longest is forgotten
CLIENT = re.compile(r"[A-Za-z0-9_-]{1,64}")


def plain_data(name: str, value: object) -> Any:
    """Return a copy of a value from the page, with lists for tuples and None for floats that are not finite.

    Halves of surrogate pairs in its texts are replaced, as ``in_letters`` does.

    Args:
        name: What the value is, named in errors.
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
            return {_key(name, key): copied(inner, depth + 1) for key, inner in here.items()}
        if isinstance(here, list | tuple):
            return [copied(inner, depth + 1) for inner in here]
        if isinstance(here, float):
            return here if math.isfinite(here) else None
        if not _is_short(here):  # no more is said of it: a number may be too long to be written
            raise DataError(f"{name} may hold numbers and texts of at most 2 MiB, not this {type(here).__name__}.")
        return in_letters(here) if isinstance(here, str) else here

    return copied(value, 0)


def apart(value: Any, path: list[str | int], paths: list[list[str | int]], buffers: list[bytes]) -> Any:
    """Return a copy of a message with None for its bytes, which are appended to ``buffers``, their places to ``paths``.

    Args:
        value: Nested dicts and lists.
        path: Where in the message the value is.
        paths: Receives the keys and indices that lead to each of the bytes.
        buffers: Receives the bytes.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        paths.append(path)
        buffers.append(bytes(value))
        return None
    if isinstance(value, dict):
        return {key: apart(inner, [*path, key], paths, buffers) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [apart(inner, [*path, place], paths, buffers) for place, inner in enumerate(value)]
    return value


def sender(message: object) -> dict[str, Any]:
    """Return the ``client`` and the number ``n`` of a message from the page.

    Raises:
        DataError: The message is no record, or one of the two is missing or out of range.
    """
    if not isinstance(message, dict):
        raise DataError(f"A message must be a record with client, n and kind, but is {message!r:.80}.")
    client, n = message.get("client"), message.get("n")
    if not isinstance(client, str) or not CLIENT.fullmatch(client):
        raise DataError(f"client must be 1 to 64 letters, digits, _ or -, but is {client!r:.80}.")
    if not isinstance(n, int) or isinstance(n, bool) or not 0 < n < MAX_NUMBER:
        raise DataError(f"n must be a whole number above 0 and below 2^53, but is {n!r:.80}.")
    return {"client": client, "n": n}


class Numbering:
    """The largest message number of every client, by which a message that arrives late or twice is recognised."""

    def __init__(self) -> None:
        self._largest: dict[str, int] = {}

    def is_late(self, client: str, n: int) -> bool:
        """Return whether a number is not larger than all before it of this client; if it is, record it."""
        largest = self._largest.pop(client, 0)
        self._largest[client] = max(largest, n)  # last: the order is that of the latest message
        if len(self._largest) > MAX_CLIENTS:
            del self._largest[next(iter(self._largest))]
        return n <= largest


def _key(name: str, key: object) -> str:
    if not isinstance(key, str) or len(key) > MAX_KEY:
        raise DataError(f"{name} may name its fields by texts of at most {MAX_KEY} characters, not by {key!r:.40}.")
    return in_letters(key)


def in_letters(text: str) -> str:
    """Return a text with U+FFFD for every half of a surrogate pair: JavaScript sends halves, but UTF-8 has none."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_short(value: object) -> bool:
    if isinstance(value, str | bytes | bytearray | memoryview):
        return len(value) <= MAX_BYTES
    if isinstance(value, int):
        return value.bit_length() < MAX_BITS
    return value is None
