"""Convert a network to arrays with an einsum expression, and any einsum contraction of arrays to a network."""

from collections import Counter
from collections.abc import Hashable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tnlab.array_like import as_real
from tnlab.errors import DataError, StructureError
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure

Labels = list[Hashable]


def to_einsum(network: Network) -> tuple[str, list[np.ndarray]]:
    """Return the einsum expression of a network and its operands, the cores as numpy arrays.

    ``numpy.einsum`` evaluates it for up to 52 modes and bonds in all, ``opt_einsum.contract`` for more.

    Example:
        >>> ones = torch.ones(2, 3)
        >>> expression, operands = to_einsum(from_einsum("ab,cb->ac", [ones, ones]))
        >>> expression, np.einsum(expression, *operands).tolist()
        ('ac,bc->ab', [[3.0, 3.0], [3.0, 3.0]])
    """
    return network.structure.einsum, [core.detach().cpu().numpy().copy() for core in network.cores]


def from_einsum(expression: str, operands: Sequence[Any]) -> Network:
    """Return the network that an einsum expression contracts, one core per operand.

    All expressions of numpy's einsum are allowed except those with ``...``; ``from_indices`` says how repeated and
    summed letters are handled. Without ``->`` the letters that appear once are the modes, in alphabetical order.

    Args:
        expression: Such as ``"ab,bc->ac"``; spaces are ignored.
        operands: One array or tensor per operand.

    Raises:
        StructureError: The expression cannot be read or leaves no mode.
        ComplexError: An operand is complex.
        DataError: An operand does not have the axes or sizes that the expression says.
    """
    plain = "".join(expression.split())
    if "." in plain:
        raise StructureError("'...' stands for unnamed modes, but a network names each: write a letter for each.")
    left, arrow, right = plain.partition("->")
    if "->" in right or "," in right:
        raise StructureError(f"An einsum expression has one '->' with the modes after it, but {expression!r:.200} not.")
    letters = Counter(left.replace(",", ""))
    outer = right if arrow else "".join(sorted(letter for letter in letters if letters[letter] == 1))
    return from_indices(operands, left.split(","), outer)


def from_indices(operands: Sequence[Any], indices: Sequence[Sequence[Hashable]], outer: Sequence[Hashable]) -> Network:
    """Return the network of arrays whose axes are labelled: axes with the same label are one index.

    A label that one operand has twice selects its diagonal. A label that a single operand has and that is no mode is
    summed over. A mode that several operands share is carried by an additional core, the identity matrix, which a
    hyper-bond joins to them. Operands without axes multiply the first core. Parts of the network without a common index
    are joined by bonds of rank 1.

    Args:
        operands: Arrays or tensors, at least one with an axis.
        indices: The labels of the axes of every operand.
        outer: The labels of the modes, in their order.

    Raises:
        StructureError: There is no mode, or one that no operand has.
        ComplexError: An operand is complex.
        DataError: An operand has another number of axes than labels, or two sizes for one label.
    """
    if len(operands) != len(indices):
        raise DataError(f"There are labels for {len(indices)} operands, but {len(operands)} operands.")
    tensors = _same_dtype([as_real(one, f"Operand {place}") for place, one in enumerate(operands, start=1)])
    labels = [list(own) for own in indices]
    _check(tensors, labels, list(outer))
    once = Counter(label for own in labels for label in set(own))
    for place, own in enumerate(labels):
        tensors[place], labels[place] = _simplified(tensors[place], own, {x for x in once if once[x] == 1} - {*outer})
    for mode in outer:
        if once[mode] > 1:
            _copy(tensors, labels, mode)
    scalars = [tensor for tensor, own in zip(tensors, labels, strict=True) if not own]
    kept = [(tensor, own) for tensor, own in zip(tensors, labels, strict=True) if own]
    tensors, labels = [tensor for tensor, _ in kept], [own for _, own in kept]
    tensors[0] = reduce(torch.mul, scalars, tensors[0])
    _connect(tensors, labels)
    return _network(tensors, labels, list(outer))


