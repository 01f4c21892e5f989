"""Pictures of a tensor, its reconstruction and the residual: grey or colour pixels, or the points of curves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from tnlab.data import Source
from tnlab.errors import DataError

MAX_SIDE = 512  # pixels; about what the page has room for
THIN = 16  # how many times as long as wide a matrix may become, unless it has as few entries across
THUMB_SIDE = 96  # pixels of a thumbnail
THUMB_POINTS = 256  # of a curve in a thumbnail
MAX_POINTS = 2048  # of a curve; more than a panel has pixels across
MAX_LINES = 6  # series that are drawn over each other and can still be told apart
LONG = 16  # entries of a series for each of the series, at least; else the matrix is a picture
SHARE = 0.25  # of the range of the data: where the residual is black or white, unless another scale is chosen

Scale = Literal["fixed", "automatic"] | float


@dataclass(frozen=True)
class View:
    """What a person chose to look at.

    Attributes:
        along: The axis of a stack whose slices are shown.
        at: The slice, from 0.
        scale: The residual that is black or white: "fixed" for the data, "automatic" for the largest of this fit, or a
            value.
    """

    along: int = 0
    at: int = 0
    scale: Scale = "fixed"


class Panels:
    """Computes pictures, for the page, of the tensor of a ``Source`` and of reconstructions on the same scale.

    A level of 0 is the smallest entry of the tensor and 255 the largest, for grey and for each of three colours; a
    residual is grey 127 or 128 where it is zero, and black or white at ``residual_scale`` and beyond.

    Attributes:
        kind: "image", one slice of a stack ("slices"), or "curve" for one or a few series.
        colour: Whether pixels have a red, a green and a blue.
        view: What is looked at; replaced as a whole.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        shape = source.shape
        self.colour = source.colour
        self.kind: Literal["image", "slices", "curve"] = "curve" if _series(shape) else source.kind
        self.view = View(at=self._count(0) // 2)
        self._low, self._high = float(source.array.min()), float(source.array.max())
        self._newest: np.ndarray | None = None

    def look(self, *, along: object = None, at: object = None, scale: object = None) -> None:
        """Choose another slice, the axis along which slices are taken, or the scale of residuals.

        Raises:
            DataError: The array has no such axis or slice, or the scale is no positive number.
        """
        view = self.view
        if scale is not None:
            own = isinstance(scale, int | float) and not isinstance(scale, bool) and 0 < scale < math.inf
            if not own and scale not in ("fixed", "automatic"):
                raise DataError(
                    f"The scale of residuals is 'fixed', 'automatic' or above 0, but {scale!r:.40} was given."
                )
            view = replace(view, scale=scale)
        if along is not None:
            axes = range(len(self._axes()))
            if not isinstance(along, int) or isinstance(along, bool) or along not in axes:
                raise DataError(f"Slices are taken along one of {len(axes)} axes, from 0, but {along!r:.40} was given.")
            view = replace(view, along=along, at=self._count(along) // 2)
        if at is not None:
            if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < self._count(view.along):
                raise DataError(f"There are slices 0 to {self._count(view.along) - 1}, but {at!r:.40} was given.")
            view = replace(view, at=at)
        self.view = view

    def original(self) -> dict[str, Any]:
        """Return the tensor as a picture: {pixels, low, high, axes, along, at, count, scale, ...}.

        ``low`` is black and ``high`` white; ``axes`` are lengths of the axes along which slices can be taken, and
        ``count`` is the number of slices, 1 where there is one picture; ``scale`` is how residuals are scaled.
        """
        view = self.view
        flat = self._thin(self._flatten(self._source.array, view))
        chosen = {"axes": self._axes(), "along": view.along, "at": view.at, "count": self._count(view.along)}
        ends = {"low": self._low, "high": self._high}
        return {**self._frame(flat), **ends, **chosen, "scale": view.scale, "pixels": self._levels(flat)}

    def compare(self, tensor: Any) -> dict[str, Any]:
        """Return pictures of a reconstruction and of its residual, the tensor minus the reconstruction.

        Args:
            tensor: The reconstruction, of shape ``source.modes``; it is kept for ``again``.
        """
        self._newest = self._source.restore(tensor)
        return self._compared(self._newest)

    def again(self) -> dict[str, Any] | None:
        """Return the pictures of the newest reconstruction for the present view; None before the first."""
        return None if self._newest is None else self._compared(self._newest)

    def _compared(self, restored: np.ndarray) -> dict[str, Any]:
        view = self.view
        truth, flat = self._flatten(self._source.array, view), self._flatten(restored, view)
        residual = truth - flat
        most = float(np.abs(residual).max())
        scale = self._scale(view.scale, most)
        beyond = float((np.abs(residual) > scale * (1 + 1e-9)).mean())
        drawn = self._thin(flat)
        return {
            **self._frame(drawn),
            "reconstruction": self._levels(drawn),
            "residual": self._signed(self._thin(residual), scale),
            "residual_scale": scale,
            "beyond": beyond,
            "along": view.along,
            "at": view.at,
        }

    def _scale(self, chosen: Scale, most: float) -> float:
        if chosen == "fixed":
            return round_up(SHARE * (self._high - self._low))
        return round_up(most) if chosen == "automatic" else float(chosen)

    def thumbnail(self, tensor: Any) -> dict[str, Any]:
        """Return a small picture of a reconstruction: {kind, width, height, channels, pixels}, on the tensor's scale.

        Args:
            tensor: The reconstruction, of shape ``source.modes``.
        """
        flat = self._flatten(self._source.restore(tensor), self.view)
        small = extremes(flat, THUMB_POINTS) if self.kind == "curve" else shrink(flat, THUMB_SIDE)
        return {**self._frame(small), "pixels": self._levels(small)}

    def side_by_side(self, first: Any, second: Any) -> dict[str, Any]:
        """Return pictures of two reconstructions, of both residuals on one scale, and of their difference.

        Its fields are {kind, width, height, channels, reconstructions, residuals, residual_scale, difference,
        difference_scale}; the difference is the second reconstruction minus the first.

        Args:
            first: A reconstruction, of shape ``source.modes``.
            second: Another one.
        """
        view = self.view
        truth = self._flatten(self._source.array, view)
        flats = [self._flatten(self._source.restore(tensor), view) for tensor in (first, second)]
        residuals, difference = [truth - flat for flat in flats], flats[1] - flats[0]
        scale = round_up(max(float(np.abs(residual).max()) for residual in residuals))
        apart = round_up(float(np.abs(difference).max()))
        return {
            **self._frame(self._thin(truth)),
            "reconstructions": [self._levels(self._thin(flat)) for flat in flats],
            "residuals": [self._signed(self._thin(residual), scale) for residual in residuals],
            "residual_scale": scale,
            "difference": self._signed(self._thin(difference), apart),
            "difference_scale": apart,
        }

    def _axes(self) -> list[int]:
        """Return the lengths of the axes along which slices can be taken; none where there is one picture."""
        if self.kind != "slices":
            return []
        shape = _long(self._source.shape[:-1] if self.colour else self._source.shape)
        return list(shape) if len(shape) == 3 else [math.prod(shape[:-2])]

    def _count(self, along: int) -> int:
        axes = self._axes()
        return axes[along] if axes else 1

    def _flatten(self, array: np.ndarray, view: View) -> np.ndarray:
        """Return what is drawn of an array: series (lines x points), else a matrix, with colours behind."""
        if self.kind == "curve":
            return array.reshape(-1, max(array.shape, default=1)).astype(np.float64)
        channels = array.shape[-1:] if self.colour else ()
        shape = _long(array.shape[: len(array.shape) - len(channels)])
        if self.kind == "slices":
            stack = array.reshape(*shape, *channels)
            stack = np.moveaxis(stack, view.along, 0) if len(shape) == 3 else stack.reshape(-1, *shape[-2:], *channels)
            array = stack[min(view.at, len(stack) - 1)]
        else:
            array = array.reshape(*(shape if len(shape) == 2 else array.shape[:2]), *channels)
        # only what is shown is made float64: a stack is much longer than its slice
        return shrink((array[..., :3] if self.colour else array).astype(np.float64), MAX_SIDE)

    def _thin(self, flat: np.ndarray) -> np.ndarray:
        return extremes(flat, MAX_POINTS) if self.kind == "curve" else flat

    def _frame(self, flat: np.ndarray) -> dict[str, Any]:
        height, width = flat.shape[:2]
        return {"kind": self.kind, "width": width, "height": height, "channels": 3 if flat.ndim == 3 else 1}

    def _levels(self, flat: np.ndarray) -> bytes:
        if self.kind == "curve":
            return flat.astype(np.float32).tobytes()
        return _bytes((flat - self._low) * (255 / max(self._high - self._low, 1e-300)))

    def _signed(self, flat: np.ndarray, scale: float) -> bytes:
        return flat.astype(np.float32).tobytes() if self.kind == "curve" else _bytes(127.5 + 127.5 * flat / scale)


def _long(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the lengths above 1; of fewer than two, the last two."""
    long = tuple(length for length in shape if length > 1)
    return long if len(long) >= 2 else (1, *shape)[-2:]


def _series(shape: Sequence[int]) -> bool:
    """Return whether an array of this shape is one series, or a few long ones over each other."""
    long = tuple(length for length in shape if length > 1)
    return len(long) <= 1 or (len(long) == 2 and long[0] <= MAX_LINES and long[1] >= LONG * long[0])


def extremes(lines: np.ndarray, most: int) -> np.ndarray:
    """Return lines of at most ``most`` points: least and greatest of equal parts, in turn, so that no peak is lost.

    Args:
        lines: Lines x points; returned as they are where they have few points.
        most: Points of a line, an even number.
    """
    count, points = lines.shape
    if points <= most:
        return lines
    part = math.ceil(2 * points / most)
    parts = np.pad(lines, ((0, 0), (0, -points % part)), mode="edge").reshape(count, -1, part)
    places = np.sort(np.stack([parts.argmin(-1), parts.argmax(-1)], -1), -1)
    return np.take_along_axis(parts, places, -1).reshape(count, -1)


def shrink(picture: np.ndarray, most: int) -> np.ndarray:
    """Return a matrix averaged over blocks, so that no side exceeds ``most``; incomplete blocks are dropped.

    Blocks are square, but narrower where columns (or rows) of a long thin matrix would run together.

    Args:
        picture: Rows x columns, or rows x columns x colours.
        most: Pixels of a side.
    """
    block = math.ceil(max(picture.shape[:2]) / most)
    if block == 1:
        return picture
    # the columns of a long thin matrix are not averaged into one
    down, across = (max(1, min(block, length, length * THIN // most)) for length in picture.shape[:2])
    rows, columns = picture.shape[0] // down, picture.shape[1] // across
    blocks = picture[: rows * down, : columns * across].reshape(rows, down, columns, across, *picture.shape[2:])
    return blocks.mean((1, 3))


def round_up(value: float) -> float:
    """Return the least 1, 2 or 5 times a power of ten that is not below a value; 1 where that is zero or not finite."""
    if not value > 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1, 2, 5) if value <= step * power), 10 * power)


def _bytes(levels: np.ndarray) -> bytes:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8).tobytes()
