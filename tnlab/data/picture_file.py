"""A reader of PNG, JPEG, BMP, GIF and WebP pictures, also moving ones, as arrays with values in [0, 1]."""

import math
import warnings
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from tnlab.data.file_kinds.opened import FileArray, OpenedFile
from tnlab.errors import DataError

MAX_PIXELS = 64_000_000  # pixels of a picture that is decoded: a file of a few kilobytes can announce billions
MOVING = ("PNG", "GIF", "WEBP")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")


def read_picture(file: OpenedFile) -> FileArray:
    """Return a picture upright as height x width (grey) or height x width x 3 (colour), float64 in [0, 1].

    Transparent parts become white. A moving picture has the axis of its frames in front. A picture with more entries
    than the limit is shrunk by a whole factor.

    Raises:
        DataError: The picture has too many pixels to be opened, or more bits than would be read.
    """
    file.only()
    content = file.content()
    _check_depth(file, content)
    with _open(file, content) as picture:
        picture.verify()
    with _open(file, content) as picture:  # verify() leaves the picture unusable
        picture.load()
        count, clear = _frames(picture), picture.has_transparency_data
        by = _factors(picture, count, file.max_entries)
        pages = ImageSequence.Iterator(picture) if count > 1 else [picture]
        frames = [_numbers(_upright(page, by_frame=count > 1), by) for page in pages]
    numbers = np.stack(frames) if count > 1 else frames[0]
    grey = numbers.ndim == 3 + (count > 1) and np.ptp(numbers, axis=-1).max() == 0
    notes = ["Its transparent parts became white."] * clear
    if by != (1, 1):
        notes.append(f"It was shrunk by {by[0]} x {by[1]}, to at most {file.max_entries:,} entries.")
    axes = ("frame",) * (count > 1) + ("row", "column") + ("colour",) * (numbers.ndim == 3 + (count > 1) and not grey)
    return FileArray(numbers[..., 0] if grey else numbers, axes=axes, note=" ".join(notes))


def _open(file: OpenedFile, content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
        try:
            picture = Image.open(BytesIO(content), formats=FORMATS)
        except Image.DecompressionBombError:
            raise DataError(f"{file} has more than {MAX_PIXELS:,} pixels; make it smaller first.") from None
    for frames in (lambda _: 1, _frames):  # frames are counted once a single one is known to be small
        if (pixels := math.prod(picture.size) * frames(picture)) > MAX_PIXELS:
            raise DataError(
                f"{file} has {pixels:,} pixels, but at most {MAX_PIXELS:,} are opened; make it smaller first."
            )
    return picture


def _frames(picture: Image.Image) -> int:
    """Return the number of frames; a photograph of a phone may hold a second picture, which is no frame."""
    return getattr(picture, "n_frames", 1) if picture.format in MOVING else 1


def _upright(picture: Image.Image, *, by_frame: bool) -> Image.Image:
    """Return the picture rotated by its EXIF orientation, in one of the pixel modes L, I, F or RGB, on white.

    Frames of a moving picture are all in RGB, as some may be grey.
    """
    turned = ImageOps.exif_transpose(picture)
    if by_frame and not turned.has_transparency_data:
        return turned.convert("RGB")
    if turned.mode in ("L", "I", "F", "RGB") or turned.mode.startswith("I;16"):
        return turned
    if turned.mode == "1":
        return turned.convert("L")
    if turned.has_transparency_data:
        coloured = turned.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured).convert("RGB")
    return turned.convert("RGB")


def _numbers(picture: Image.Image, by: tuple[int, int]) -> np.ndarray:
    wide = picture.mode.startswith("I")  # 16 bits per pixel
    array = np.asarray(picture)
    scaled = array if picture.mode == "F" else array / (65535 if wide else 255)
    return _shrunk(scaled, *by) if by != (1, 1) else scaled


def _factors(picture: Image.Image, count: int, max_entries: int | None) -> tuple[int, int]:
    """Return whole factors that shrink height and width of the frames to at most so many entries in all."""
    channels = 1 if count == 1 and len(picture.getbands()) == 1 and picture.mode != "P" else 3
    excess = math.prod(picture.size) * channels * count / max_entries if max_entries else 1
    if excess <= 1:
        return 1, 1
    height, width = picture.height, picture.width
    factor = math.ceil(math.sqrt(excess))
    down, across = min(factor, height), min(factor, width)
    if down < factor:
        return down, math.ceil(excess / down)
    return (math.ceil(excess / across), across) if across < factor else (down, across)


def _shrunk(array: np.ndarray, down: int, across: int) -> np.ndarray:
    height, width = array.shape[0] // down, array.shape[1] // across
    whole = array[: height * down, : width * across]
    return whole.reshape(height, down, width, across, *array.shape[2:]).mean(axis=(1, 3))


def _check_depth(file: OpenedFile, content: bytes) -> None:
    """Refuse a PNG of 16 bits per channel in several channels: only 8 of them would be read."""
    if content.startswith(b"\x89PNG") and content[24:25] == b"\x10" and content[25:26] in (b"\x02", b"\x04", b"\x06"):
        raise DataError(
            f"{file} has 16 bits per channel, and of those only 8 would be read; save it as .npy (numpy.save), "
            "as grey of 16 bits, or as colours of 8 bits."
        )
