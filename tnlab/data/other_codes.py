"""What other compressions reach on an array, to set networks beside: wavelets, cosines, and JPEG for pictures.

Every curve is a list of (numbers, relative error), numbers rising and errors falling, with the error measured on the
array itself. A network is counted in parameters; these are counted in what stands for as much memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image
from scipy.fft import dctn

POINTS = 48  # of a curve: a chart joins them
LARGEST = 2**22  # entries of an array beyond which no curve is computed: a transform takes a second
BYTES = 4  # of a number: JPEG is compared with parameters in float32
QUALITIES = (1, 2, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 60, 70, 80, 88, 95)  # of JPEG, of at most 95
SHORT = 4  # entries of an axis up to which it is no axis of space, such as the channels of a colour


@dataclass(frozen=True)
class OtherCode:
    """The sizes and errors that another way to compress an array reaches.

    Attributes:
        name: What it is and how it is counted, for a legend.
        curve: Pairs of numbers kept and relative error; numbers rise, errors fall.
    """

    name: str
    curve: tuple[tuple[float, float], ...]


def other_codes(array: np.ndarray) -> tuple[OtherCode, ...]:
    """Return what wavelets, cosines and, for a picture, JPEG reach on an array of real numbers.

    Wavelets and cosines keep the largest coefficients of an orthonormal transform over all axes, and count two
    numbers for each: its value and its place. JPEG compresses a grey or colour picture with values in [0, 1], rounded
    to 8 bits, and counts four of its bytes as one number.

    Args:
        array: Any shape; of more than four million entries nothing is computed.

    Returns:
        One entry for each that can be had: none for a constant zero.
    """
    norm = float(np.linalg.norm(array))
    if not 0 < norm < np.inf or array.size > LARGEST:
        return ()
    cosines = np.asarray(dctn(array, norm="ortho", axes=_wide(array)))
    codes = [
        OtherCode("Haar wavelets (two numbers each)", _largest_kept(haar(array), norm)),
        OtherCode("cosines (two numbers each)", _largest_kept(cosines, norm)),
    ]
    if _is_picture(array):
        codes.append(OtherCode("JPEG (four bytes count as one number)", _jpeg(array, norm)))
    return tuple(codes)


def haar(array: np.ndarray) -> np.ndarray:
    """Return the coefficients of the orthonormal Haar transform over all axes of more than four entries.

    It takes sums and differences of neighbours over root two, along all such axes at once, and then again of the sums,
    until an axis has one left; the last entry of an odd length counts among the sums as it is.
    """
    coefficients = np.array(array, dtype=np.float64)
    lengths = {axis: array.shape[axis] for axis in _wide(array)}
    while any(length > 1 for length in lengths.values()):
        corner = tuple(slice(0, lengths.get(axis, size)) for axis, size in enumerate(array.shape))
        part = coefficients[corner]
        for axis, length in lengths.items():
            part = _halved(part, axis)
            lengths[axis] = (length + 1) // 2
        coefficients[corner] = part
    return coefficients


def _halved(array: np.ndarray, axis: int) -> np.ndarray:
    """Return the sums of neighbours along an axis, followed by their differences, over root two."""
    line = np.moveaxis(array, axis, -1)
    paired = line.shape[-1] // 2 * 2
    left, right, rest = line[..., 0:paired:2], line[..., 1:paired:2], line[..., paired:]
    halves = [(left + right) / np.sqrt(2), rest, (left - right) / np.sqrt(2)]
    return np.moveaxis(np.concatenate(halves, axis=-1), -1, axis)


def _wide(array: np.ndarray) -> tuple[int, ...]:
    """Return the axes with more than four entries; all axes where there is none."""
    wide = tuple(axis for axis, length in enumerate(array.shape) if length > SHORT)
    return wide or tuple(range(array.ndim))


def _largest_kept(coefficients: np.ndarray, norm: float) -> tuple[tuple[float, float], ...]:
    """Return the errors that are left when the k largest coefficients are kept, for k on a logarithmic scale."""
    squares = np.sort((coefficients / norm).ravel() ** 2)
    tails = np.sqrt(np.concatenate([[0.0], np.cumsum(squares)]))[::-1]  # by the number kept: small ones first, exactly
    kept = np.unique(np.geomspace(1, coefficients.size, POINTS).round().astype(int))
    return _falling((2.0 * count, float(min(tails[count], 1.0))) for count in kept)


def _is_picture(array: np.ndarray) -> bool:
    shaped = array.ndim in (2, 3) and array.shape[2:] in ((), (3,)) and min(array.shape[:2]) >= 16
    return shaped and bool(array.min() >= 0 and array.max() <= 1)


def _jpeg(array: np.ndarray, norm: float) -> tuple[tuple[float, float], ...]:
    picture = Image.fromarray(np.rint(array * 255).astype(np.uint8))
    points = []
    for quality in QUALITIES:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True)
        shown = np.asarray(Image.open(file), dtype=float) / 255
        points.append((len(file.getvalue()) / BYTES, float(np.linalg.norm(array - shown) / norm)))
    return _falling(points)


def _falling(points: Iterable[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    """Return the points that no smaller one matches in error, in ascending size."""
    best, least = [], np.inf
    for size, error in sorted(map(tuple, points)):
        if error < least:
            least = error
            best.append((size, error))
    return tuple(best)
