"""A source of data: an array with the modes it is cut into, and the exact conversions to a tensor and back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from torch import Tensor

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

    Raises:
        DataError: The modes do not multiply to the number of entries.

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
    ) -> "Source":
        """Check an array and cut it into modes; without modes, the array's own axes.

        Raises:
            DataError: The array cannot be fitted (not finite, empty, complex, too large, zero everywhere, ...) or
                the modes do not multiply to the number of its entries.
        """
        numbers = real_array(array, name, max_entries)
        return cls(
            name=name, array=numbers, modes=numbers.shape if modes is None else tuple(modes), order=order, label=label
        )

    def with_modes(self, modes: Sequence[int], order: Order | None = None) -> "Source":
        """Return the same array cut into other modes.

        Raises:
            DataError: The modes do not multiply to the number of entries.
        """
        return Source(name=self.name, array=self.array, modes=tuple(modes), order=order or self.order, label=self.label)

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
        cut = quantise(self.array, self.modes) if self.order == "quantised" else self.array.reshape(self.modes)
        return torch.from_numpy(np.array(cut, order="C"))

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
