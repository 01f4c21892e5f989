"""A sweep as a straight-line program: steps that read arrays from registers and write arrays to registers."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from typing_extensions import override

from tnlab.fitting.sweep.pairwise import Pairwise, permute
from tnlab.network.contraction import Indices
from tnlab.network.structure import Structure

Solve = Callable[[list[Any], Any], Any]


class Step(ABC):
    """One operation of a sweep."""

    @property
    @abstractmethod
    def flops(self) -> float:
        """Floating-point operations."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Entries of its largest array."""

    @abstractmethod
    def __call__(self, values: list[Any], solve: Solve) -> None:
        """Run on the registers; ``solve`` is as in ``SweepPlan.sweep``."""


class Equations(Step):
    """The step at which one core's normal equations are ready.

    Attributes:
        core: Which core.
    """

    core: int

    @abstractmethod
    def equations(self, values: list[Any]) -> tuple[list[Any], Any]:
        """Return the factors of G, and B."""

    @abstractmethod
    def as_right(self, core: Any) -> Any:
        """Return an array in the shape of the core as one in the shape of B."""

    @abstractmethod
    def as_core(self, solution: Any) -> Any:
        """Return an array in the shape of B as one in the shape of the core."""

    def present(self, values: list[Any]) -> Any:
        """Return the core as it is, in the shape of B."""
        return self.as_right(values[1 + self.core])

    @override
    def __call__(self, values: list[Any], solve: Solve) -> None:
        values[1 + self.core] = self.as_core(solve(*self.equations(values)))


@dataclass(frozen=True)
class SweepPlan:
    """One pass over all cores.

    Attributes:
        structure: Whose cores it updates.
        mode_order: Order in which the tensor's modes must lie in memory.
        prepare: Steps to run once per fit, before the first sweep.
        steps: Steps of a sweep.
        registers: How many arrays the steps pass among themselves.
    """

    structure: Structure
    mode_order: Indices
    prepare: tuple[Step, ...]
    steps: tuple[Step, ...]
    registers: int

    @property
    def flops(self) -> float:
        """Floating-point operations of one sweep."""
        return sum(step.flops for step in self.steps)

    @property
    def largest(self) -> int:
        """Entries of the largest intermediate array."""
        return max(step.size for step in (*self.prepare, *self.steps))

    def start(self, tensor: Any, cores: list[Any]) -> list[Any]:
        """Return the registers for a tensor (already in ``mode_order``) and float64 cores."""
        values: list[Any] = [None] * self.registers
        values[0] = tensor
        values[1 : 1 + len(cores)] = cores
        for step in self.prepare:
            step(values, _never)
        return values

    def sweep(self, values: list[Any], solve: Solve) -> None:
        """Update every core in place in the registers, each by ``solve([G_1, ..., G_m], B)``.

        B has shape (n, P_1, ..., P_m), with n entries over the core's legs, and the answer is the A of that
        shape with ``A G = B`` for G the Kronecker product of the G_k of shape (P_k, P_k). There are several
        where the network falls apart without the core, and none where it is the only core (then A = B).
        """
        for step in self.steps:
            step(values, solve)

    def equations(self, values: list[Any]) -> Iterator[tuple[Equations, list[Any], Any]]:
        """Yield every core's equations in turn; what the caller does to the core then is seen by the next ones."""
        for step in self.steps:
            if isinstance(step, Equations):
                yield step, *step.equations(values)
            else:
                step(values, _never)

    def cores(self, values: list[Any]) -> tuple[Any, ...]:
        """Return the current cores."""
        return tuple(values[1 : 1 + len(self.structure.cores)])


@dataclass(frozen=True)
class Alias(Step):
    """Let a register hold what another one does: the same array under other indices."""

    source: int
    out: int
    entries: int

    @property
    @override
    def flops(self) -> float:
        return 0.0

    @property
    @override
    def size(self) -> int:
        return self.entries

    @override
    def __call__(self, values: list[Any], solve: Solve) -> None:
        values[self.out] = values[self.source]


