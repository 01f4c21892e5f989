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
    _check_depth(name, content)
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
    by = _factors(picture.height, picture.width, entries / max_entries) if max_entries else (1, 1)
    wide = picture.mode.startswith("I")  # 16 bits per pixel
    array = np.asarray(picture)
    scaled = array if picture.mode == "F" else array / (65535 if wide else 255)
    return _shrunk(scaled, *by) if by != (1, 1) else scaled


def _factors(height: int, width: int, excess: float) -> tuple[int, int]:
    """Return whole factors that shrink height and width for ``excess`` times fewer entries."""
    if excess <= 1:
        return 1, 1
    factor = math.ceil(math.sqrt(excess))
    down, across = min(factor, height), min(factor, width)
    if down < factor:
        return down, math.ceil(excess / down)
    return (math.ceil(excess / across), across) if across < factor else (down, across)


def _shrunk(array: np.ndarray, down: int, across: int) -> np.ndarray:
    height, width = array.shape[0] // down, array.shape[1] // across
    whole = array[: height * down, : width * across]
    return whole.reshape(height, down, width, across, *array.shape[2:]).mean(axis=(1, 3))


def _check_depth(name: str, content: bytes) -> None:
    """Refuse a PNG of 16 bits per channel in several channels: only 8 of them would be read."""
    if content.startswith(b"\x89PNG") and content[24:25] == b"\x10" and content[25:26] in (b"\x02", b"\x04", b"\x06"):
        raise DataError(
            f"{name!r:.80} has 16 bits per channel, and of those only 8 would be read; save it as .npy (numpy.save), "
            "as grey of 16 bits, or as colours of 8 bits."
        )
