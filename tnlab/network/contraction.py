"""Contract a network to the tensor it stands for, along a path that opt_einsum finds once per structure."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import opt_einsum

from tnlab.errors import StructureError
from tnlab.network.structure import Structure

Indices = tuple[int, ...]
MAX_INTERMEDIATE = 2**28  # entries; 2 GiB in float64


def contract(structure: Structure, cores: Sequence[Any]) -> Any:
    """Return the tensor, of shape ``structure.modes``, that the cores stand for.

    Args:
        structure: Which axis of which core is which mode or bond.
        cores: One array per core (numpy or torch), shaped as ``structure.core_shapes``.
    """
    return _expression(structure)(*cores)


@lru_cache(maxsize=512)
def contraction_cost(structure: Structure) -> float:
    """Return the floating-point operations of contracting the network once to its full tensor."""
    if len(structure.cores) == 1:
        return 0.0
    _, info = opt_einsum.contract_path(
        structure.einsum, *structure.core_shapes, shapes=True, optimize=_optimizer(structure)
    )
    return float(info.opt_cost)


def contract_indices(operands: Sequence[Indices], output: Indices, arrays: Sequence[Any]) -> Any:
    """Contract arrays whose axes carry whole-number labels; the path is found once per labels and shapes.

    Raises:
        StructureError: The path found needs an array of more than 2 GiB (in float64).
    """
    return _labelled(tuple(operands), output, tuple(tuple(array.shape) for array in arrays))[0](*arrays)


def largest_array(operands: Sequence[Indices], output: Indices, shapes: Sequence[Indices]) -> int:
    """Return the entries of the largest array of such a contraction.

    Raises:
        StructureError: It is of more than 2 GiB (in float64).
    """
    return _labelled(tuple(operands), output, tuple(shapes))[1]


@lru_cache(maxsize=512)
def _labelled(operands: tuple[Indices, ...], output: Indices, shapes: tuple[Indices, ...]) -> tuple[Any, int]:
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
    # "auto" tries every path up to four operands and turns greedy as the network grows.
    return "auto" if len(structure.cores) <= 12 else "greedy"
