"""Powers of two taken out of arrays, so that products of many cores stay in the range of floats, without rounding."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from tnlab.metrics import largest_shift, range_bits, shifted

LN2 = math.log(2)


class Scaled(NamedTuple):
    """The number ``mantissa * 2**exponent``, which may lie outside the range of floats.

    Attributes:
        mantissa: Any float.
        exponent: Any whole number.
    """

    mantissa: float
    exponent: int = 0

    @property
    def value(self) -> float:
        """The number as a float: infinite above the largest float, zero or subnormal below the least."""
        try:
            return math.ldexp(self.mantissa, self.exponent)
        except OverflowError:
            return math.copysign(math.inf, self.mantissa)

    @property
    def log(self) -> float:
        """The natural logarithm of the number's absolute value: ``-inf`` for zero."""
        return math.log(abs(self.mantissa)) + self.exponent * LN2 if self.mantissa else -math.inf

    def plus(self, other: "Scaled") -> "Scaled":
        """Return the sum of two numbers; of two very unequal ones it is the larger."""
        if not self.mantissa or not other.mantissa:
            return self if self.mantissa else other
        top = max(math.frexp(one.mantissa)[1] + one.exponent for one in (self, other))
        return Scaled(sum(Scaled(one.mantissa, one.exponent - top).value for one in (self, other)), top)

    def times(self, factor: float) -> "Scaled":
        """Return the number times a factor."""
        mantissa, exponent = math.frexp(self.mantissa)
        other, more = math.frexp(factor)
        return Scaled(mantissa * other, exponent + more + self.exponent)

    def root(self) -> "Scaled":
        """Return the square root of the number, or 0 if it is negative."""
        odd = self.exponent % 2
        return Scaled(math.sqrt(max(self.mantissa, 0.0) * (1 + odd)), (self.exponent - odd) // 2)

    def over(self, other: "Scaled") -> float:
        """Return the quotient of two numbers as a float; ``other`` must not be zero."""
        mantissa, exponent = math.frexp(self.mantissa)
        below, less = math.frexp(other.mantissa)
        return Scaled(mantissa / below, exponent + self.exponent - less - other.exponent).value


@dataclass
class PowersOfTwo:
    """A ledger of the powers of two that have been taken out of the cores of a network while it is worked on.

    Nothing is taken out where products of the cores stay in range anyway.

    Attributes:
        needed: Whether products of the cores might leave the range of floats.
        exponent: The product of the arrays in work, times ``2**exponent``, is that of the cores.
    """

    needed: bool = True
    exponent: int = 0

    @classmethod
    def of(cls, cores: Sequence[Tensor], sizes: Sequence[int], bits: float = 0.0) -> "PowersOfTwo":
        """Return an empty ledger for the cores of a network, whose indices have given sizes.

        The largest entries bound a product from above; summed over an index of size s, a product of random cores falls
        by the root of s in relation to them.

        Args:
            cores: At least one array.
            sizes: Sizes of all their indices.
            bits: Powers of two besides, up or down.
        """
        room = range_bits(cores[0].dtype) * 0.45  # the squares of products are in range, too
        bits += sum(math.log2(size) for size in sizes if size)
        for core in cores:
            if bits > room:
                break
            bits += abs(_level(core))
        return cls(bits > room)

    def take(self, array: Tensor) -> Tensor:
        """Return an array with its largest entry brought into [1/2, 1) by a power of two, which is recorded."""
        if not self.needed or not (level := _level(array)):
            return array
        self.exponent += level
        return shifted(array, -level)

    def give(self, cores: Sequence[Tensor], centre: int | None = None) -> list[Tensor]:
        """Return cores times the power of two recorded: in equal shares, or in one core if it has room for it.

        Args:
            cores: The arrays after the work.
            centre: The core that gets all of it, if the core stays in the range of floats; None shares it.
        """
        cores = list(cores)
        if centre is not None and abs(self.exponent + _level(cores[centre])) < largest_shift(cores[centre]):
            cores[centre] = shifted(cores[centre], self.exponent)
            return cores
        share, rest = divmod(self.exponent, len(cores))
        return [shifted(core, share + (place < rest)) for place, core in enumerate(cores)]


def evened(cores: Sequence[Tensor]) -> list[Tensor]:
    """Return cores of the same product whose largest entries are alike to a factor of 4, by powers of two.

    They are alike in two networks that are added, so that no partial product of one hides that of the other.
    """
    powers = PowersOfTwo()
    return powers.give([powers.take(core) for core in cores])


def held_by(cores: Sequence[Tensor], dtype: torch.dtype) -> Sequence[Tensor]:
    """Return cores that a dtype can hold: ``evened`` if one of them is out of its range, else as they are."""
    own = cores[0].dtype
    if own == dtype or not (own.is_floating_point and dtype.is_floating_point) or range_bits(own) <= range_bits(dtype):
        return cores
    return evened(cores) if any(abs(_level(core)) >= range_bits(dtype) for core in cores) else cores


def row_levels(array: Tensor) -> Tensor:
    """Return for every place along the first axis the power of two of its largest entry, as int64; 0 of zeros."""
    largest = array.detach().reshape(len(array), -1).abs().amax(1)
    return torch.where(largest.isfinite(), torch.frexp(largest).exponent, 0).to(torch.int64)


def _level(array: Tensor) -> int:
    """Return the power of two of an array's largest entry; 0 if that is zero or not finite."""
    largest = float(torch.linalg.vector_norm(array.detach(), math.inf)) if array.numel() else 0.0
    return math.frexp(largest)[1] if math.isfinite(largest) else 0
