"""A tensor given by a function of its indices, whose entries are computed on request and never all stored."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

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

    @property
    def size(self) -> int:
        """Number of entries of the tensor."""
        return math.prod(self.modes)

    def __call__(self, indices: Tensor) -> Tensor:
        """Return the entries at indices of shape (entries, order), as floats of shape (entries,).

        Raises:
            DataError: The function returned another number of values than indices, or one that is not finite.
        """
        values = torch.as_tensor(self.function(indices))
        if values.shape != (len(indices),):
            raise DataError(
                f"The function must return one value per index row, {len(indices)}, but returned {tuple(values.shape)}."
            )
        values = values if values.dtype == torch.float32 else values.to(torch.float64)
        if not bool(values.isfinite().all()):
            row = int((~values.isfinite()).nonzero()[0])
            raise DataError(f"The function must be finite, but at {indices[row].tolist()} it is {float(values[row])}.")
        return values
