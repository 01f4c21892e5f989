"""Bytes of files for the tests of readers, and what each reader owes: a sentence for every damage."""

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest

from tnlab.data.files import read_file_array
from tnlab.errors import DataError, NotInstalledError

ARRAY = np.arange(24.0).reshape(4, 6) / 7


def check_damage(name: str, content: bytes, cuts: int = 12) -> None:
    """Read the content cut at some places and with bytes changed: each is an array or a sentence."""
    rng = np.random.default_rng(0)
    for place in np.linspace(1, len(content) - 1, cuts).astype(int):
        _read(name, content[:place])
        changed = bytearray(content)
        for at in rng.integers(0, min(len(content), 600), 8):
            changed[at] = rng.integers(256)
        _read(name, bytes(changed))
    with pytest.raises(DataError, match=r"damaged|empty|cut short|must|no file|without|holds|has "):
        read_file_array(name, content[: len(content) // 3])


def _read(name: str, content: bytes) -> None:
    with contextlib.suppress(DataError, NotInstalledError):
        read_file_array(name, content)


def saved(write, suffix: str, tmp_path: Path) -> bytes:
    """Return the bytes that a function writes to a path."""
    path = tmp_path / f"made{suffix}"
    write(path)
    return path.read_bytes()


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()
