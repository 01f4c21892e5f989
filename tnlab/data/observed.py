"""A tensor of which only some entries are known."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from tnlab.errors import DataError


@dataclass(frozen=True, eq=False)
class Observed:
    """Known entries of a tensor; the others are missing, whatever they are.

    Attributes:
        modes: Shape of the whole tensor.
        indices: Where the known entries stand, (entries, order), int64; every place at most once.
        values: What stands there, (entries,), float32 or float64.

    Raises:
        DataError: The shapes disagree, an index is out of range or repeated, or a value is not finite.
    """

    modes: tuple[int, ...]
    indices: Tensor
    values: Tensor

    def __post_init__(self) -> None:
        order = len(self.modes)
        if self.indices.ndim != 2 or self.indices.shape[1] != order or len(self.indices) != len(self.values):
            raise DataError(
                f"Observed entries of an order-{order} tensor need indices of shape (entries, {order}) and as many "
                f"values, but got {tuple(self.indices.shape)} and {tuple(self.values.shape)}."
            )
        if not len(self.values):
            raise DataError("No entry is observed: there is nothing to fit.")
        if self.values.dtype not in (torch.float32, torch.float64):
            raise DataError(f"Observed values must be float32 or float64, but are {self.values.dtype}.")
        outside = (self.indices < 0) | (self.indices >= torch.tensor(self.modes, device=self.indices.device))
        if bool(outside.any()):
            entry = int(outside.any(dim=1).nonzero()[0])
            raise DataError(f"Observed entry {entry} is at {self.indices[entry].tolist()}, outside {self.modes}.")
        if not bool(self.values.isfinite().all()):
            bad = int((~self.values.isfinite()).sum())
            raise DataError(f"Observed values must be finite, but {bad} of {len(self.values)} entries are NaN or infinite.")
        if len(self.places.unique()) < len(self.places):
            raise DataError("Some entry is observed twice; average its values first.")

    @classmethod
    def from_mask(cls, tensor: Tensor, mask: Tensor) -> "Observed":
        """Keep the entries of a tensor where a boolean mask of its shape is true.

        Raises:
            DataError: The mask has another shape or is not boolean, or a kept entry is not finite.
        """
        if mask.dtype != torch.bool or mask.shape != tensor.shape:
            raise DataError(
                f"The mask must be boolean and of the tensor's shape {tuple(tensor.shape)}, but is {mask.dtype} of "
                f"shape {tuple(mask.shape)}."
            )
        return cls(tuple(tensor.shape), mask.nonzero(), tensor[mask])

    @property
    def size(self) -> int:
        """Number of entries of the whole tensor."""
        return math.prod(self.modes)

    @cached_property
    def places(self) -> Tensor:
        """Place of every known entry in the flattened tensor, (entries,)."""
        place = torch.zeros_like(self.indices[:, 0])
        for mode, size in enumerate(self.modes):
            place = place * size + self.indices[:, mode]
        return place

    def split(self, fraction: float, *, generator: torch.Generator) -> tuple["Observed", "Observed"]:
        """Return the entries to fit, and a random part of them held out; at least one on either side."""
        count = len(self.values)
        held = min(max(1, round(fraction * count)), count - 1)
        order = torch.randperm(count, generator=generator).to(self.indices.device)
        return self._rows(order[held:]), self._rows(order[:held])

    def _rows(self, rows: Tensor) -> "Observed":
        return Observed(self.modes, self.indices[rows], self.values[rows])
