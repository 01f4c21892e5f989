"""Data sets of HDF5 come back with the names of their dimensions; other files are never opened by a link."""

import io

import numpy as np
import pytest

from tests.data.file_kinds.opened_bytes import ARRAY, check_damage
from tnlab.data.files import read_array, read_file_array
from tnlab.errors import DataError

h5py = pytest.importorskip("h5py")


def h5(fill, **options) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w", **options) as root:
        fill(root)
    return stream.getvalue()


def test_a_data_set_comes_back_with_its_dimensions():
    def fill(root):
        item = root.create_dataset("group/x", data=ARRAY, compression="gzip")
        item.dims[0].label = "time"
        root["lat"] = np.arange(6.0)
        root["lat"].make_scale("lat")
        item.dims[1].attach_scale(root["lat"])
        root["words"] = "a text"
        root["count"] = 3

    found = read_file_array("x.h5", h5(fill))
    np.testing.assert_array_equal(found.array, ARRAY)
    assert found.axes == ("time", "lat")
    assert "group/x (4x6), is open; there is also lat (6)" in found.note
    assert read_array("x.hdf5", h5(fill), key="lat").tolist() == [0, 1, 2, 3, 4, 5]
    check_damage("x.h5", h5(fill), cuts=6)


def test_a_file_of_matlab_has_its_axes_turned():
    content = h5(lambda root: root.update({"A": ARRAY.T, "#refs#/b": np.ones(100)}), userblock_size=512)
    stamped = b"MATLAB 7.3 MAT-file".ljust(512, b"\0") + content[512:]
    found = read_file_array("x.mat", stamped)
    np.testing.assert_array_equal(found.array, ARRAY)
    assert found.note == ""


def test_what_lies_elsewhere_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(ARRAY.tobytes())

    def elsewhere(root):
        root.create_dataset("x", ARRAY.shape, "f8", external=[(str(tmp_path / "secret"), 0, ARRAY.nbytes)])

    with pytest.raises(DataError, match="lies in other files"):
        read_array("x.h5", h5(elsewhere))
    np.save(tmp_path / "x.npy", ARRAY)
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = ARRAY
    linked = h5(lambda root: root.update({"x": h5py.ExternalLink(str(tmp_path / "other.h5"), "/x")}))
    with pytest.raises(DataError, match="without an array of numbers"):
        read_array("x.h5", linked)


def test_announced_sizes_are_checked_first():
    with pytest.raises(DataError, match="entries, but at most"):
        read_array("x.h5", h5(lambda root: root.create_dataset("x", (2**20, 2**20), "f8")))
    wide = h5(lambda root: root.create_dataset("x", (2,), "f8", chunks=(2**16,), maxshape=(None,)))
    with pytest.raises(DataError, match="entries, but at most 1,000"):
        read_array("x.h5", wide, max_entries=1000)
