"""The door for data: every public function takes here what it is given, as real and finite entries in a unit of floats.

Fits work on data of norm between 1/2 and 1. A power of two, the unit, divides the data once and multiplies one core of
every network that leaves; in floats both are exact, so that a fit does not depend on the scale of the data.
"""

import copy
import math
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np
from torch import Tensor

from tnlab.array_like import real_tensor
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.metrics import binary_exponent, shifted
from tnlab.network.binary_scale import times_power_of_two
from tnlab.network.network import Network
from tnlab.network.structure import Structure

Data = Tensor | Observed | TensorFunction
FAR = 32  # bits: known entries have a root mean square of at least about 2^-FAR in their unit


def as_data(X: object) -> Data:
    """Return what is to be fitted: observed entries and functions as they are, any array as a checked real tensor.

    Raises:
        ComplexError: The entries are complex.
        DataError: It is no array of finite real numbers, or has no entry or no axis.
    """
    if isinstance(X, Observed | TensorFunction):
        return X
    return real_data(X)


def real_data(array: object, name: str = "The tensor", *, max_entries: int | None = None) -> Tensor:
    """Return an array of any library as a detached tensor of finite float32 or float64 entries, on its device.

    Args:
        array: A torch tensor of any real type, a numpy array, nested sequences of numbers, or anything with
            ``__array__`` or ``__dlpack__``. It may share memory with the result.
        name: What the array is, the subject of messages.
        max_entries: Largest number of entries; None for no limit.

    Raises:
        ComplexError: The entries are complex.
        DataError: It is no array of real numbers, one is NaN or infinite, or there is no entry, no axis, or too many.
    """
    if isinstance(array, Structure | Network):
        raise DataError(f"{name} comes first and the structure second, but a {type(array).__name__} was given first.")
    tensor = real_tensor(array, name)
    if tensor.ndim == 0:
        raise DataError(f"{name} is a single number; a tensor needs at least one axis.")
    if tensor.numel() == 0:
        raise DataError(f"{name} is empty: its shape is {tuple(tensor.shape)}.")
    check_entries(tensor.numel(), name, max_entries)
    if binary_exponent(tensor) is None and not bool(tensor.isfinite().all()):
        raise DataError(f"{name} must be finite, but {_bad_entries(tensor)}")
    return tensor


def nonzero_data(array: object, name: str = "The tensor", *, max_entries: int | None = None) -> Tensor:
    """Return what ``real_data`` returns, for a search or a bound, whose relative errors are those of a nonzero tensor.

    Raises:
        ComplexError: The entries are complex.
        DataError: As for ``real_data``, or all entries are zero.
    """
    tensor = real_data(array, name, max_entries=max_entries)
    if not bool(tensor.any()):
        raise DataError(f"{name} is zero everywhere, so the relative error of other tensors to it is not defined.")
    return tensor


def real_array(array: object, name: str, max_entries: int | None) -> np.ndarray:
    """Return a row-major copy of an array of any library, of float32 or float64, that is not zero everywhere.

    Args:
        array: As for ``real_data``.
        name: Name of the array in messages.
        max_entries: Largest number of entries; None for no limit.

    Raises:
        ComplexError: The entries are complex.
        DataError: As for ``real_data``, or all entries are zero.
    """
    tensor = nonzero_data(array, f"{name!r:.80}", max_entries=max_entries)
    return np.array(tensor.cpu().numpy(), order="C")


def check_entries(entries: int, name: str, max_entries: int | None) -> None:
    """Refuse an array with more entries than the limit; None is no limit.

    Raises:
        DataError: ``entries`` is above ``max_entries``.
    """
    if max_entries is not None and entries > max_entries:
        raise DataError(
            f"{name} has {entries:,} entries, but at most {max_entries:,} are taken here. Crop it or take "
            "every second entry; 'tnlab fit' on the command line has no such limit."
        )


def check_modes(X: Data, structure: Structure) -> None:
    """Refuse data of another shape than a structure.

    Raises:
        DataError: The shapes differ.
    """
    modes = tuple(X.shape) if isinstance(X, Tensor) else X.modes
    if modes != structure.modes:
        what = "function" if isinstance(X, TensorFunction) else "tensor"
        needed, given = "x".join(map(str, structure.modes)), "x".join(map(str, modes))
        raise DataError(f"The structure is for a tensor of shape {needed}, but the {what} has shape {given}.")


