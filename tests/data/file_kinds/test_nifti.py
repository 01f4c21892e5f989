"""Volumes of NIfTI come back in the units of their header, packed or not."""

import gzip

import numpy as np
import pytest

from tests.data.file_kinds.opened_bytes import check_damage
from tnlab.data.files import read_array, read_file_array
from tnlab.errors import DataError

nibabel = pytest.importorskip("nibabel")
VOLUME = np.arange(60, dtype=np.int16).reshape(3, 4, 5)


@pytest.mark.parametrize("kind", ["Nifti1Image", "Nifti2Image"])
def test_a_volume_comes_back(kind):
    image = getattr(nibabel, kind)(VOLUME, np.eye(4))
    image.header.set_slope_inter(2, 1)
    content = image.to_bytes()
    found = read_file_array("x.nii", content)
    np.testing.assert_array_equal(found.array, nibabel.as_closest_canonical(image).from_bytes(content).get_fdata())
    assert found.axes == ("x", "y", "z")
    np.testing.assert_array_equal(read_array("x.nii.gz", gzip.compress(content)), found.array)
    check_damage("x.nii", content)


def test_axes_of_one_entry_are_dropped_and_colours_refused():
    content = nibabel.Nifti1Image(VOLUME[:, :, :1, None], np.eye(4)).to_bytes()
    assert read_file_array("x.nii", content).axes == ("x", "y")
    colours = np.zeros((2, 2, 2), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    with pytest.raises(DataError, match="one number per voxel"):
        read_array("x.nii", nibabel.Nifti1Image(colours, np.eye(4)).to_bytes())


def test_a_header_longer_than_the_file():
    header = nibabel.Nifti1Header()
    header.set_data_shape((3000, 3000, 3000))
    with pytest.raises(DataError, match="entries, but at most"):
        read_array("x.nii", header.binaryblock + b"\0" * 100)
