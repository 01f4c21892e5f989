"""Observed entries of a tensor: their indices and values, for fits in which the other entries are missing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from tnlab.array_like import boolean_mask, real_tensor, whole_indices
from tnlab.data.tensor_function import mode_sizes
from tnlab.errors import DataError
from tnlab.interrupt import checkpoint
from tnlab.seeding import as_generator


@dataclass(frozen=True, eq=False)
class Observed:
    """The known entries of a tensor; all other entries are missing.

    Attributes:
        modes: Shape of the whole tensor.
        indices: Indices of the known entries, (entries, order), int64; no row twice.
        values: Their values, (entries,), float32 or float64.

    Raises:
        ComplexError: The values are complex.
        DataError: The shapes disagree, an index is not whole, out of range or repeated, or a value is not finite.
    """

    modes: tuple[int, ...]
    indices: Tensor
    values: Tensor

    def __post_init__(self) -> None:
        object.__setattr__(self, "modes", mode_sizes(self.modes))
        object.__setattr__(self, "values", real_tensor(self.values, "The observed values"))
        object.__setattr__(self, "indices", whole_indices(self.indices).to(self.values.device))
        order = len(self.modes)
        if self.indices.ndim != 2 or self.indices.shape[1] != order or self.values.shape != self.indices.shape[:1]:
            raise DataError(
                f"Observed entries of an order-{order} tensor need indices of shape (entries, {order}) and as many "
                f"values, but got {tuple(self.indices.shape)} and {tuple(self.values.shape)}."
            )
        if not len(self.values):
            raise DataError("No entry is observed: there is nothing to fit.")
        checkpoint()
        outside = (self.indices < 0) | (self.indices >= torch.tensor(self.modes, device=self.indices.device))
        if bool(outside.any()):
            entry = int(outside.any(dim=1).nonzero()[0])
            raise DataError(f"Observed entry {entry} is at {self.indices[entry].tolist()}, outside {self.modes}.")
        if not bool(self.values.isfinite().all()):
            bad = int((~self.values.isfinite()).sum())
            raise DataError(
                f"Observed values must be finite, but {bad} of {len(self.values)} entries are NaN or infinite."
            )
        _check_once(self)

    @classmethod
    def from_mask(cls, tensor: Any, mask: Any) -> "Observed":
        """Return the entries of a tensor where a boolean mask of its shape is true; both may be arrays of any library.

        Raises:
            ComplexError: The tensor is complex.
            DataError: The mask has another shape or is not boolean, or a kept entry is not finite.
        """
        whole = real_tensor(tensor)
        known = boolean_mask(mask, tuple(whole.shape)).to(whole.device)
        return cls(tuple(whole.shape), known.nonzero(), whole[known])

    @classmethod
    def from_nan(cls, tensor: Any) -> "Observed":
        """Return the entries of a tensor, or an array of any library, that are not NaN.

        Raises:
            ComplexError: The tensor is complex.
            DataError: All entries are NaN, or one is infinite.
        """
        whole = real_tensor(tensor)
        return cls.from_mask(whole, ~whole.isnan())

    @classmethod
    def from_entries(cls, modes: Sequence[int], indices: Any, values: Any) -> "Observed":
        """Return entries given by lists or arrays of indices and values of any library.

        Args:
            modes: Shape of the whole tensor.
            indices: One row of whole numbers per entry, (entries, order).
            values: Their values, (entries,).

        Raises:
            ComplexError: The values are complex.
            DataError: The shapes disagree, an index is not a whole number, out of range or repeated, or a value is
                not finite.

        Example:
            >>> Observed.from_entries((3, 2), [(0, 0), (2, 1)], [1.0, 5.0]).size
            6
        """
        return cls(modes, indices, values)  # type: ignore[arg-type]  # the constructor takes any array

    @classmethod
    def random_part(cls, tensor: Any, fraction: float, *, seed: int | torch.Generator | None = 0) -> "Observed":
        """Return a random fraction of a tensor's entries, at least one, to test a completion against the whole tensor.

        Raises:
            DataError: The fraction is not above 0 and at most 1.
        """
        if not 0 < fraction <= 1:
            raise DataError(f"The observed part must be above 0 and at most 1, but is {fraction}.")
        whole = real_tensor(tensor)
        count = max(1, round(fraction * whole.numel()))
        chosen = torch.randperm(whole.numel(), generator=as_generator(seed))[:count]
        mask = torch.zeros(whole.numel(), dtype=torch.bool)
        mask[chosen] = True
        return cls.from_mask(whole, mask.reshape(whole.shape))

    @property
    def size(self) -> int:
        """Number of entries of the whole tensor."""
        return math.prod(self.modes)

    @cached_property
    def places(self) -> Tensor:
        """Row-major index of every known entry in the flattened tensor, (entries,)."""
        place = torch.zeros_like(self.indices[:, 0])
        for mode, size in enumerate(self.modes):
            place = place * size + self.indices[:, mode]
        return place

    def split(self, fraction: float, *, generator: torch.Generator) -> tuple["Observed", "Observed"]:
        """Return a random partition in entries to fit and a fraction of entries held out, at least one in each."""
        count = len(self.values)
        held = min(max(1, round(fraction * count)), count - 1)
        order = torch.randperm(count, generator=generator).to(self.indices.device)
        checkpoint()
        return self._rows(order[held:]), self._rows(order[:held])

    def _rows(self, rows: Tensor) -> "Observed":
        return Observed(self.modes, self.indices.index_select(0, rows), self.values[rows])


def _check_once(observed: Observed) -> None:
    """Refuse entries with the same index twice; the message names the index and its two rows."""
    if observed.size < 2**63:
        checkpoint()
        ordered, rows = observed.places.sort(stable=True)
        again = (ordered[1:] == ordered[:-1]).nonzero()
        first = rows[again[0, 0] : again[0, 0] + 2].tolist() if len(again) else []
    else:  # a flattened index does not fit int64
        _, inverse, counts = observed.indices.unique(dim=0, return_inverse=True, return_counts=True)
        first = (inverse == counts.argmax()).nonzero()[:2, 0].tolist() if int(counts.max()) > 1 else []
    if first:
        raise DataError(
            f"Entry {observed.indices[first[0]].tolist()} is observed twice, in rows {first[0]} and {first[1]}; "
            "average its values first."
        )
