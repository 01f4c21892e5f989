"""A reader of HDF5 files, and of MATLAB 7.3 files, which are such files with the axes the other way round."""

import math
from typing import Any

import numpy as np

from tnlab.data.file_kinds.opened import MOST_MEMBERS, NUMBERS, FileArray, OpenedFile, library
from tnlab.errors import DataError


def read_hdf5(file: OpenedFile) -> FileArray:
    """Return a data set of an HDF5 file, with the names of its dimensions.

    Links and data kept in other files are never followed.

    Raises:
        DataError: It has no data set of numbers of the wanted name, or one that is too large or lies in other files.
        NotInstalledError: h5py is missing.
    """
    file.stream.seek(0)
    of_matlab = file.stream.read(6) == b"MATLAB"
    file.stream.seek(0)
    h5py = library("h5py", "h5py")
    with h5py.File(file.stream, "r") as root:
        found: dict[str, Any] = {}

        def note_down(name: str, item: Any) -> bool | None:  # visititems follows no soft and no external link
            hidden = of_matlab and name.startswith("#")
            if isinstance(item, h5py.Dataset) and item.shape and item.dtype.kind in NUMBERS and not hidden:
                found[name] = item
            return True if len(found) > MOST_MEMBERS else None  # True ends the walk

        root.visititems(note_down)
        shapes = {name: item.shape[::-1] if of_matlab else item.shape for name, item in found.items()}
        key, note = file.choose(shapes, "a MATLAB file" if of_matlab else "an HDF5 file")
        item = found[key]
        if item.external or item.is_virtual:
            raise DataError(f"The data set {key!r:.80} of {file} lies in other files, and those are not opened.")
        file.check(item.shape, item.dtype.itemsize)
        file.check(item.chunks or (1,), item.dtype.itemsize)
        array = np.asarray(item[()])
        if of_matlab:
            return FileArray(_vector(array.T), note=note)
        return FileArray(array, axes=tuple(map(_axis_name, item.dims)), note=note)


def _axis_name(dimension: Any) -> str:
    """Return the label of a dimension, or the name of its scale, as in files of netCDF."""
    scale = next((scale.name for scale in dimension.values() if scale.name), "")
    return str(dimension.label or scale.rpartition("/")[2])[:40]


def _vector(array: np.ndarray) -> np.ndarray:
    """Return a row or a column, as MATLAB stores a vector, as one axis."""
    return array.reshape(-1) if array.ndim == 2 and math.prod(array.shape) == max(array.shape) else array