def _same_dtype(tensors: list[Tensor]) -> list[Tensor]:
    wide = reduce(torch.promote_types, (tensor.dtype for tensor in tensors), torch.float32) if tensors else None
    only = {tensor.dtype for tensor in tensors}
    return tensors if len(only) == 1 else [tensor.to(wide) for tensor in tensors]


def _check(tensors: list[Tensor], labels: list[Labels], outer: Labels) -> None:
    sizes: dict[Hashable, int] = {}
    for place, (tensor, own) in enumerate(zip(tensors, labels, strict=True), start=1):
        if tensor.ndim != len(own):
            raise DataError(f"Operand {place} has labels for {len(own)} axes, but {tensor.ndim} axes.")
        for label, size in zip(own, tensor.shape, strict=True):
            if sizes.setdefault(label, size) != size:
                raise DataError(f"Index {label!r} has size {sizes[label]}, but in operand {place} size {size}.")
    if not outer:
        raise StructureError("A network needs a mode, but all indices are summed; contract it instead.")
    for label, count in Counter(outer).items():
        if count > 1:
            raise StructureError(f"Index {label!r} appears {count} times among the modes, not once.")
        if label not in sizes:
            raise StructureError(f"Index {label!r} is a mode, but in no operand.")


def _simplified(tensor: Tensor, labels: Labels, summed: set[Hashable]) -> tuple[Tensor, Labels]:
    """Take the diagonal of a tensor over each repeated label and sum it over the labels in ``summed``.

    Returns:
        The tensor and the labels of its axes.
    """
    labels = list(labels)
    for label in [label for label, count in Counter(labels).items() for _ in range(count - 1)]:
        first = labels.index(label)
        tensor = tensor.diagonal(dim1=first, dim2=labels.index(label, first + 1))
        labels.remove(label)
        labels.remove(label)
        labels.append(label)
    alone = [axis for axis, label in enumerate(labels) if label in summed]
    return (tensor.sum(dim=alone) if alone else tensor), [label for label in labels if label not in summed]


def _copy(tensors: list[Tensor], labels: list[Labels], mode: Hashable) -> None:
    """Relabel a mode that several tensors share as a bond, in place, and append an identity that carries the mode."""
    joined = ("copies of", mode)
    owner = next(place for place, own in enumerate(labels) if mode in own)
    size = tensors[owner].shape[labels[owner].index(mode)]
    labels[:] = [[joined if label == mode else label for label in own] for own in labels]
    tensors.append(torch.eye(size, dtype=tensors[owner].dtype, device=tensors[owner].device))
    labels.append([mode, joined])


def _connect(tensors: list[Tensor], labels: list[Labels]) -> None:
    """Join every part of the network that shares no label with the first to tensor 0, by a bond of rank 1, in place."""
    reached, waiting, turn = set(labels[0]), set(range(1, len(labels))), 0
    while waiting:
        near = next((place for place in waiting if reached.intersection(labels[place])), None)
        if near is None:
            near = min(waiting)
            for place in (0, near):
                tensors[place] = tensors[place].unsqueeze(-1)
                labels[place] = [*labels[place], ("joins part", turn)]
            turn += 1
        reached.update(labels[near])
        waiting.remove(near)


def _network(tensors: list[Tensor], labels: list[Labels], outer: Labels) -> Network:
    """Build the network of labelled tensors, with each tensor's axes permuted to a core's order: legs, then bonds."""
    bonds = list(dict.fromkeys(label for own in labels for label in own if label not in outer))
    sizes = {
        label: size
        for tensor, own in zip(tensors, labels, strict=True)
        for label, size in zip(own, tensor.shape, strict=True)
    }
    structure = Structure(
        tuple(sizes[label] for label in outer),
        tuple(Core(tuple(outer.index(label) for label in own if label in outer)) for own in labels),
        tuple(Bond(tuple(c for c, own in enumerate(labels) if label in own), sizes[label]) for label in bonds),
    )
    order = [*outer, *bonds]
    wanted = [[order[index] for index in own] for own in structure.core_indices]
    cores = (
        t.permute([own.index(label) for label in axes]) for t, own, axes in zip(tensors, labels, wanted, strict=True)
    )
    copies = (core.clone(memory_format=torch.contiguous_format) for core in cores)  # not the caller's memory
    return Network(structure, tuple(copies))
