"""Reading of .npy, PNG and JPEG files into arrays; the first bytes of a file decide its kind, not its name."""

import os
from io import BufferedIOBase, BytesIO
from pathlib import Path

import numpy as np

from tnlab.data.npy_file import MAGIC as NPY
from tnlab.data.npy_file import read_npy
from tnlab.data.picture_file import read_picture
from tnlab.data.source import MAX_ENTRIES, Source
from tnlab.errors import DataError
from tnlab.reading import open_file

MAX_BYTES = 64 * 2**20  # largest file read into a page; the command line has no limit
LONGEST_START = 16  # bytes, enough for every start of a file below
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
REFUSED = {
    b"PK\x03\x04": "a zip archive (.npz, .pt or a document); save one array with numpy.save instead",
    b"\x89HDF": "an HDF5 file; save one array with numpy.save instead",
    b"MATLAB": "a MATLAB file; save one array with numpy.save instead",
    b"GIF8": "a GIF picture; save it as PNG instead",
    b"RIFF": "a WebP picture or a sound; save it as PNG instead",
    b"BM": "a BMP picture; save it as PNG instead",
    b"II*\x00": "a TIFF picture; save it as PNG or with numpy.save instead",
    b"MM\x00*": "a TIFF picture; save it as PNG or with numpy.save instead",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"<": "a text with markup (SVG, HTML or XML), not a picture of pixels",
} | {bytes([0x80, protocol]): "a Python pickle, and those are never opened; use numpy.save" for protocol in range(6)}


def read_array(
    name: str, data: bytes | Path, *, max_bytes: int | None = MAX_BYTES, max_entries: int | None = MAX_ENTRIES
) -> np.ndarray:
    """Return the array in a file: the stored numbers of a .npy file, values in [0, 1] of a PNG or JPEG picture.

    A picture with more entries than ``max_entries`` is shrunk by a whole factor (mean over blocks); a .npy array with
    more is refused.

    Args:
        name: Name of the file in messages; its extension has no effect.
        data: The file's bytes, or its path.
        max_bytes: Largest length of the file in bytes, checked before it is read; None for no limit.
        max_entries: Largest number of entries of the array; None for no limit.

    Raises:
        DataError: The file is missing, too long, damaged, or not a .npy, PNG or JPEG file.
    """
    with open_file(data) if isinstance(data, Path) else BytesIO(data) as stream:
        length = _length(name, stream, max_bytes)
        content = stream.read(LONGEST_START)
        stream.seek(0)
        if content.startswith(NPY):
            return read_npy(name, stream, length, max_entries)
        if content.startswith((PNG, JPEG)):
            return read_picture(name, stream.read(), max_entries)
    for start, what in REFUSED.items():
        if content.startswith(start):
            raise DataError(f"{name!r:.80} is {what}.")
    raise DataError(f"{name!r:.80} is neither a .npy array nor a PNG or JPEG picture, and those are all that is read.")


def read_source(
    name: str, data: bytes | Path, *, max_bytes: int | None = MAX_BYTES, max_entries: int | None = MAX_ENTRIES
) -> Source:
    """Return the array in a file as a source, cut into the first of its suggested modes.

    Raises:
        DataError: The file cannot be read, or its array cannot be fitted.
    """
    array = read_array(name, data, max_bytes=max_bytes, max_entries=max_entries)
    source = Source.of(array, name=name, max_entries=max_entries)
    return source.with_modes(*source.suggested_modes[0])


def _length(name: str, stream: BufferedIOBase, max_bytes: int | None) -> int:
    """Return the length of a file in bytes; refuse an empty one and one above the limit."""
    length = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if max_bytes is not None and length > max_bytes:
        raise DataError(
            f"{name!r:.80} is {length / 2**20:,.0f} MiB long, but at most {max_bytes / 2**20:,.0f} MiB are read. "
            "Crop it, or store it in a smaller type such as float32."
        )
    if not length:
        raise DataError(f"{name!r:.80} is empty (0 bytes).")
    return length
