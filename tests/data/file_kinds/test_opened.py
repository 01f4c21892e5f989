"""One of several arrays is chosen by name or size, and what does not fit is refused before memory is taken."""

import io
import sys

import numpy as np
import pytest

from tests.data.file_kinds.opened_bytes import npz
from tnlab.data.file_kinds.opened import OpenedFile, library
from tnlab.data.files import read_array, read_file_array
from tnlab.errors import DataError, NotInstalledError


def test_the_largest_of_several_arrays_is_open_and_the_others_are_named():
    content = npz(bias=np.ones(3), weights=np.ones((3, 4)), words=np.array(["a"]))
    found = read_file_array("x.npz", content)
    assert found.array.shape == (3, 4)
    assert found.note == (
        "'x.npz' holds 2 arrays. The largest, weights (3x4), is open; there is also bias (3). Another is chosen by its "
        "name behind a colon, as in 'x.npz:bias'."
    )
    assert read_array("x.npz", content, key="bias").tolist() == [1, 1, 1]
    with pytest.raises(DataError, match=r"no array 'words'; its arrays are bias \(3\) and weights \(3x4\)"):
        read_array("x.npz", content, key="words")


def test_a_file_of_one_array_has_no_names():
    stream = io.BytesIO()
    np.save(stream, np.ones(3))
    with pytest.raises(DataError, match="single array"):
        read_array("x.npy", stream.getvalue(), key="a")


def test_an_announced_array_must_fit(monkeypatch):
    monkeypatch.setenv("TNLAB_MEMORY", "1M")
    with pytest.raises(DataError, match="10 entries, but at most 9"):
        OpenedFile("x", io.BytesIO(), 0, max_entries=9).check((2, 5))
    with pytest.raises(DataError, match=r"announces an array of 7\.6 MiB"):
        OpenedFile("x", io.BytesIO(), 0).check((1000, 1000))
    with pytest.raises(DataError, match="empty"):
        OpenedFile("x", io.BytesIO(), 0).check((3, 0))


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(NotInstalledError, match=r"This needs h5py.*pip install h5py \(or 'tnlab\[files\]'"):
        library("h5py", "h5py")
    with pytest.raises(NotInstalledError, match="h5py"):
        read_array("x.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
