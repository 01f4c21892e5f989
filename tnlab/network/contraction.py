"""Contraction of networks and of labelled arrays, along paths that opt_einsum finds once per structure and shapes."""

import math
import string
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import opt_einsum
import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.network.powers import PowersOfTwo, row_levels, times_power
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


def contract_scaled(
    operands: Sequence[Indices], output: Indices, arrays: Sequence[Tensor]
) -> tuple[Tensor, int | Tensor]:
    """Return the einsum of labelled arrays, and the exponent of a power of two to multiply it by.

    Where products of the arrays might leave the range of floats, every array on the path is brought into it by a power
    of two. If the label -1 comes first in ``output``, it numbers independent contractions, each with an exponent of its
    own.

    Args:
        operands: As for ``contract_indices``; the label -1 comes first where it occurs.
        output: Labels of the result's axes.
        arrays: The tensors.

    Returns:
        The result, and its exponent: a whole number, or an int64 tensor of one per place along the label -1.

    Raises:
        StructureError: The path found needs an array of more than 2 GiB (in float64).
    """
    shapes = tuple(tuple(array.shape) for array in arrays)
    sizes = {
        label: size for own, shape in zip(operands, shapes, strict=True) for label, size in zip(own, shape, strict=True)
    }
    powers, rows = PowersOfTwo.of(arrays, list(sizes.values())), None
    if not powers.needed:
        return contract_indices(operands, output, arrays), 0

    def levelled(array: Tensor, labels: Indices) -> Tensor:
        nonlocal rows
        if not (labels[:1] == output[:1] == (-1,)):
            return powers.take(array)
        levels = row_levels(array)
        rows = levels if rows is None else rows + levels
        return times_power(array, -levels)

    held = [levelled(array, own) for array, own in zip(arrays, operands, strict=True)]
    for places, text, labels in _pairs(tuple(operands), output, shapes):
        held.append(levelled(torch.einsum(text, *(held.pop(place) for place in places)), labels))
    return held[0], powers.exponent if rows is None else rows + powers.exponent


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
def _labelled(
    operands: tuple[Indices, ...], output: Indices, shapes: tuple[tuple[int, ...], ...]
) -> tuple[Any, int, Any]:
    """Return the compiled einsum of labelled arrays of given shapes, the entries of its largest array, and its path."""
    symbols: dict[int, str] = {}
    for label in (label for own in operands for label in own):
        symbols.setdefault(label, opt_einsum.get_symbol(len(symbols)))
    text = ",".join("".join(map(symbols.__getitem__, own)) for own in operands)
    text += "->" + "".join(map(symbols.__getitem__, output))
    if len(operands) == 1:
        return opt_einsum.contract_expression(text, *shapes), math.prod(shapes[0]), [(0,)]
    path, info = opt_einsum.contract_path(text, *shapes, shapes=True, optimize="auto")
    largest = int(info.largest_intermediate)
    if largest > MAX_INTERMEDIATE:
        raise StructureError(
            f"This contraction needs an array of {largest * 8 / 2**30:.1f} GiB, "
            f"and at most {MAX_INTERMEDIATE * 8 / 2**30:.0f} GiB is allowed. Lower some ranks first."
        )
    return opt_einsum.contract_expression(text, *shapes, optimize=path), max(largest, 1), path


@lru_cache(maxsize=512)
def _pairs(
    operands: tuple[Indices, ...], output: Indices, shapes: tuple[tuple[int, ...], ...]
) -> list[tuple[tuple[int, ...], str, Indices]]:
    """Return the path of an einsum: places to pop one after the other, their einsum, and the labels of the result."""
    held, steps = list(operands), []
    users = Counter(label for own in held for label in set(own)) + Counter(set(output))
    for pair in _labelled(operands, output, shapes)[2]:
        places = tuple(sorted(pair, reverse=True))
        taken = [held.pop(place) for place in places]
        users -= Counter(label for own in taken for label in set(own))
        labels = tuple(sorted({label for own in taken for label in own if users[label]})) if held else output
        letters = dict(zip(dict.fromkeys(label for own in taken for label in own), string.ascii_letters, strict=False))
        words = ["".join(letters[label] for label in own) for own in (*taken, labels)]
        steps.append((places, f"{','.join(words[:-1])}->{words[-1]}", labels))
        held.append(labels)
        users += Counter(set(labels))
    return steps


@lru_cache(maxsize=512)
def _expression(structure: Structure) -> Any:
    return opt_einsum.contract_expression(structure.einsum, *structure.core_shapes, optimize=_optimizer(structure))


def _optimizer(structure: Structure) -> Literal["auto", "greedy"]:
    return "auto" if len(structure.cores) <= MAX_SEARCHED else "greedy"
