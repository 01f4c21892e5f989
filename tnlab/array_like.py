"""Arguments of any library as what tnlab computes with: real torch tensors, whole numbers and boolean masks."""

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tnlab.errors import ComplexError, DataError


def real_tensor(array: object, name: str = "The tensor") -> Tensor:
    """Return an array of any library as a detached tensor of float32 or float64, on its device.

    Types that float32 holds exactly (half precision, float32) become float32; integers, truth values and wider floats
    become float64. The result may share memory with the array.

    Args:
        array: A torch tensor, a numpy array, nested sequences of numbers, or anything with ``__array__`` or
            ``__dlpack__``.
        name: What the array is, the subject of messages.

    Raises:
        ComplexError: Its entries are complex.
        DataError: It holds no numbers, is ragged, has masked entries, or is on no device that holds entries.
    """
    tensor = array if isinstance(array, Tensor) else _foreign(array, name)
    tensor = tensor.detach()
    if tensor.is_complex():
        raise ComplexError
    if tensor.is_meta:
        raise DataError(f"{name} is on the device 'meta', which holds no entries.")
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    tensor = tensor if tensor.layout == torch.strided else tensor.to_dense()
    if tensor.dtype in (torch.float32, torch.float64):
        return tensor.resolve_neg()
    return tensor.to(torch.float32 if tensor.is_floating_point() else torch.float64)


def as_real(array: Any, name: str) -> Tensor:
    """Return a real torch tensor as it is, with its gradient, and anything else as ``real_tensor`` does.

    Raises:
        ComplexError: The entries are complex.
        DataError: It is no array of numbers.
    """
    if isinstance(array, Tensor) and array.is_floating_point():
        return array
    return real_tensor(array, name)


def whole(value: Any) -> Any:
    """Return a whole number of any library as an ``int``; other values, truth values too, are returned unchanged.

    The caller checks the result and says what it needed.
    """
    if type(value) is int or isinstance(value, bool | np.bool_ | str):
        return value
    if isinstance(value, Tensor) and (value.ndim or value.dtype == torch.bool):
        return value
    try:
        return operator.index(value)
    except (TypeError, ValueError, RuntimeError):
        return value


def wholes(values: Any) -> Any:
    """Return a sequence or array of whole numbers as a tuple of ``int``; anything else as ``whole`` returns it."""
    if type(values) is tuple and all(type(value) is int for value in values):
        return values
    if isinstance(values, str | bytes) or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        return whole(values)
    return tuple(map(whole, values))


def count(value: Any, name: str, *, least: int = 1) -> int:
    """Return a whole number of any library as an ``int``.

    Raises:
        ValueError: It is no whole number, or below the least one allowed.
    """
    number = whole(value)
    if type(number) is not int or number < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, but is {value!r:.80}.")
    return number


def real_number(value: Any, name: str) -> float:
    """Return a real number of any library as a ``float``.

    Raises:
        ComplexError: It is complex.
        ValueError: It is no single real number.
    """
    if type(value) is float:
        return value
    if isinstance(value, complex) or (isinstance(value, Tensor) and value.is_complex()):
        raise ComplexError
    try:
        if isinstance(value, str | bytes) or getattr(value, "ndim", 0):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name} must be a real number, but is {value!r:.80}.") from None


def whole_indices(indices: object, name: str = "Indices") -> Tensor:
    """Return an array of whole numbers of any library as a tensor of int64, on its device.

    Raises:
        DataError: Its entries are truth values, floats, complex or no numbers, or too large for int64.
    """
    tensor = indices if isinstance(indices, Tensor) else _foreign(indices, name)
    if tensor.is_floating_point() and not tensor.numel():
        return tensor.to(torch.int64)
    if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool:
        raise DataError(f"{name} must be whole numbers, but are {str(tensor.dtype).removeprefix('torch.')}.")
    if tensor.dtype == torch.uint64 and bool((tensor.to(torch.float64) >= 2.0**63).any()):
        raise DataError(f"{name} must be below 2^63, but some are not.")
    return tensor.to(torch.int64)


def boolean_mask(mask: object, shape: tuple[int, ...]) -> Tensor:
    """Return a boolean array of any library, of a shape, as a tensor on its device.

    Raises:
        DataError: It is not boolean or has another shape.
    """
    tensor = mask if isinstance(mask, Tensor) else _foreign(mask, "The mask")
    if tensor.dtype != torch.bool or tuple(tensor.shape) != shape:
        kind = str(tensor.dtype).removeprefix("torch.")
        advice = "" if tensor.dtype == torch.bool else "; mask != 0 is boolean"
        raise DataError(
            f"The mask must be boolean and of the tensor's shape {shape}, but holds {kind} entries and has shape "
            f"{tuple(tensor.shape)}{advice}."
        )
    return tensor.detach()


def _foreign(array: object, name: str) -> Tensor:
    """Return an object that is no torch tensor as one, with its own type of numbers."""
    if hasattr(array, "__dlpack__") and not hasattr(array, "__array__"):
        return torch.from_dlpack(array)
    try:
        given = np.asarray(array)
    except (ValueError, TypeError, RuntimeError) as error:
        if hasattr(array, "__dlpack__"):  # it is on a device
            return torch.from_dlpack(array)
        raise DataError(f"{name} is not an array of numbers: {error}.") from None
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise DataError(f"{name} has masked entries: fill them, array.filled(0), or fit the entries that are known.")
    if given.dtype.kind == "c":
        raise ComplexError
    if given.dtype.kind not in "biuf":
        raise DataError(
            f"{name} must hold numbers, but is of type {type(array).__name__} with entries of type {given.dtype}."
        )
    if given.dtype.kind == "f" and given.dtype.itemsize > 8:
        with np.errstate(over="ignore"):
            given = given.astype(np.float64)
    plain = given.dtype.isnative and given.flags.writeable and all(step >= 0 for step in given.strides)
    if not plain:  # torch has no other byte order, negative steps or memory that may not be written
        given = np.array(given, dtype=given.dtype.newbyteorder("="), order="C")
    return torch.from_numpy(given)
