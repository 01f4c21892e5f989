"""TIFF comes back as stored, several pages as a volume with named axes."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.data.file_kinds.opened_bytes import check_damage
from tnlab.data.files import read_array, read_file_array
from tnlab.errors import DataError

tifffile = pytest.importorskip("tifffile")
VOLUME = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)


def tiff(array, **options) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("array", "options", "axes"),
    [
        (VOLUME, {"photometric": "minisblack"}, ("page", "row", "column")),
        (VOLUME, {"metadata": {"axes": "ZYX"}, "photometric": "minisblack"}, ("z", "row", "column")),
        (VOLUME, {"imagej": True, "metadata": {"axes": "TYX"}}, ("time", "row", "column")),
        (VOLUME[0] / 7, {}, ("row", "column")),
        (np.arange(24, dtype=np.uint8).reshape(2, 4, 3), {"photometric": "rgb"}, ("row", "column", "colour")),
    ],
)
def test_pages_come_back(array, options, axes):
    found = read_file_array("x.tif", tiff(array, **options))
    np.testing.assert_array_equal(found.array, array)
    assert found.axes == axes


def test_opacity_is_dropped_and_said():
    rgba = np.full((5, 4, 4), 7, dtype=np.uint8)
    found = read_file_array("x.tif", tiff(rgba, photometric="rgb", extrasamples=["unassalpha"]))
    assert found.array.shape == (5, 4, 3)
    assert "opacity was dropped" in found.note


def test_packed_pages_of_other_programs_come_back():
    stream = io.BytesIO()
    pages = [Image.fromarray(page.astype(np.uint8)) for page in VOLUME]
    pages[0].save(stream, "TIFF", compression="tiff_lzw", save_all=True, append_images=pages[1:])
    np.testing.assert_array_equal(read_array("x.tiff", stream.getvalue()), VOLUME)
    check_damage("x.tiff", stream.getvalue())


def test_too_many_entries():
    with pytest.raises(DataError, match="60 entries, but at most 10"):
        read_array("x.tif", tiff(VOLUME, photometric="minisblack"), max_entries=10)
