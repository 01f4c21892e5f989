"""Pictures of a tensor, its reconstruction and the residual: grey pixels, or the points of a curve."""

import math
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from tnlab.data import Source

MAX_SIDE = 512  # pixels; about what the page has room for
THUMB_SIDE = 96  # pixels of a thumbnail
THUMB_POINTS = 256  # of a curve in a thumbnail
MAX_POINTS = 2048  # of a curve; more than a panel has pixels across
MAX_SLICES = 16  # of a tensor, tiled 4 by 4

_originals: "WeakKeyDictionary[Source, bytes]" = WeakKeyDictionary()  # held once for all pages that show a source


class Panels:
    """Computes pictures, for the page, of the tensor of a ``Source`` and of reconstructions on the same grey scale.

    A grey value of 0 is the smallest entry of the tensor and 255 the largest; a residual is grey 127 or 128 where it is
    zero, and black or white at ``residual_scale``.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.kind = source.kind
        self._flat = self._flatten(source.array)
        self._low, self._high = float(self._flat.min()), float(self._flat.max())

    def original(self) -> dict[str, Any]:
        """Return the tensor as a picture: {kind, width, height, pixels, low, high}; low is black, high is white."""
        pixels = _originals.get(self._source)
        if pixels is None:
            pixels = self._points(self._flat) if self.kind == "curve" else self._grey(self._flat)
            _originals[self._source] = pixels
        return {**self._frame(), "pixels": pixels, "low": self._low, "high": self._high}

    def compare(self, tensor: Any) -> dict[str, Any]:
        """Return pictures of a reconstruction and of its residual, the tensor minus the reconstruction.

        Args:
            tensor: The reconstruction, of shape ``source.modes``.
        """
        flat = self._flatten(self._source.restore(tensor))
        residual = self._flat - flat
        scale = round_up(float(np.abs(residual).max()))
        if self.kind == "curve":
            shown, left = self._points(flat), self._points(residual)
        else:
            shown, left = self._grey(flat), _bytes(127.5 + 127.5 * residual / scale)
        return {**self._frame(), "reconstruction": shown, "residual": left, "residual_scale": scale}

    def thumbnail(self, tensor: Any) -> dict[str, Any]:
        """Return a small picture of a reconstruction: {kind, width, height, pixels}, on the grey scale of the tensor.

        Args:
            tensor: The reconstruction, of shape ``source.modes``.
        """
        flat = self._flatten(self._source.restore(tensor))
        if self.kind == "curve":
            points = flat[:, :: math.ceil(flat.size / THUMB_POINTS)]
            return {"kind": self.kind, "width": points.shape[1], "height": 1, "pixels": self._points(points)}
        small = shrink(flat, THUMB_SIDE)
        return {"kind": self.kind, "width": small.shape[1], "height": small.shape[0], "pixels": self._grey(small)}

    def side_by_side(self, first: Any, second: Any) -> dict[str, Any]:
        """Return pictures of two reconstructions, of both residuals on one scale, and of their difference.

        Its fields are {kind, width, height, reconstructions, residuals, residual_scale, difference, difference_scale};
        the difference is the second reconstruction minus the first.

        Args:
            first: A reconstruction, of shape ``source.modes``.
            second: Another one.
        """
        flats = [self._flatten(self._source.restore(tensor)) for tensor in (first, second)]
        residuals, difference = [self._flat - flat for flat in flats], flats[1] - flats[0]
        scale = round_up(max(float(np.abs(residual).max()) for residual in residuals))
        apart = round_up(float(np.abs(difference).max()))
        return {
            **self._frame(),
            "reconstructions": [self._points(flat) if self.kind == "curve" else self._grey(flat) for flat in flats],
            "residuals": [self._signed(residual, scale) for residual in residuals],
            "residual_scale": scale,
            "difference": self._signed(difference, apart),
            "difference_scale": apart,
        }

    def _signed(self, flat: np.ndarray, scale: float) -> bytes:
        return self._points(flat) if self.kind == "curve" else _bytes(127.5 + 127.5 * flat / scale)

    def _frame(self) -> dict[str, Any]:
        height, width = self._flat.shape
        return {"kind": self.kind, "width": width, "height": height}

    def _flatten(self, array: np.ndarray) -> np.ndarray:
        """Return an array as a matrix to draw: a curve as a thinned row, an image shrunk, others as a montage."""
        array = np.asarray(array, dtype=np.float64)
        if self.kind == "curve":
            points = array.reshape(1, -1)
            return points[:, :: math.ceil(points.size / MAX_POINTS)]
        if self.kind == "image":
            return shrink(array[..., :3].mean(-1) if array.ndim == 3 else array, MAX_SIDE)
        return montage(array)

    def _grey(self, flat: np.ndarray) -> bytes:
        return _bytes((flat - self._low) * (255 / max(self._high - self._low, 1e-300)))

    @staticmethod
    def _points(flat: np.ndarray) -> bytes:
        return flat.astype(np.float32).tobytes()


def montage(array: np.ndarray) -> np.ndarray:
    """Return up to 16 evenly spaced slices along the last two axes longer than 1, tiled row by row in one matrix."""
    long = tuple(length for length in array.shape if length > 1)
    slices = array.reshape(-1, *long[-2:])
    chosen = np.unique(np.linspace(0, len(slices) - 1, min(len(slices), MAX_SLICES)).round().astype(int))
    columns = math.ceil(math.sqrt(len(chosen)))
    rows = math.ceil(len(chosen) / columns)
    tiles = [shrink(slices[index], MAX_SIDE // columns) for index in chosen]
    height, width = tiles[0].shape
    picture = np.full((rows * height, columns * width), float(array.min()))
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        picture[row * height : (row + 1) * height, column * width : (column + 1) * width] = tile
    return picture


def shrink(picture: np.ndarray, most: int) -> np.ndarray:
    """Return a matrix averaged over square blocks, so that no side exceeds ``most``; incomplete blocks are dropped."""
    block = math.ceil(max(picture.shape) / most)
    if block == 1:
        return picture
    # a side shorter than the block shrinks to one pixel
    down, across = (min(block, length) for length in picture.shape)
    rows, columns = picture.shape[0] // down, picture.shape[1] // across
    blocks = picture[: rows * down, : columns * across].reshape(rows, down, columns, across)
    return blocks.mean((1, 3))


def round_up(value: float) -> float:
    """Return the least 1, 2 or 5 times a power of ten that is not below a value; 1 where that is zero or not finite."""
    if not value > 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1, 2, 5) if value <= step * power), 10 * power)


def _bytes(levels: np.ndarray) -> bytes:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8).tobytes()
