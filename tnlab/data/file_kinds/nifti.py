"""A reader of .nii files, volumes of medical images (NIfTI)."""

import numpy as np

from tnlab.data.file_kinds.opened import NUMBERS, FileArray, OpenedFile, library
from tnlab.errors import DataError

AXES = ("x", "y", "z", "time")


def read_nifti(file: OpenedFile) -> FileArray:
    """Return the volume of a .nii file, in the units of its header, with axes x, y, z and time.

    Raises:
        DataError: The voxels are no numbers (colours), or the file is shorter than its header announces.
        NotInstalledError: nibabel is missing.
    """
    file.only()
    nibabel = library("nibabel", "nibabel")
    content = file.content()
    kind = nibabel.Nifti2Image if content[4:7] == b"n+2" else nibabel.Nifti1Image
    image = kind.from_bytes(content)
    dtype = image.get_data_dtype()
    if dtype.kind not in NUMBERS:
        raise DataError(f"{file} must hold one number per voxel, but its voxels have type {dtype}.")
    file.check(image.shape, dtype.itemsize)
    axes = (*AXES, *[""] * len(image.shape))[: len(image.shape)]
    array = np.asanyarray(image.dataobj)
    kept = [axis for axis, length in enumerate(array.shape) if length > 1]
    return FileArray(array.squeeze() if kept else array, axes=tuple(axes[axis] for axis in kept))
