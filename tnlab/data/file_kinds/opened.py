"""What readers of files share: the opened file with its limits, and the array found in it."""

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from tnlab.data.intake import check_entries
from tnlab.errors import DataError, NotInstalledError
from tnlab.free_memory import free_memory, readable_bytes

NUMBERS = "biufc"  # kinds of numpy types that are numbers; complex ones are refused with other words
MOST_NAMED = 6  # arrays of a file that a sentence names
MOST_MEMBERS = 10_000  # of an archive, or objects of an HDF5 file


@dataclass(frozen=True, eq=False)
class FileArray:
    """The array found in a file.

    Attributes:
        array: Its numbers; NaN may stand for missing entries.
        axes: Names of its axes where the file has them, such as "row" or "x", else "" for each.
        note: A sentence on what was left out or changed; empty if nothing was.
    """

    array: np.ndarray
    axes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class OpenedFile:
    """A file that a reader takes an array from.

    Attributes:
        name: Its name in messages.
        stream: Its content, at the beginning; it can be read and sought.
        length: Its length in bytes.
        key: Which of several arrays is wanted; None for the only one, or the largest.
        max_entries: Largest number of entries of the array; None for what the memory holds.
    """

    name: str
    stream: IO[bytes]
    length: int
    key: str | None = None
    max_entries: int | None = None

    def __str__(self) -> str:
        return f"{self.name!r:.80}"

    def content(self) -> bytes:
        """Return all bytes of the file."""
        self.stream.seek(0)
        return self.stream.read()

    def check(self, shape: Sequence[int], itemsize: int = 8) -> None:
        """Refuse an array that a header announces before memory is taken for it.

        Args:
            shape: Lengths of its axes.
            itemsize: Bytes of an entry.

        Raises:
            DataError: It has no entry, more than allowed, or more than the memory holds.
        """
        entries = math.prod(shape)
        if entries < 1:
            raise DataError(f"{self} is empty: its shape is {tuple(shape)}.")
        check_entries(entries, str(self), self.max_entries)
        if self.max_entries is None and entries * itemsize > free_memory():
            raise DataError(
                f"{self} announces an array of {readable_bytes(entries * itemsize)}, but "
                f"{readable_bytes(free_memory())} of memory are free. Crop it, or store it in a smaller type."
            )

    def choose(self, offers: Mapping[str, Sequence[int]], what: str) -> tuple[str, str]:
        """Return the name of the array to open, and a sentence that names the others.

        Args:
            offers: Shapes of the arrays of numbers in the file, by name.
            what: What the file is, for messages: "a MATLAB file".

        Raises:
            DataError: There is none, or none of the wanted name.
        """
        names = list(offers)
        if not names:
            raise DataError(f"{self} is {what} without an array of numbers.")
        if self.key is not None:
            if self.key not in offers:
                raise DataError(f"{self} has no array {self.key!r:.80}; its arrays are {_listed(offers, names)}.")
            return self.key, ""
        largest = max(names, key=lambda name: math.prod(offers[name]))
        if len(names) == 1:
            return largest, ""
        names.remove(largest)
        there = "is" if len(names) == 1 else "are"
        return largest, (
            f"{self} holds {len(offers)} arrays. The largest, {_listed(offers, [largest])}, is open; "
            f"there {there} also {_listed(offers, names)}. Another is chosen by its name behind a "
            f"colon, as in '{self.name}:{names[0]}'."
        )

    def only(self) -> None:
        """Refuse a wanted name where the file has a single array without a name.

        Raises:
            DataError: A name was wanted.
        """
        if self.key is not None:
            raise DataError(f"{self} holds a single array, so that {self.key!r:.80} behind the colon names nothing.")


def library(module: str, package: str) -> Any:
    """Return an optional library that reads a kind of files.

    Raises:
        NotInstalledError: It is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise NotInstalledError(package, f"{package} (or 'tnlab[files]' for every kind of file)") from None


def _listed(offers: Mapping[str, Sequence[int]], names: Sequence[str]) -> str:
    words = [f"{name[:60]} ({'x'.join(map(str, offers[name])) or 'one number'})" for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        words.append(f"{len(names) - MOST_NAMED} more")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
