"""Contraction of networks and of labelled arrays, along paths that opt_einsum finds once per structure and shapes."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import opt_einsum

from tnlab.errors import StructureError
from tnlab.network.structure import Structure

Indices = tuple[int, ...]  # integer labels, one per axis of an array; arrays share an index where they share a label
MAX_INTERMEDIATE = 2**28  # entries of the largest array a contraction may form: 2 GiB in float64, which a laptop holds
MAX_SEARCHED = 12  # cores up to which opt_einsum searches among paths ("auto"); the search takes too long beyond


def contract(structure: Structure, cores: Sequence[Any]) -> Any:
    """Return the contraction of the cores over all bonds: the tensor, of shape ``structure.modes``, of a network.

    Args:
        structure: Assigns the axes of every core to modes and bonds.
        cores: One array per core (numpy or torch), of the shapes ``structure.core_shapes``.
    """
    return _expression(structure)(*cores)


@lru_cache(maxsize=512)
def contraction_cost(structure: Structure) -> float:
    """Return the floating-point operations, as opt_einsum counts them, of one contraction to the full tensor."""
    if len(structure.cores) == 1:
        return 0.0
    _, info = opt_einsum.contract_path(
        structure.einsum, *structure.core_shapes, shapes=True, optimize=_optimizer(structure)
    )
    return float(info.opt_cost)


def contract_indices(operands: Sequence[Indices], output: Indices, arrays: Sequence[Any]) -> Any:
    """Return the einsum of arrays whose axes carry integer labels; the path is cached by labels and shapes.

    Args:
        operands: For every array the labels of its axes; equal labels are one index.
        output: Labels of the result's axes; all other indices are summed over.
        arrays: The arrays (numpy or torch), in the order of ``operands``.

    Raises:
        StructureError: The path found needs an array of more than 2 GiB (in float64).
    """
    return _labelled(tuple(operands), output, tuple(tuple(array.shape) for array in arrays))[0](*arrays)


def largest_array(operands: Sequence[Indices], output: Indices, shapes: Sequence[tuple[int, ...]]) -> int:
    """Return the number of entries of the largest array that ``contract_indices`` forms, without contracting.

    Args:
        operands: For every array the labels of its axes.
        output: Labels of the result's axes.
        shapes: Shape of every array.

    Raises:
        StructureError: That array needs more than 2 GiB (in float64).
    """
    return _labelled(tuple(operands), output, tuple(shapes))[1]


@lru_cache(maxsize=512)
def _labelled(operands: tuple[Indices, ...], output: Indices, shapes: tuple[tuple[int, ...], ...]) -> tuple[Any, int]:
    """Return the compiled einsum of labelled arrays of given shapes, and the entries of its largest array."""
    symbols: dict[int, str] = {}
    for label in (label for own in operands for label in own):
        symbols.setdefault(label, opt_einsum.get_symbol(len(symbols)))
    text = ",".join("".join(map(symbols.__getitem__, own)) for own in operands)
    text += "->" + "".join(map(symbols.__getitem__, output))
    if len(operands) == 1:
        return opt_einsum.contract_expression(text, *shapes), math.prod(shapes[0])
    path, info = opt_einsum.contract_path(text, *shapes, shapes=True, optimize="auto")
    largest = int(info.largest_intermediate)
    if largest > MAX_INTERMEDIATE:
        raise StructureError(
            f"This contraction needs an array of {largest * 8 / 2**30:.1f} GiB, "
            f"and at most {MAX_INTERMEDIATE * 8 / 2**30:.0f} GiB is allowed. Lower some ranks first."
        )
    return opt_einsum.contract_expression(text, *shapes, optimize=path), max(largest, 1)


@lru_cache(maxsize=512)
def _expression(structure: Structure) -> Any:
    return opt_einsum.contract_expression(structure.einsum, *structure.core_shapes, optimize=_optimizer(structure))


def _optimizer(structure: Structure) -> Literal["auto", "greedy"]:
    return "auto" if len(structure.cores) <= MAX_SEARCHED else "greedy"
