"""A reader of .npy files that never unpickles and checks the header against the length of the file."""

import math
import tokenize
from io import BufferedIOBase
from typing import IO, cast

import numpy as np
from numpy.lib import format as npy

from tnlab.data.intake import check_entries
from tnlab.errors import DataError

MAGIC = npy.MAGIC_PREFIX
MAX_AXES = 32  # of an array in every version of numpy that is supported
READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}

BROKEN = (ValueError, TypeError, SyntaxError, KeyError, EOFError, RecursionError, MemoryError, tokenize.TokenError)


def read_npy(name: str, stream: IO[bytes], length: int, max_entries: int | None) -> np.ndarray:
    """Return the array of a .npy file as one that owns its memory; nothing is held twice.

    Args:
        name: Name of the file in messages.
        stream: The file, at its beginning.
        length: Its length in bytes.
        max_entries: Largest number of entries; None for no limit.

    Raises:
        DataError: The header cannot be read, announces more bytes than follow, or an array that is not of numbers.
    """
    shape, fortran, dtype = npy_header(name, stream)
    if dtype.hasobject:
        raise DataError(
            f"{name!r:.80} holds pickled Python objects, and those are never opened; save plain numbers with "
            "numpy.save(file, array, allow_pickle=False)."
        )
    if dtype.kind not in "biufc":
        raise DataError(f"{name!r:.80} must hold numbers, but its entries have type {dtype!s:.80}.")
    if any(length < 0 for length in shape):
        raise DataError(f"{name!r:.80} is damaged: its header has the shape {shape!s:.80}.")
    if len(shape) > MAX_AXES:
        raise DataError(f"{name!r:.80} has {len(shape)} axes, but at most {MAX_AXES} are read; reshape it first.")
    entries, rest = math.prod(shape), length - stream.tell()
    check_entries(entries, f"{name!r:.80}", max_entries)
    if entries * dtype.itemsize > rest:
        raise DataError(
            f"{name!r:.80} is cut short: its header promises shape {shape!s:.80} of {dtype} "
            f"({entries * dtype.itemsize:,} bytes), but {rest:,} bytes follow."
        )
    if entries == 0:
        raise DataError(f"{name!r:.80} is empty: its shape is {shape}.")
    flat = np.empty(entries, dtype)
    if cast(BufferedIOBase, stream).readinto(flat.view(np.uint8).data) != flat.nbytes:
        raise DataError(f"{name!r:.80} became shorter while it was read; read it again when it is complete.")
    return flat.reshape(shape, order="F" if fortran else "C")


def npy_header(name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Return the shape of the array in a .npy file, whether it is stored column by column, and its type.

    Raises:
        DataError: The header cannot be read.
    """
    try:
        version = npy.read_magic(stream)
        if version in READERS:
            return READERS[version](stream)
    except BROKEN:
        raise DataError(f"{name!r:.80} is damaged: its .npy header cannot be read.") from None
    raise DataError(f"{name!r:.80} is a .npy file of version {version}, but only 1.0 and 2.0 are read.")
