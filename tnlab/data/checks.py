"""Checks that an array can be fitted; a refusal is one sentence with the reason and what to do."""

import math

import numpy as np
import torch

from tnlab.errors import DataError


def as_numbers(array: object, name: str, max_entries: int | None) -> np.ndarray:
    """Return a floating-point copy of an array, row-major, after checking that its relative error is defined.

    float32 and float64 stay; half precision becomes float32; integers, truth values and wider floats become float64.

    Args:
        array: A numpy array, a torch tensor, or nested sequences of numbers.
        name: Name of the array in messages.
        max_entries: Largest number of entries; None for no limit.

    Raises:
        DataError: The entries are not finite real numbers, or there are none or too many, or all are zero or so large
            or small that their squares leave the range of the type.
    """
    given = _as_array(array, name)
    _check_shape(given, name, max_entries)
    single = given.dtype.kind == "f" and given.dtype.itemsize <= 4
    with np.errstate(over="ignore"):
        numbers = np.array(given, dtype=np.float32 if single else np.float64, order="C")
    _check_values(numbers, name)
    return numbers


def _as_array(array: object, name: str) -> np.ndarray:
    if isinstance(array, torch.Tensor):
        array = array.detach().cpu().resolve_conj().resolve_neg()
        array = (array.float() if array.dtype == torch.bfloat16 else array).numpy()
    try:
        given = np.asarray(array)
    except (ValueError, TypeError) as error:
        raise DataError(f"{name!r:.80} is not an array of numbers: {error}.") from None
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise DataError(f"{name!r:.80} has masked entries; fill them first, for instance with array.filled(0).")
    if given.dtype.kind == "c":
        raise DataError(
            f"{name!r:.80} has complex entries ({given.dtype}), but only real ones can be fitted. Take the real part "
            "or the modulus, or stack real and imaginary part along a new axis."
        )
    if given.dtype.kind not in "biuf":
        raise DataError(f"{name!r:.80} must hold numbers, but its entries have type {given.dtype}.")
    return given


def _check_shape(given: np.ndarray, name: str, max_entries: int | None) -> None:
    if given.ndim == 0:
        raise DataError(f"{name!r:.80} is a single number; a tensor needs at least one axis.")
    if given.size == 0:
        raise DataError(f"{name!r:.80} is empty: its shape is {given.shape}.")
    check_entries(given.size, name, max_entries)


def check_entries(entries: int, name: str, max_entries: int | None) -> None:
    """Refuse an array with more entries than the limit; None is no limit.

    Raises:
        DataError: ``entries`` is above ``max_entries``.
    """
    if max_entries is not None and entries > max_entries:
        raise DataError(
            f"{name!r:.80} has {entries:,} entries, but at most {max_entries:,} are taken here. Crop it or take "
            "every second entry; 'tnlab fit' on the command line has no such limit."
        )


def _check_values(numbers: np.ndarray, name: str) -> None:
    finite = np.isfinite(numbers)
    if not finite.all():
        missing = int(np.isnan(numbers).sum())
        infinite = numbers.size - int(finite.sum()) - missing
        first = ", ".join(str(int(k)) for k in np.unravel_index(int(np.argmin(finite)), numbers.shape))
        raise DataError(
            f"{name!r:.80} must be finite everywhere, but has {missing:,} NaN and {infinite:,} infinite entries, "
            f"the first at [{first}]. Replace or cut them out first"
            f"{', or tell tnlab fit --missing nan' if missing else ''}."
        )
    peak = float(np.abs(numbers).max())
    if peak == 0:
        raise DataError(f"{name!r:.80} is zero everywhere, so its relative error is not defined; nothing to fit.")
    limit = math.sqrt(float(np.finfo(numbers.dtype).max) / numbers.size) / 1e3
    if not 1 / limit < peak < limit:
        raise DataError(
            f"{name!r:.80} has entries up to {peak:.3g} in size, whose squares do not fit {numbers.dtype}; rescale it."
        )
