"""The options ``--missing``, ``--mask`` and ``--observed``: which entries of a tensor a fit may use."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tnlab.data import Source, modes_text, read_array
from tnlab.data.observed import Observed
from tnlab.errors import DataError


@dataclass
class Missing:
    """The entries that a fit may use, from the options ``--missing``, ``--mask`` and ``--observed``.

    Attributes:
        marker: ``"nan"`` if a NaN stands for a missing entry, else empty.
        mask: Path of a .npy file of the array's shape, nonzero where an entry is known.
        part: Part of the known entries to use, above 0 and at most 1, chosen at random; None for all.
        seed: Seed of that choice.
        known: Which entries of the array given to ``fill`` are known, as booleans of its shape; None if all are.

    Raises:
        DataError: An option has a value that it does not take.
    """

    marker: str = ""
    mask: Path | None = None
    part: float | None = None
    seed: int = 0
    known: np.ndarray | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.marker not in ("", "nan"):
            raise DataError(f"--missing must be nan, but is {self.marker!r:.80}.")
        if self.part is not None and not 0 < self.part <= 1:
            raise DataError(f"--observed must be above 0 and at most 1, but is {self.part}.")

    def fill(self, array: np.ndarray) -> np.ndarray:
        """Set ``known`` from the NaN of an array and from the mask; return the array with zeros at the unknown entries.

        Raises:
            DataError: The mask has another shape, or leaves no entry.
        """
        if self.marker and array.dtype.kind == "f":
            self._narrow(~np.isnan(array))
        if self.mask is not None:
            given = read_array(str(self.mask), self.mask, max_bytes=None, max_entries=None)
            if given.shape != array.shape:
                raise DataError(
                    f"The mask {str(self.mask)!r:.80} must have the shape {modes_text(array.shape)} of the array, "
                    f"but has {modes_text(given.shape)}."
                )
            if np.isnan(given).any():
                raise DataError(
                    f"The mask {str(self.mask)!r:.80} has NaN, which says neither known nor unknown; "
                    "write 0 for unknown and 1 for known."
                )
            self._narrow(given != 0)
        if self.known is not None and not self.known.any():
            raise DataError("No entry is known: all are NaN, or the mask leaves none.")
        return array if self.known is None else np.where(self.known, array, np.zeros((), dtype=array.dtype))

    def entries(self, source: Source) -> Tensor | Observed:
        """Return the tensor of a source if all its entries may be used, else its usable entries as ``Observed``."""
        if self.known is None and self.mask is not None:
            self.fill(source.array)
        if self.known is not None and not self.known.all():
            places = Source("mask", array=self.known.astype(np.float64), modes=source.modes, order=source.order)
            observed = Observed.from_mask(source.tensor, places.tensor != 0)
        elif self.part is not None:
            return Observed.random_part(source.tensor, self.part, seed=self.seed)
        else:
            return source.tensor
        if self.part is None:
            return observed
        generator = torch.Generator().manual_seed(self.seed)
        return observed if self.part == 1 else observed.split(self.part, generator=generator)[1]

    def _narrow(self, known: np.ndarray) -> None:
        self.known = known if self.known is None else self.known & known