@dataclass(frozen=True)
class Multiply(Step):
    """Contract two registers into a third; ``mixed`` when the first is the tensor, of perhaps lower precision."""

    pair: Pairwise
    left: int
    right: int
    out: int
    mixed: bool = False

    @property
    @override
    def flops(self) -> float:
        return self.pair.flops

    @property
    @override
    def size(self) -> int:
        return math.prod(self.pair.shape)

    @override
    def __call__(self, values: list[Any], solve: Solve) -> None:
        left, right = values[self.left], values[self.right]
        if self.mixed and left.dtype != right.dtype:
            values[self.out] = _double(self.pair(left, _cast_like(right, left)))
        else:
            values[self.out] = self.pair(left, right)


@dataclass(frozen=True)
class Update(Equations):
    """Solve for one core from the registers that hold its B and the factors of its G.

    Attributes:
        grams: Registers of the factors of G, each with the axes that make it a matrix.
        shape: Shape of B: the legs together, then the bonds of each factor together.
    """

    core: int
    outer: int
    outer_axes: Indices | None
    grams: tuple[tuple[int, Indices | None], ...]
    shape: tuple[int, ...]
    solution_shape: tuple[int, ...]
    solution_axes: Indices | None

    @property
    @override
    def flops(self) -> float:
        return sum(size**3 / 3 + 2.0 * self.size * size for size in self.shape[1:])

    @property
    @override
    def size(self) -> int:
        return max(math.prod(self.shape), *(size**2 for size in self.shape))

    @override
    def equations(self, values: list[Any]) -> tuple[list[Any], Any]:
        right = _double(permute(values[self.outer], self.outer_axes)).reshape(self.shape)
        grams = [
            permute(values[gram], axes).reshape(size, size)
            for (gram, axes), size in zip(self.grams, self.shape[1:], strict=True)
        ]
        return grams, right

    @override
    def as_right(self, core: Any) -> Any:
        return permute(core, _inverse(self.solution_axes)).reshape(self.shape)

    @override
    def as_core(self, solution: Any) -> Any:
        return permute(solution.reshape(self.solution_shape), self.solution_axes)


@dataclass(frozen=True)
class ExplicitUpdate(Equations):
    """Contract everything but one core, a matrix of ``length x columns``, then form its B and G and solve."""

    core: int
    expression: Any
    others: tuple[int, ...]
    tensor_axes: Indices | None
    shape: tuple[int, ...]
    length: int
    rows: int
    columns: int

    @property
    @override
    def flops(self) -> float:
        contraction = 2.0 * self.length * self.columns * (1 + self.columns + self.rows)
        return contraction + self.columns**3 / 3 + 2.0 * self.rows * self.columns**2

    @property
    @override
    def size(self) -> int:
        return self.columns * max(self.columns, self.rows, self.length)

    @override
    def equations(self, values: list[Any]) -> tuple[list[Any], Any]:
        environment = self.expression(*(values[1 + other] for other in self.others)).reshape(-1, self.columns)
        tensor = permute(values[0], self.tensor_axes).reshape(self.rows, -1)
        right = _double(tensor @ _cast_like(environment, tensor))
        return [environment.T @ environment], right

    @override
    def as_right(self, core: Any) -> Any:
        return core.reshape(self.rows, self.columns)

    @override
    def as_core(self, solution: Any) -> Any:
        return solution.reshape(self.shape)


def _inverse(axes: Indices | None) -> Indices | None:
    return None if axes is None else tuple(axes.index(place) for place in range(len(axes)))


def _never(*_: Any) -> Any:
    raise AssertionError("no core is solved for while a fit is prepared")


def _double(array: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return array.to(torch.float64)
    return array.astype(np.float64, copy=False)


def _cast_like(array: Any, other: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return array.to(other.dtype)
    return array.astype(other.dtype, copy=False)
