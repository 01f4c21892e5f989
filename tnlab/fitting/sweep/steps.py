"""The instructions of a sweep, and the program made of them.

A program runs on registers, a list of arrays: register 0 is the tensor, 1 to n are the cores, the others intermediate
results. A step reads some registers and writes one.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from typing_extensions import override

from tnlab.interrupt import checkpoint
from tnlab.network.pairwise import Indices, Pairwise, permute
from tnlab.network.structure import Structure

LONG = 1e7  # operations of a sweep, entries counted as such: a few milliseconds
Solve = Callable[[list[Any], Any, Callable[[], Any]], Any]


class Step(ABC):
    """One instruction of a sweep: reads some registers and writes one."""

    @property
    @abstractmethod
    def flops(self) -> float:
        """Floating-point operations."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of entries of the largest array that it forms, operands copied to another order not counted."""

    @abstractmethod
    def __call__(self, values: list[Any], solve: Solve) -> None:
        """Run the instruction on the registers ``values``; ``solve`` is as in ``SweepPlan.sweep``."""


class Equations(Step):
    """An instruction that computes the normal equations ``A G = B`` of one core and stores the solution A.

    Attributes:
        core: Index of the core.
    """

    core: int

    @abstractmethod
    def equations(self, values: list[Any]) -> tuple[list[Any], Any]:
        """Return the Kronecker factors of G, and B, from the registers."""

    @abstractmethod
    def as_right(self, core: Any) -> Any:
        """Return the core's array reordered and reshaped to the shape of B."""

    @abstractmethod
    def as_core(self, solution: Any) -> Any:
        """Return the solution A, given in the shape of B, reordered and reshaped to the core's shape."""

    def present(self, values: list[Any]) -> Any:
        """Return the current core, in the shape of B."""
        return self.as_right(values[1 + self.core])

    @override
    def __call__(self, values: list[Any], solve: Solve) -> None:
        grams, right = self.equations(values)
        values[1 + self.core] = self.as_core(solve(grams, right, lambda: self.present(values)))


@dataclass(frozen=True)
class SweepPlan:
    """The program of one sweep: a pass that updates every core once.

    Attributes:
        structure: The structure whose cores it updates.
        mode_order: The order of modes in which the tensor must be given.
        prepare: Instructions to run once per fit, before the first sweep.
        steps: Instructions of one sweep.
        registers: Number of registers.
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

    @cached_property
    def is_long(self) -> bool:
        """Whether a sweep takes so long that a fit may be interrupted within it."""
        return self.flops + self.structure.size > LONG

    @property
    def largest(self) -> int:
        """Number of entries of the largest intermediate array."""
        return max(step.size for step in (*self.prepare, *self.steps))

    def start(self, tensor: Any, cores: list[Any]) -> list[Any]:
        """Return the registers for a tensor (modes in ``mode_order``) and float64 cores, after running ``prepare``."""
        values: list[Any] = [None] * self.registers
        values[0] = tensor
        values[1 : 1 + len(cores)] = cores
        for step in self.prepare:
            checkpoint()
            step(values, _never)
        return values

    def sweep(self, values: list[Any], solve: Solve) -> None:
        """Update every core in place in the registers, each by ``solve([G_1, ..., G_m], B, present)``.

        Args:
            values: The registers, from ``start``.
            solve: Returns A of the shape of B, with ``A G = B`` for G the Kronecker product of the G_k. B is
                (n, P_1, ..., P_m), n the product of the core's mode sizes; G_k is (P_k, P_k). There is one G_k per
                connected part of the network without the core, and none for an only core (then A = B). ``present()``
                returns the current core in the shape of B.
        """
        for step in self.steps:
            if self.is_long:
                checkpoint()
            step(values, solve)

    def equations(self, values: list[Any]) -> Iterator[tuple[Equations, list[Any], Any]]:
        """Yield the step, the factors of G, and B of every core in turn.

        A core that the caller replaces in the registers before it resumes is used for the cores that follow.
        """
        for step in self.steps:
            if self.is_long:
                checkpoint()
            if isinstance(step, Equations):
                yield step, *step.equations(values)
            else:
                step(values, _never)

    def cores(self, values: list[Any]) -> tuple[Any, ...]:
        """Return the current cores from the registers."""
        return tuple(values[1 : 1 + len(self.structure.cores)])


@dataclass(frozen=True)
class Alias(Step):
    """Copy a reference: register ``out`` holds the array of register ``source`` (under other index labels)."""

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
    """Contract registers ``left`` and ``right`` into register ``out``.

    With ``mixed`` the left one is the tensor: if it is float32, the right one is cast to that, the result to float64.
    """

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
    """Solve for one core from registers that hold its B and the factors of its G.

    Attributes:
        core: Index of the core.
        outer: Register of B, the tensor contracted with all other cores.
        outer_axes: Permutation of its axes before it is reshaped to ``shape``.
        grams: Registers of the factors of G, each with the permutation of axes that makes it a matrix.
        shape: Shape of B: the legs as one axis, then the bonds of each factor as one axis.
        solution_shape: Shape of the solution with every leg and bond an axis of its own.
        solution_axes: Permutation that brings those axes into the core's order.
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
        right = math.prod(self.shape)
        return sum(size**3 / 3 + 2.0 * right * size for size in self.shape[1:])

    @property
    @override
    def size(self) -> int:
        return max(math.prod(self.shape), *(size**2 for size in self.shape[1:]), 1)

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
    """Form the environment of one core as a matrix E, then ``G = E^T E`` and ``B = X E``, and solve.

    Attributes:
        core: Index of the core.
        expression: Contraction of the other cores to E.
        work: Floating-point operations of that contraction.
        largest: Number of entries of its largest array.
        others: Indices of the other cores.
        tensor_axes: Permutation that brings the core's modes first; None for none.
        shape: Shape of the core.
        length: Rows of E: entries over the modes of the other cores.
        rows: Rows of B: entries over the core's modes.
        columns: Columns of E and B: the product of the core's ranks.
    """

    core: int
    expression: Any
    work: float
    largest: int
    others: tuple[int, ...]
    tensor_axes: Indices | None
    shape: tuple[int, ...]
    length: int
    rows: int
    columns: int

    @property
    @override
    def flops(self) -> float:
        products = 2.0 * self.length * self.columns * (self.columns + self.rows)
        return self.work + products + self.columns**3 / 3 + 2.0 * self.rows * self.columns**2

    @property
    @override
    def size(self) -> int:
        return max(self.columns * max(self.columns, self.rows, self.length), self.largest)

    @override
    def equations(self, values: list[Any]) -> tuple[list[Any], Any]:
        environment = self.expression(*(values[1 + other] for other in self.others)).reshape(-1, self.columns)
        checkpoint()
        tensor = permute(values[0], self.tensor_axes).reshape(self.rows, -1)
        right = _double(tensor @ _cast_like(environment, tensor))
        checkpoint()
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
    raise AssertionError("An instruction of this pass asked to solve for a core, but the pass changes none.")


def _double(array: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return array.to(torch.float64)
    return array.astype(np.float64, copy=False)


def _cast_like(array: Any, other: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return array.to(other.dtype)
    return array.astype(other.dtype, copy=False)
