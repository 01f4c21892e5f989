"""Contractions of two arrays, compiled once to transpose, reshape and one matrix product, then run many times.

For arrays as small as cores, parsing an einsum string takes far longer than the arithmetic.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

Indices = tuple[int, ...]  # integer labels, one per axis of an array; arrays share an index where they share a label


@dataclass(frozen=True)
class Side:
    """How one operand of a contraction becomes a matrix, or a stack of matrices.

    Attributes:
        axes: Permutation of the axes before the reshape; None for none.
        shape: Shape of the matrix or stack.
        flip: Whether the matrix is transposed after the reshape.
    """

    axes: Indices | None
    shape: tuple[int, ...]
    flip: bool

    def __call__(self, array: Any) -> Any:
        """Return the operand as a matrix, or a stack of them."""
        if self.axes is not None:
            array = _permute(array, self.axes)
        array = array.reshape(self.shape)
        return array.T if self.flip else array


@dataclass(frozen=True)
class Pairwise:
    """A compiled contraction of two arrays: call it with both.

    Attributes:
        left: How the first operand becomes a matrix.
        right: How the second operand becomes a matrix.
        shape: Shape of the result.
        indices: Labels of the result's axes.
        flops: Floating-point operations of one call.
        multiply: Product of the two matrices, or of the two stacks.
    """

    left: Side
    right: Side
    shape: tuple[int, ...]
    indices: Indices
    flops: float
    multiply: Callable[[Any, Any], Any]

    def __call__(self, left: Any, right: Any) -> Any:
        """Return the contraction; both operands are numpy arrays, or both torch tensors on one device."""
        return self.multiply(self.left(left), self.right(right)).reshape(self.shape)


def compile_pair(
    left: Indices, right: Indices, keep: Collection[int], sizes: Sequence[int] | dict[int, int]
) -> Pairwise:
    """Return a contraction of two arrays, over the labels that they share except those in ``keep``.

    Args:
        left: Labels of the first operand's axes.
        right: Labels of the second operand's axes.
        keep: Labels of the result; a label that both operands have and that is kept is a batch index.
        sizes: Size of every label.
    """
    shared = [index for index in left if index in right]
    batch = [index for index in shared if index in keep]
    summed = [index for index in shared if index not in keep]
    rows = [index for index in left if index not in shared]
    columns = [index for index in right if index not in shared]
    if math.prod(sizes[index] for index in right) > math.prod(sizes[index] for index in left):
        summed = [index for index in right if index in summed]  # spare the larger operand a copy

    def size(labels: Sequence[int]) -> int:
        return math.prod(sizes[label] for label in labels)

    result = (*batch, *rows, *columns)
    flops = 2.0 * size(result) * size(summed)
    if not batch:
        first = _side(left, rows, summed, size)
        second = _side(right, summed, columns, size)
        multiply: Callable[[Any, Any], Any] = _product
    elif not summed:
        first = _plain(left, [*batch, *rows], (size(batch), size(rows), 1))
        second = _plain(right, [*batch, *columns], (size(batch), 1, size(columns)))
        multiply = _times
    else:
        first = _plain(left, [*batch, *rows, *summed], (size(batch), size(rows), size(summed)))
        second = _plain(right, [*batch, *summed, *columns], (size(batch), size(summed), size(columns)))
        multiply = _product
    return Pairwise(
        left=first,
        right=second,
        shape=tuple(sizes[index] for index in result),
        indices=result,
        flops=flops,
        multiply=multiply,
    )


def permutation(labels: Indices, wanted: Sequence[int]) -> Indices | None:
    """Return the axes that bring ``labels`` into the wanted order, or None if they are in it already."""
    axes = tuple(labels.index(label) for label in wanted)
    return None if axes == tuple(range(len(axes))) else axes


def permute(array: Any, axes: Indices | None) -> Any:
    """Return the array with its axes in another order; None leaves it as it is."""
    return array if axes is None else _permute(array, axes)


def _side(labels: Indices, first: list[int], second: list[int], size: Callable[[Sequence[int]], int]) -> Side:
    """Return how an operand becomes the matrix of ``first`` against ``second`` labels: if possible as a view."""
    flipped = permutation(labels, [*second, *first])
    if flipped is None and second:
        return Side(None, (size(second), size(first)), flip=True)
    return Side(permutation(labels, [*first, *second]), (size(first), size(second)), flip=False)


def _plain(labels: Indices, wanted: list[int], shape: tuple[int, ...]) -> Side:
    return Side(permutation(labels, wanted), shape, flip=False)


def _permute(array: Any, axes: Indices) -> Any:
    return array.permute(axes) if isinstance(array, torch.Tensor) else array.transpose(axes)


def _product(left: Any, right: Any) -> Any:
    return left @ right if isinstance(left, torch.Tensor) else np.matmul(left, right)


def _times(left: Any, right: Any) -> Any:
    return left * right
