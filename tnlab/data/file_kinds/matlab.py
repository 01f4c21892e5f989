"""A reader of .mat files of MATLAB, versions 5 to 7; those of version 7.3 are HDF5 files."""

import math
import zlib

import numpy as np
from scipy import io as scipy_io
from scipy import sparse

from tnlab.data.file_kinds.opened import FileArray, OpenedFile
from tnlab.errors import DataError

HEADER = 128  # bytes before the first element
COMPRESSED = 15  # the type of an element that zlib has packed
STEP = 2**20  # bytes that are unpacked at a time
ENTRY = 16  # bytes of the largest entry, a complex double
INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
CLASSES = INTEGERS | {"double", "single", "logical", "sparse"}


def read_matlab(file: OpenedFile) -> FileArray:
    """Return a variable of a .mat file; a row or a column has one axis, and a sparse matrix becomes a full one.

    Raises:
        DataError: It has no array of numbers of the wanted name, or one that is too large.
    """
    _check_packed(file)
    file.stream.seek(0)
    variables = scipy_io.whosmat(file.stream)
    shapes = {name: shape for name, shape, kind in variables if kind in CLASSES}
    key, note = file.choose(shapes, "a MATLAB file")
    file.check(shapes[key])
    file.stream.seek(0)
    loaded = scipy_io.loadmat(file.stream, variable_names=[key])[key]
    array = loaded.toarray() if sparse.issparse(loaded) else np.asarray(loaded)
    if array.ndim == 2 and math.prod(array.shape) == max(array.shape):
        array = array.reshape(-1)
    return FileArray(array, note=note)


def _check_packed(file: OpenedFile) -> None:
    """Refuse a file with an element that unpacks to far more than the largest array that is read."""
    if file.max_entries is None:
        return
    content = file.content()
    order = "little" if content[126:128] == b"IM" else "big"
    most, place = file.max_entries * ENTRY + STEP, HEADER
    while place + 8 <= len(content):
        kind, length = (int.from_bytes(content[place + at : place + at + 4], order) for at in (0, 4))
        if kind == COMPRESSED:
            unpacker, held, rest = zlib.decompressobj(), 0, content[place + 8 : place + 8 + length]
            while rest and not unpacker.eof:
                held += len(unpacker.decompress(rest, STEP))
                rest = unpacker.unconsumed_tail
                if held > most:
                    raise DataError(
                        f"{file} unpacks to more than {most:,} bytes, which no array that is read here has."
                    )
        place += 8 + length
