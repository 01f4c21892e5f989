"""A reader of TIFF files; one of several pages is a volume or a film."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageSequence

from tnlab.data.file_kinds.opened import FileArray, OpenedFile, library
from tnlab.errors import NotInstalledError

AXES = {"X": "column", "Y": "row", "Z": "z", "T": "time", "C": "channel", "S": "colour", "I": "page", "Q": "page"}


def read_tiff(file: OpenedFile) -> FileArray:
    """Return the stored numbers of the largest series of pages of a TIFF file; opacity is dropped.

    Raises:
        DataError: It is too large.
        NotInstalledError: tifffile is missing, or the library for a rare compression.
    """
    file.only()
    tifffile = library("tifffile", "tifffile")
    content = BytesIO(file.content())  # without a path, from which parts in other files could be looked for
    with tifffile.TiffFile(content) as opened:
        series = max(opened.series, key=lambda each: each.size)
        file.check(series.shape, series.dtype.itemsize)
        try:
            array = series.asarray()
        except (ValueError, KeyError) as error:
            if "imagecodecs" not in str(error):
                raise
            array = _by_pillow(content)
        letters, more = series.axes, len(opened.series) - 1
    notes = []
    if array.ndim != len(letters):  # pillow has another order of axes
        letters = {2: "YX", 3: "IYX" if array.shape[-1] not in (3, 4) else "YXS", 4: "IYXS"}[array.ndim]
    if letters.endswith("S") and array.shape[-1] == 4:
        array, notes = array[..., :3], ["Its opacity was dropped."]
    if more:
        notes.append(f"It holds {more} smaller {'picture' if more == 1 else 'pictures'} too, which were left out.")
    kept = [axis for axis, length in enumerate(array.shape) if length > 1]
    names = tuple(AXES.get(letters[axis], "") for axis in kept)
    return FileArray(array.squeeze() if kept else array, axes=names, note=" ".join(notes))


def _by_pillow(content: BytesIO) -> np.ndarray:
    """Return the pages that another library decompresses, those of 8 bits that LZW has packed among them."""
    content.seek(0)
    try:
        with Image.open(content, formats=("TIFF",)) as picture:
            pages = [np.asarray(page) for page in ImageSequence.Iterator(picture)]
    except (OSError, ValueError):
        raise NotInstalledError("imagecodecs, for the compression of this TIFF file", "imagecodecs") from None
    return np.stack(pages) if len(pages) > 1 else pages[0]