class Unit:
    """The power of two by which data are divided for a fit, and its networks multiplied after it.

    That of a function is that of the first of its values that are asked for.

    Args:
        X: Checked data, as ``as_data`` returns them.
        cores: Number of cores that take the unit in equal shares, where the size of core entries is prescribed; the
            exponent is then a multiple of it. By default one core takes it.

    Attributes:
        exponent: The unit is ``2^exponent``.
        is_zero: Whether all entries are zero; false for a function, whose entries are not known yet.
        data: The data in this unit: of a norm of at least 1/2 and below 1, or observed entries of a tensor of about
            that norm, but of a root mean square of at least about ``2^-FAR``: entries of a tensor of very many modes
            would fall below the range of floats. Where ``cores`` share the unit, of a norm between ``2^(-cores)`` and
            ``2^cores``.
    """

    def __init__(self, X: Data, *, cores: int = 1) -> None:
        self._outward: WeakKeyDictionary[Network, Network] = WeakKeyDictionary()
        self._function, self._cores = X, cores
        self.exponent, self.is_zero = 0, False
        self.data: Data = X
        if isinstance(X, TensorFunction):
            self._open = True
            self.data = TensorFunction(X.modes, self._values)
            return
        found = binary_exponent(X.values if isinstance(X, Observed) else X)
        part = _rest_of_norm(X) if isinstance(X, Observed) else 0
        self.exponent, self.is_zero = cores * round(((found or 0) + part) / cores), found is None
        self.data = _divided(X, self.exponent)

    def _values(self, indices: Tensor) -> Tensor:
        assert isinstance(self._function, TensorFunction)
        values = self._function(indices)
        if self._open:
            self._open, self.exponent = False, binary_exponent(values) or 0
        return shifted(values, -self.exponent)

    def inward(self, network: Network) -> Network:
        """Return a network of the data as a network of the data in this unit, its cores detached."""
        detached = Network(network.structure, tuple(core.detach() for core in network.cores))
        return self._times(detached, -self.exponent, back=True)

    def outward(self, network: Network) -> Network:
        """Return a network of the data in this unit as a network of the data; the same one for the same network."""
        if not self.exponent:
            return network
        if network not in self._outward:
            self._outward[network] = self._times(network, self.exponent)
        return self._outward[network]

    def _times(self, network: Network, exponent: int, *, back: bool = False) -> Network:
        if self._cores == 1:
            return times_power_of_two(network, exponent, back=back)
        share = exponent // self._cores
        return replace(network, cores=tuple(shifted(core, share) for core in network.cores))


def _rest_of_norm(known: Observed) -> int:
    """Return the power of two from the norm of known entries to that of the whole tensor, or the largest allowed."""
    count = math.log2(len(known.values))  # logarithms, as a quotient of long whole numbers may be no float
    return round(min((math.log2(known.size) - count) / 2, FAR - count / 2))


def _divided(X: Tensor | Observed, exponent: int) -> Tensor | Observed:
    if isinstance(X, Tensor):
        # Autograd takes no tensor of the inference mode.
        return shifted(X, -exponent) if exponent or not X.is_inference() else X.clone()
    scaled = copy.copy(X)  # its entries were checked before
    values = X.values.clone() if X.values.is_inference() else X.values
    object.__setattr__(scaled, "values", shifted(values, -exponent))
    return scaled


def _bad_entries(tensor: Tensor) -> str:
    finite, missing = tensor.isfinite(), int(tensor.isnan().sum())
    bad = tensor.numel() - int(finite.sum())
    first = ", ".join(
        str(int(k)) for k in np.unravel_index(int(finite.reshape(-1).int().argmin()), tuple(tensor.shape))
    )
    way_out = "Replace or cut them out first"
    if missing:
        way_out = "Where NaN means missing, fit Observed.from_nan(X), or tell tnlab fit --missing nan"
    return (
        f"{bad:,} of {tensor.numel():,} entries are NaN or infinite ({missing:,} NaN and {bad - missing:,} infinite "
        f"entries, the first at [{first}]). {way_out}."
    )
