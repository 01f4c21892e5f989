"""Files to arrays: .npy without pickle, PNG and JPEG. What a file is, its first bytes say, not its name."""

from pathlib import Path

import numpy as np

from tnlab.data.npy_file import MAGIC as NPY
from tnlab.data.npy_file import read_npy
from tnlab.data.picture_file import read_picture
from tnlab.data.source import MAX_ENTRIES, Source
from tnlab.errors import DataError

MAX_BYTES = 64 * 2**20
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
    """Return the array that a file holds: numbers as stored from .npy; [0, 1] from PNG and JPEG.

    A picture with more entries than the limit is shrunk by a whole factor (mean over blocks); an array is refused.

    Args:
        name: What to call the file in a message; its extension is not looked at.
        data: The file's bytes, or where it lies.
        max_bytes: A longer file is refused before it is read; None for no limit.
        max_entries: Limit on the array; None for no limit.

    Raises:
        DataError: The file is missing, too long, cut short, or something else than .npy, PNG or JPEG.
    """
    content = _content(name, data, max_bytes)
    if content.startswith(NPY):
        return read_npy(name, content, max_entries)
    if content.startswith((PNG, JPEG)):
        return read_picture(name, content, max_entries)
    for start, what in REFUSED.items():
        if content.startswith(start):
            raise DataError(f"{name!r:.80} is {what}.")
    raise DataError(f"{name!r:.80} is neither a .npy array nor a PNG or JPEG picture, and those are all that is read.")


def read_source(
    name: str, data: bytes | Path, *, max_bytes: int | None = MAX_BYTES, max_entries: int | None = MAX_ENTRIES
) -> Source:
    """Return a file as a source with the modes suggested first for it.

    Raises:
        DataError: The file cannot be read, or its array cannot be fitted.
    """
    array = read_array(name, data, max_bytes=max_bytes, max_entries=max_entries)
    source = Source.of(array, name=name, max_entries=max_entries)
    return source.with_modes(*source.suggested_modes[0])


def _content(name: str, data: bytes | Path, max_bytes: int | None) -> bytes:
    try:
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        if max_bytes is not None and size > max_bytes:
            raise DataError(
                f"{name!r:.80} is {size / 2**20:,.0f} MiB long, but at most {max_bytes / 2**20:,.0f} MiB are read. "
                "Crop it, or store it in a smaller type such as float32."
            )
        content = data.read_bytes() if isinstance(data, Path) else bytes(data)
    except FileNotFoundError:
        raise DataError(f"There is no file {str(data)!r:.200}.") from None
    except OSError as error:
        raise DataError(f"{name!r:.200} cannot be read: {error.strerror or error}.") from None
    if not content:
        raise DataError(f"{name!r:.80} is empty (0 bytes).")
    return content
