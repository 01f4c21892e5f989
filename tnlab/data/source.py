"""A source of data: an array with the modes it is cut into, and the exact conversions to a tensor and back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from tnlab.array_like import real_tensor
from tnlab.data.intake import real_array
from tnlab.data.quantise import Order, quantise, unquantise
from tnlab.data.shapes import MAX_ORDER, Suggestion, modes_text, suggest_modes
from tnlab.errors import DataError

MAX_ENTRIES = 10_000_000  # entries of an array on a page: 80 MB in float64; the command line has no limit


@dataclass(frozen=True, eq=False)
class Source:
    """An array to fit, with the mode sizes and the order of entries by which it becomes a tensor.

    Attributes:
        name: Name of a data set, or of a file.
        array: The array with its own axes, float32 or float64.
        modes: Mode sizes of the tensor; their product is the number of entries.
        order: "plain" reshapes the array; "quantised" gives every mode a factor of each axis.
        label: Its name on a page; by default ``name``.
        known: Which entries of the array are known, as booleans of its shape; None if all are. The array has the mean
            of the known entries at the others.
        axes: Names of the array's axes, such as "row" or "time", "" for one without a name; empty if none has one.
        note: A sentence on what a reader of the data left out, filled in or changed; empty if nothing was.

    Raises:
        DataError: The modes do not multiply to the number of entries, or names or known entries do not fit the axes.

    Example:
        >>> source = Source.of(np.eye(16), modes=(4, 4, 4, 4), order="quantised")
        >>> source.kind, tuple(source.tensor.shape)
        ('image', (4, 4, 4, 4))
    """

    name: str
    array: np.ndarray
    modes: tuple[int, ...]
    order: Order = "plain"
    label: str = ""
    known: np.ndarray | None = None
    axes: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.order not in ("plain", "quantised"):
            raise DataError(f"The order must be 'plain' or 'quantised', but is {self.order!r:.80}.")
        if not 1 <= len(self.modes) <= MAX_ORDER:
            raise DataError(f"A tensor must have 1 to {MAX_ORDER} modes, but {len(self.modes)} were given.")
        for mode, size in enumerate(self.modes):
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise DataError(f"Mode {mode} must have a whole size of at least 1, but has {size!r:.80}.")
        if math.prod(self.modes) != self.array.size:
            modes, order = self.suggested_modes[0]
            raise DataError(
                f"Modes {modes_text(self.modes)} need {math.prod(self.modes):,} entries, but {self.name!r:.80} "
                f"({modes_text(self.shape)}) has {self.array.size:,}; {modes_text(modes)} {order} would do."
            )
        if self.axes and len(self.axes) != self.array.ndim:
            raise DataError(f"{self.array.ndim} axes need as many names, but {self.axes!s:.80} were given.")
        if self.known is not None and (self.known.shape != self.array.shape or self.known.dtype != np.bool_):
            raise DataError(f"Known entries are told by booleans of shape {self.shape}, not {self.known.shape}.")
        if not self.label:
            object.__setattr__(self, "label", self.name)

    @classmethod
    def of(
        cls,
        array: object,
        name: str = "tensor",
        modes: Sequence[int] | None = None,
        order: Order = "plain",
        *,
        label: str = "",
        max_entries: int | None = MAX_ENTRIES,
        gaps: bool = False,
        axes: Sequence[str] = (),
        note: str = "",
    ) -> "Source":
        """Check an array and cut it into modes; without modes, the array's own axes.

        Args:
            array: An array of any library.
            name: Its name in messages.
            modes: Mode sizes.
            order: "plain" or "quantised".
            label: Its name on a page.
            max_entries: Largest number of entries; None for no limit.
            gaps: Whether NaN stands for a missing entry. Such entries are filled with the mean of the others, and
                ``known`` and ``note`` tell so; else NaN is refused.
            axes: Names of the array's axes.
            note: A sentence on what was left out before.

        Raises:
            DataError: The array cannot be fitted (not finite, empty, complex, too large, zero everywhere, ...) or
                the modes do not multiply to the number of its entries.
        """
        filled, known = _filled(array, name) if gaps else (array, None)
        numbers = real_array(filled, name, max_entries)
        if known is not None:
            missing = known.size - int(np.count_nonzero(known))
            note = (
                f"{note} {missing:,} of {known.size:,} entries are missing; they hold the mean of the others.".strip()
            )
        return cls(
            name=name,
            array=numbers,
            modes=numbers.shape if modes is None else tuple(modes),
            order=order,
            label=label,
            known=known,
            axes=tuple(axes),
            note=note,
        )

    def with_modes(self, modes: Sequence[int], order: Order | None = None) -> "Source":
        """Return the same array cut into other modes.

        Raises:
            DataError: The modes do not multiply to the number of entries.
        """
        return replace(self, modes=tuple(modes), order=order or self.order)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the array's own axes."""
        return self.array.shape

    @property
    def kind(self) -> Literal["image", "slices", "curve"]:
        """How to draw the array: a curve (one axis), an image (two, or also 3 or 4 channels) or slices (more)."""
        shape = self.shape
        if sum(length > 1 for length in shape) <= 1:
            return "curve"
        return "image" if len(shape) - self.colour == 2 else "slices"

    @property
    def colour(self) -> bool:
        """Whether the last axis holds the red, green and blue (and perhaps the opacity) of pictures."""
        shape = self.shape
        return len(shape) in (3, 4) and shape[-1] in (3, 4) and min(shape[-3:-1]) >= 16

    @cached_property
    def tensor(self) -> Tensor:
        """The array as a tensor of shape ``modes``."""
        return torch.from_numpy(self._cut(self.array))

    @cached_property
    def known_tensor(self) -> Tensor | None:
        """Which entries of ``tensor`` are known, as booleans of its shape; None if all are."""
        return None if self.known is None else torch.from_numpy(self._cut(self.known))

    def _cut(self, array: np.ndarray) -> np.ndarray:
        cut = quantise(array, self.modes) if self.order == "quantised" else array.reshape(self.modes)
        return np.array(cut, order="C")

    def restore(self, tensor: Tensor | np.ndarray) -> np.ndarray:
        """Return a tensor of shape ``modes``, for instance a reconstruction, with the array's own axes.

        Raises:
            DataError: The tensor has another shape.
        """
        numbers = tensor.detach().cpu().numpy() if isinstance(tensor, Tensor) else np.asarray(tensor)
        if numbers.shape != self.modes:
            raise DataError(f"A tensor of shape {self.modes} was needed, but {numbers.shape} was given.")
        return unquantise(numbers, self.shape) if self.order == "quantised" else numbers.reshape(self.shape)

    @cached_property
    def suggested_modes(self) -> tuple[Suggestion, ...]:
        """Suggested (mode sizes, order of entries) for the array, the best first; never empty."""
        return suggest_modes(self.shape, own_first=self.kind == "slices")


def _filled(array: object, name: str) -> tuple[object, np.ndarray | None]:
    """Return an array with the mean of its other entries in place of NaN, and where others are, if not everywhere."""
    tensor = real_tensor(array, f"{name!r:.80}")
    known = ~tensor.isnan()
    if bool(known.all()):
        return array, None
    if not bool(known.any()):
        raise DataError(f"{name!r:.80} has no known entry: all {tensor.numel():,} are NaN.")
    return tensor.where(known, tensor[known].mean()), known.cpu().numpy()
