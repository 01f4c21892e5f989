"""A reader of PNG and JPEG pictures as arrays with values in [0, 1]."""

import math
import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from tnlab.errors import DataError

MAX_PIXELS = 64_000_000  # pixels of a picture that is decoded: a file of a few kilobytes can announce billions
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, KeyError, OverflowError)


def read_picture(name: str, content: bytes, max_entries: int | None) -> np.ndarray:
    """Return a picture upright as height x width (grey) or height x width x 3 (colour), float64 in [0, 1].

    Transparent parts become white. A picture with more entries than the limit is shrunk by a whole factor.

    Raises:
        DataError: The picture is damaged, cut short, or has too many pixels to be opened.
    """
    try:
        with _open(name, content) as picture:
            picture.verify()
        with _open(name, content) as picture:  # verify() leaves the picture unusable
            picture.load()
            numbers = _numbers(_upright(picture), max_entries)
    except BROKEN as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{name!r:.80} is damaged or cut short: it cannot be read as a PNG or JPEG picture.") from None
    grey = numbers.ndim == 3 and np.ptp(numbers, axis=2).max() == 0
    return numbers[..., 0] if grey else numbers


def _open(name: str, content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
        try:
            picture = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
        except Image.DecompressionBombError:
            raise DataError(f"{name!r:.80} has more than {MAX_PIXELS:,} pixels; make it smaller first.") from None
    if math.prod(picture.size) > MAX_PIXELS:
        raise DataError(
            f"{name!r:.80} has {math.prod(picture.size):,} pixels, but at most {MAX_PIXELS:,} are opened; "
            "make it smaller first."
        )
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture rotated by its EXIF orientation, in one of the pixel modes L, I, F or RGB, on white."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in ("L", "I", "F", "RGB") or turned.mode.startswith("I;16"):
        return turned
    if turned.mode == "1":
        return turned.convert("L")
    if turned.has_transparency_data:
        coloured = turned.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured).convert("RGB")
    return turned.convert("RGB")


def _numbers(picture: Image.Image, max_entries: int | None) -> np.ndarray:
    entries = math.prod(picture.size) * len(picture.getbands())
    factor = math.ceil(math.sqrt(entries / max_entries)) if max_entries and entries > max_entries else 1
    wide = picture.mode.startswith("I")  # 16 bits per pixel
    array = np.asarray(picture)
    scaled = array if picture.mode == "F" else array / (65535 if wide else 255)
    return _shrunk(scaled, factor) if factor > 1 else scaled


def _shrunk(array: np.ndarray, factor: int) -> np.ndarray:
    height, width = (length // factor for length in array.shape[:2])
    whole = array[: height * factor, : width * factor]
    return whole.reshape(height, factor, width, factor, *array.shape[2:]).mean(axis=(1, 3))
