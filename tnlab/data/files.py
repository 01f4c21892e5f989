"""The door for files: the first bytes decide how a file is read, and its name only where it is text."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np

from tnlab.data.file_kinds.archives import read_zip
from tnlab.data.file_kinds.gzip_file import unpacked
from tnlab.data.file_kinds.hdf5 import read_hdf5
from tnlab.data.file_kinds.matlab import read_matlab
from tnlab.data.file_kinds.nifti import read_nifti
from tnlab.data.file_kinds.opened import FileArray, OpenedFile
from tnlab.data.file_kinds.safetensors_file import read_safetensors
from tnlab.data.file_kinds.tables import read_table, read_tns
from tnlab.data.file_kinds.tiff import read_tiff
from tnlab.data.npy_file import MAGIC, read_npy
from tnlab.data.picture_file import read_picture
from tnlab.data.source import MAX_ENTRIES, Source
from tnlab.errors import DataError, TnlabError
from tnlab.reading import open_file

MAX_BYTES = 64 * 2**20  # largest file read into a page; the command line has no limit
LONGEST_START = 352  # bytes, enough for every start of a file below
GZIP = b"\x1f\x8b"
T = TypeVar("T")


@dataclass(frozen=True)
class FileKind:
    """A kind of files that are read.

    Attributes:
        what: Its name after "as": "a MATLAB file".
        suffixes: How their names end.
        starts: (place, bytes) by any of which they are told; none for text, which is told by its suffix.
        read: Returns the array of such a file.
    """

    what: str
    suffixes: tuple[str, ...]
    starts: tuple[tuple[int, bytes], ...]
    read: Callable[[OpenedFile], FileArray]


def _read_npy(file: OpenedFile) -> FileArray:
    file.only()
    return FileArray(read_npy(file.name, file.stream, file.length, file.max_entries))


KINDS = (
    FileKind(what="a .npy array", suffixes=(".npy",), starts=((0, MAGIC),), read=_read_npy),
    FileKind(
        what="an archive of arrays", suffixes=(".npz", ".pt", ".pth"), starts=((0, b"PK\x03\x04"),), read=read_zip
    ),
    FileKind(
        what="an HDF5 file",
        suffixes=(".h5", ".hdf5"),
        starts=((0, b"\x89HDF\r\n\x1a\n"), (0, b"MATLAB 7.3")),
        read=read_hdf5,
    ),
    FileKind(what="a MATLAB file", suffixes=(".mat",), starts=((0, b"MATLAB 5"),), read=read_matlab),
    FileKind(
        what="a TIFF file",
        suffixes=(".tif", ".tiff"),
        starts=((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")),
        read=read_tiff,
    ),
    FileKind(what="a NIfTI volume", suffixes=(".nii",), starts=((344, b"n+1\0"), (4, b"n+2\0")), read=read_nifti),
    FileKind(
        what="a picture",
        suffixes=(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"),
        starts=((0, b"\x89PNG\r\n\x1a\n"), (0, b"\xff\xd8\xff"), (0, b"BM"), (0, b"GIF8"), (8, b"WEBP")),
        read=read_picture,
    ),
    FileKind(what="a table of numbers", suffixes=(".csv", ".tsv"), starts=(), read=read_table),
    FileKind(what="a sparse tensor", suffixes=(".tns",), starts=(), read=read_tns),
    FileKind(what="a safetensors file", suffixes=(".safetensors",), starts=((8, b'{"'),), read=read_safetensors),
)
SUFFIXES = (*(suffix for kind in KINDS for suffix in kind.suffixes), ".gz")
"""Endings of the names of files that are read; one that is packed by gzip has ``.gz`` behind its own."""

REFUSED = {
    b"%PDF": "a PDF document",
    b"<": "a text with markup (SVG, HTML or XML), not a picture of pixels",
} | {
    bytes(
        [0x80, protocol]
    ): "a Python pickle, and those are never opened; use numpy.save, or torch.save of PyTorch 1.6 or newer"
    for protocol in range(6)
}


def read_array(
    name: str,
    data: bytes | Path,
    *,
    key: str | None = None,
    max_bytes: int | None = MAX_BYTES,
    max_entries: int | None = MAX_ENTRIES,
) -> np.ndarray:
    """Return the array in a file: stored numbers as they are, 8 or 16 bits of a PNG, JPEG, BMP, GIF or WebP in [0, 1].

    The kinds are those of ``SUFFIXES``. A picture with more entries than ``max_entries`` is shrunk by a whole factor
    (mean over blocks); any other array with more is refused.

    Args:
        name: Name of the file in messages; its ending decides only for text (.csv, .tsv, .tns).
        data: The file's bytes, or its path.
        key: Which array of a file that holds several; by default the only one, or the largest.
        max_bytes: Largest length of the file in bytes, checked before it is read; None for no limit.
        max_entries: Largest number of entries of the array; None for no limit.

    Raises:
        DataError: The file is missing, too long, damaged, of no kind that is read, or has no array of numbers.
        NotInstalledError: The library that reads this kind is missing; the message says how to install it.
    """
    return read_file_array(name, data, key=key, max_bytes=max_bytes, max_entries=max_entries).array


def read_file_array(
    name: str,
    data: bytes | Path,
    *,
    key: str | None = None,
    max_bytes: int | None = MAX_BYTES,
    max_entries: int | None = MAX_ENTRIES,
) -> FileArray:
    """Return what ``read_array`` returns, with names of its axes and a sentence on what was left out.

    Raises:
        DataError: As for ``read_array``.
        NotInstalledError: As for ``read_array``.
    """
    with open_file(data) if isinstance(data, Path) else BytesIO(data) as stream:
        file = OpenedFile(name, stream, length=_length(name, stream, max_bytes), key=key, max_entries=max_entries)
        start = stream.read(LONGEST_START)
        stream.seek(0)
        if start.startswith(GZIP):
            file = _reading("a gzip archive", unpacked, file)
            start = file.stream.read(LONGEST_START)
            file.stream.seek(0)
        kind = kind_of(file.name, start)
        return _reading(kind.what, kind.read, file)


def read_source(
    name: str,
    data: bytes | Path,
    *,
    key: str | None = None,
    max_bytes: int | None = MAX_BYTES,
    max_entries: int | None = MAX_ENTRIES,
) -> Source:
    """Return the array in a file as a source, cut into the first of its suggested modes; NaN are missing entries.

    Raises:
        DataError: The file cannot be read, or its array cannot be fitted.
        NotInstalledError: The library that reads this kind is missing.
    """
    found = read_file_array(name, data, key=key, max_bytes=max_bytes, max_entries=max_entries)
    title = name if key is None else f"{name}:{key}"
    source = Source.of(found.array, title, axes=found.axes, note=found.note, gaps=True, max_entries=max_entries)
    return source.with_modes(*source.suggested_modes[0])


def split_key(text: str) -> tuple[Path, str | None]:
    """Return the path and the key in a text such as ``"weights.npz:layer1"``; a file of that whole name comes first.

    Example:
        >>> split_key("missing.npz:layer1")
        (PosixPath('missing.npz:layer1'), None)
    """
    path = Path(text)
    before, colon, key = text.rpartition(":")
    if colon and key and before and not path.exists() and Path(before).is_file():
        return Path(before), key
    return path, None


def kind_of(name: str, start: bytes) -> FileKind:
    """Return the kind of a file by its first bytes, or by its name where it is text.

    Raises:
        DataError: It is of no kind that is read.
    """
    for kind in KINDS:
        by_suffix = not kind.starts and name.lower().endswith(kind.suffixes)
        if by_suffix or any(start[place:].startswith(mark) for place, mark in kind.starts):
            return kind
    for mark, what in REFUSED.items():
        if start.startswith(mark):
            raise DataError(f"{name!r:.80} is {what}.")
    raise DataError(f"{name!r:.80} is no file that can be read; those end in {', '.join(SUFFIXES)}.")


def _reading(what: str, read: Callable[[OpenedFile], T], file: OpenedFile) -> T:
    """Return what a reader returns; whatever a library raises about a damaged file becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries warn of what they cannot read too
            return read(file)
    except TnlabError:
        raise
    except MemoryError:
        raise DataError(f"{file} announces more than the memory holds.") from None
    except Exception as error:  # noqa: BLE001 - libraries raise anything at damaged files
        raise DataError(
            f"{file} is damaged or cut short: it cannot be read as {what} ({type(error).__name__})."
        ) from None


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
