"""A reader of .npy files that never unpickles and checks the header against the length of the file."""

import math
import tokenize
from io import BytesIO

import numpy as np
from numpy.lib import format as npy

from tnlab.data.intake import check_entries
from tnlab.errors import DataError

MAGIC = npy.MAGIC_PREFIX
READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}

BROKEN = (ValueError, TypeError, SyntaxError, KeyError, EOFError, RecursionError, MemoryError, tokenize.TokenError)


def read_npy(name: str, content: bytes, max_entries: int | None) -> np.ndarray:
    """Return the array of a .npy file, given as bytes, as a copy that owns its memory.

    Raises:
        DataError: The header cannot be read, announces more bytes than follow, or an array that is not of numbers.
    """
    stream = BytesIO(content)
    shape, fortran, dtype = _header(name, stream)
    if dtype.hasobject:
        raise DataError(
            f"{name!r:.80} holds pickled Python objects, and those are never opened; save plain numbers with "
            "numpy.save(file, array, allow_pickle=False)."
        )
    if dtype.kind not in "biufc":
        raise DataError(f"{name!r:.80} must hold numbers, but its entries have type {dtype!s:.80}.")
    if any(length < 0 for length in shape):
        raise DataError(f"{name!r:.80} is damaged: its header has the shape {shape!s:.80}.")
    entries, body = math.prod(shape), memoryview(content)[stream.tell() :]
    check_entries(entries, f"{name!r:.80}", max_entries)
    if entries * dtype.itemsize > len(body):
        raise DataError(
            f"{name!r:.80} is cut short: its header promises shape {shape!s:.80} of {dtype} "
            f"({entries * dtype.itemsize:,} bytes), but {len(body):,} bytes follow."
        )
    if entries == 0:
        raise DataError(f"{name!r:.80} is empty: its shape is {shape}.")
    flat = np.frombuffer(body, dtype=dtype, count=entries)
    return flat.reshape(shape, order="F" if fortran else "C").copy()


def _header(name: str, stream: BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    try:
        version = npy.read_magic(stream)
        if version in READERS:
            return READERS[version](stream)
    except BROKEN:
        raise DataError(f"{name!r:.80} is damaged: its .npy header cannot be read.") from None
    raise DataError(f"{name!r:.80} is a .npy file of version {version}, but only 1.0 and 2.0 are read.")
