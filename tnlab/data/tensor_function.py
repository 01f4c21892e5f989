"""A tensor given by a function of its indices, whose entries are computed on request and never all stored."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from tnlab.array_like import real_tensor, wholes
from tnlab.errors import DataError


@dataclass(frozen=True, eq=False)
class TensorFunction:
    """A tensor whose entries a function computes from their indices.

    Attributes:
        modes: Mode sizes: the shape of the tensor.
        function: Takes indices (entries, order) in int64 and returns the entries there, (entries,). A fit with a time
            limit or a callback calls it from a thread of its own.
    """

    modes: tuple[int, ...]
    function: Callable[[Tensor], Tensor]

    def __post_init__(self) -> None:
        object.__setattr__(self, "modes", mode_sizes(self.modes))

    @property
    def size(self) -> int:
        """Number of entries of the tensor."""
        return math.prod(self.modes)

    def __call__(self, indices: Tensor) -> Tensor:
        """Return the entries at indices of shape (entries, order), as floats of shape (entries,).

        Raises:
            ComplexError: The function returned complex values.
            DataError: The function returned another number of values than indices, or one that is not finite.
        """
        values = real_tensor(self.function(indices), "What the function returned")
        if values.shape != (len(indices),):
            raise DataError(
                f"The function must return one value per index row, {len(indices)}, but returned {tuple(values.shape)}."
            )
        if not bool(values.isfinite().all()):
            row = int((~values.isfinite()).nonzero()[0])
            raise DataError(f"The function must be finite, but at {indices[row].tolist()} it is {float(values[row])}.")
        return values


def mode_sizes(modes: object) -> tuple[int, ...]:
    """Return mode sizes, given as a sequence or array of whole numbers of any library, as a tuple of ``int``.

    Raises:
        DataError: A size is no whole number of at least 1, or there is none.
    """
    sizes = wholes(modes)
    if not isinstance(sizes, tuple) or not sizes:
        raise DataError(f"Mode sizes are a sequence of whole numbers, but got {modes!r:.80}.")
    for mode, size in enumerate(sizes):
        if type(size) is not int or size < 1:
            raise DataError(f"Mode {mode} must have a whole size of at least 1, but has {size!r:.80}.")
    return sizes
