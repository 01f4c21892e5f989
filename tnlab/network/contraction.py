"""Contraction of networks and of labelled arrays, compiled to products of two arrays once per structure and shapes."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import opt_einsum
import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.metrics import shifted
from tnlab.network.contraction_path import contraction_path
from tnlab.network.pairwise import Indices, Pairwise, compile_pair, permutation, permute
from tnlab.network.powers import PowersOfTwo, row_levels
from tnlab.network.structure import Structure

MAX_INTERMEDIATE = 2**28  # entries of the largest array a contraction may form: 2 GiB in float64, which a laptop holds


def contract(structure: Structure, cores: Sequence[Any]) -> Any:
    """Return the contraction of the cores over all bonds: the tensor, of shape ``structure.modes``, of a network.

    Args:
        structure: Assigns the axes of every core to modes and bonds.
        cores: One array per core (numpy or torch), of the shapes ``structure.core_shapes``.
    """
    compiled = _of_structure(structure)
    if not all(isinstance(core, Tensor) for core in cores):
        return compiled(cores)
    return shifted(*_scaled(compiled, structure.core_indices, tuple(range(structure.order)), cores))


def entries_formed(structure: Structure) -> int:
    """Return the entries of the tensor of a network and of the largest other array that its contraction forms.

    Where the tensor alone has more than 2**40, the path is not sought.
    """
    return structure.size + (_of_structure(structure).largest if structure.size <= 2**40 else 0)


def contraction_cost(structure: Structure) -> float:
    """Return the floating-point operations, as opt_einsum counts them, of one contraction to the full tensor."""
    return _of_structure(structure).flops


def contract_indices(operands: Sequence[Indices], output: Indices, arrays: Sequence[Any]) -> Any:
    """Return the einsum of arrays whose axes carry integer labels; the path is cached by labels and shapes.

    Args:
        operands: For every array the labels of its axes; equal labels are one index.
        output: Labels of the result's axes; all other indices are summed over.
        arrays: The arrays (numpy or torch), in the order of ``operands``.

    Raises:
        StructureError: The path found needs an array of more than 2 GiB (in float64).
    """
    return _small_enough(tuple(operands), output, tuple(tuple(array.shape) for array in arrays))(arrays)


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
    compiled = _small_enough(tuple(operands), output, tuple(tuple(array.shape) for array in arrays))
    return _scaled(compiled, operands, output, arrays)


def _scaled(
    compiled: "_Contraction", operands: Sequence[Indices], output: Indices, arrays: Sequence[Tensor]
) -> tuple[Tensor, int | Tensor]:
    """Return the result and the exponent of ``contract_scaled`` by a compiled contraction."""
    powers, rows = PowersOfTwo.of(arrays, compiled.sizes), None
    if not powers.needed:
        return compiled(arrays), 0

    def levelled(array: Tensor, labels: Indices) -> Tensor:
        nonlocal rows
        if not (labels[:1] == output[:1] == (-1,)):
            return powers.take(array)
        levels = row_levels(array)
        rows = levels if rows is None else rows + levels
        return shifted(array, -levels)

    result = compiled.through(levelled, [levelled(array, own) for array, own in zip(arrays, operands, strict=True)])
    return result, powers.exponent if rows is None else rows + powers.exponent


def largest_array(operands: Sequence[Indices], output: Indices, shapes: Sequence[tuple[int, ...]]) -> int:
    """Return the number of entries of the largest array that ``contract_indices`` forms, without contracting.

    Args:
        operands: For every array the labels of its axes.
        output: Labels of the result's axes.
        shapes: Shape of every array.

    Raises:
        StructureError: That array needs more than 2 GiB (in float64).
    """
    return _small_enough(tuple(operands), output, tuple(shapes)).largest


@dataclass(frozen=True, eq=False)
class _Contraction:
    """A contraction of labelled arrays as products of two: call it with the arrays.

    Attributes:
        reductions: For every array the einsum that takes its diagonals and sums the indices that it alone has, or None.
        steps: For every product the places of its two operands in the list of arrays, and the product. Both leave the
            list, and the product becomes its last member. The first label of the result comes first wherever it occurs.
        axes: Permutation of the last array to the result, or None.
        flops: Floating-point operations of all products.
        largest: Entries of the largest array formed; of a single array, its own.
        sizes: Sizes of all indices.
    """

    reductions: tuple[str | None, ...]
    steps: tuple[tuple[int, int, Pairwise], ...]
    axes: Indices | None
    flops: float
    largest: int
    sizes: tuple[int, ...]

    def __call__(self, arrays: Sequence[Any]) -> Any:
        if not all(map(_is_light, arrays)):
            return self.through(lambda array, _: array, arrays)
        return torch.from_numpy(np.asarray(self.through(lambda array, _: array, [array.numpy() for array in arrays])))

    def through(self, change: Callable[[Any, Indices], Any], arrays: Sequence[Any]) -> Any:
        """Return the contraction with every product replaced by ``change(product, labels of its axes)``."""
        held = list(arrays)
        for place, text in enumerate(self.reductions):
            if text is not None:
                held[place] = opt_einsum.contract(text, held[place])
        for first, second, pair in self.steps:
            product = pair(held[first], held[second])
            del held[max(first, second)], held[min(first, second)]
            held.append(change(product, pair.indices))
        result = permute(held[0], self.axes)
        if self.steps:
            return result
        return result.clone() if isinstance(result, Tensor) else result.copy()  # not the caller's memory


def _is_light(array: Any) -> bool:
    """Return whether an array is a torch tensor that numpy can take over, where small products start sooner."""
    return (
        isinstance(array, Tensor)
        and array.dtype in (torch.float64, torch.float32)
        and array.device.type == "cpu"
        and not array.requires_grad
    )


@lru_cache(maxsize=512)
def _of_structure(structure: Structure) -> _Contraction:
    return _compiled(structure.core_indices, tuple(range(structure.order)), structure.core_shapes)


@lru_cache(maxsize=512)
def _small_enough(operands: tuple[Indices, ...], output: Indices, shapes: tuple[tuple[int, ...], ...]) -> _Contraction:
    """Return the compiled contraction of labelled arrays of given shapes; refuse one that forms too large an array."""
    found = _compiled(operands, output, shapes)
    if found.largest > MAX_INTERMEDIATE:
        raise StructureError(
            f"This contraction needs an array of {found.largest * 8 / 2**30:.1f} GiB, "
            f"and at most {MAX_INTERMEDIATE * 8 / 2**30:.0f} GiB is allowed. Lower some ranks first."
        )
    return found


def _compiled(operands: Sequence[Indices], output: Indices, shapes: Sequence[tuple[int, ...]]) -> _Contraction:
    """Return the contraction of labelled arrays of given shapes to the labels ``output``."""
    pairs = (zip(own, shape, strict=True) for own, shape in zip(operands, shapes, strict=True))
    sizes = {label: size for pair in pairs for label, size in pair}
    uses = Counter(label for own in operands for label in set(own)) + Counter(output)
    held = [tuple(dict.fromkeys(label for label in own if uses[label] > 1)) for own in operands]
    reductions = tuple(_reduction(own, kept) for own, kept in zip(operands, held, strict=True))
    path = contraction_path(held, output, sizes) if len(held) > 1 else []
    steps, flops, largest = [], 0.0, max(1, math.prod(shapes[0])) if not path else 1
    for pair in path:
        first, second = sorted(pair, key=lambda place: output[:1] != held[place][:1])
        left, right = held[first], held[second]
        del held[max(first, second)], held[min(first, second)]
        uses.subtract((*left, *right))
        step = compile_pair(left, right, {label for label in (*left, *right) if uses[label]}, sizes)
        uses.update(step.indices)
        held.append(step.indices)
        steps.append((first, second, step))
        summed = set(left + right) - set(step.indices)
        flops += (1 + bool(summed)) * math.prod(sizes[label] for label in {*left, *right})
        largest = max(largest, math.prod(step.shape))
    return _Contraction(
        reductions=reductions,
        steps=tuple(steps),
        axes=permutation(held[0], output),
        flops=float(flops),
        largest=largest,
        sizes=tuple(sizes.values()),
    )


def _reduction(own: Indices, kept: Indices) -> str | None:
    """Return the einsum of one array to distinct labels, or None if it has just these."""
    if own == kept:
        return None
    letter = {label: opt_einsum.get_symbol(place) for place, label in enumerate(dict.fromkeys(own))}
    return f"{''.join(map(letter.__getitem__, own))}->{''.join(map(letter.__getitem__, kept))}"
