"""File that keeps the spectra of one tensor between sessions, believed only where they can be those of that tensor.

The file is a hash followed by the tails of the cuts as safetensors. The hash covers the tails, the version of the
format, the tensor and the largest side of a Gram matrix. A file that is damaged, was written for another tensor or by
another version, or holds the weaker spectra of a smaller ``max_side``, does not have the hash, and is removed.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from tnlab.errors import DataError
from tnlab.writing import write_file

VERSION = 2  # of the format and of the computation; raised when either gives other spectra
DIGEST = 32  # bytes of the hash
MAX_BYTES = 2**28  # a larger file is not read: the spectra of all cuts of 16 modes take some 70 MB
NEAR = 1e-9  # of |X|^2: far above the rounding error of a tail in float64


@dataclass(frozen=True)
class SpectraFile:
    """The stored spectra of one tensor in a folder.

    Attributes:
        folder: Where the file is; created when the first spectra are written.
        data: Shape and hash of the tensor, as part of a file name.
        max_side: Largest number of rows of a Gram matrix, as for ``CutSpectra``.
    """

    folder: Path
    data: str
    max_side: int

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.data}-{self.max_side}.spectra"

    def read(self) -> dict[tuple[int, ...], NDArray[np.float64]]:
        """Return the stored tails by cut; none, and the file is removed, where it is not one that ``write`` wrote."""
        try:
            if not self.path.is_file() or self.path.stat().st_size > MAX_BYTES:
                return {}
            stored = self.path.read_bytes()
        except OSError:
            return {}
        payload = stored[DIGEST:]
        if stored[:DIGEST] == self._digest(payload):
            with contextlib.suppress(SafetensorError, ValueError):
                return {tuple(map(int, name.split("_"))): tail for name, tail in load(payload).items()}
        with contextlib.suppress(OSError):
            self.path.unlink()
        return {}

    def write(self, tails: Mapping[tuple[int, ...], NDArray[np.float64]]) -> None:
        """Replace the file in one step; a folder that cannot be written keeps what it has, and nothing is raised."""
        payload = save({"_".join(map(str, cut)): np.ascontiguousarray(tail) for cut, tail in tails.items()})
        with contextlib.suppress(OSError, DataError):  # the spectra are known; only their copy on disk is missing
            self.folder.mkdir(parents=True, exist_ok=True)
            write_file(self.path, self._digest(payload) + payload)

    def _digest(self, payload: bytes) -> bytes:
        key = f"tnlab spectra {VERSION} {self.data} {self.max_side}\n".encode()
        return hashlib.blake2b(key + payload, digest_size=DIGEST).digest()


def is_tail(tail: NDArray[np.float64], rows: int, *, whole: bool) -> bool:
    """Return whether an array can be the tail of an unfolding: squared singular values summed from the last one.

    Args:
        tail: The array.
        rows: Rows of the unfolding; a tail has one value more.
        whole: Whether the singular values are those of the tensor, whose squares sum to 1, and not of a compressed
            one, where the sum may be less.
    """
    if tail.shape != (rows + 1,) or tail.dtype != np.float64 or not np.isfinite(tail).all():
        return False
    squares = -np.diff(tail)  # of the singular values, descending
    descending = bool((squares >= -NEAR).all() and (np.diff(squares) <= NEAR).all())
    first, last = float(tail[0]), float(tail[-1])
    return descending and bool((tail >= 0).all()) and last == 0 and (1 - NEAR if whole else 0) <= first <= 1 + NEAR
