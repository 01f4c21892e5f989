"""Arrays, numpy or torch, as the cores of a structure: axes in its order, zeros up to its ranks."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tnlab.network.network import Network
from tnlab.network.structure import Structure


def permuted(array: Any, axes: Sequence[int]) -> Any:
    """Return a view of an array with its axes in the order ``axes``."""
    return array.transpose(axes) if isinstance(array, np.ndarray) else array.permute(*axes)


def padded(array: Any, shape: Sequence[int]) -> Any:
    """Return an array, contiguous, with zeros behind its entries up to a shape; copied only if need be."""
    if tuple(array.shape) == tuple(shape):
        return np.asarray(array, order="C") if isinstance(array, np.ndarray) else array.contiguous()
    full = np.zeros(shape, array.dtype) if isinstance(array, np.ndarray) else array.new_zeros(shape)
    full[tuple(slice(size) for size in array.shape)] = array
    return full


def as_core(array: Any, labels: Sequence[int], structure: Structure, core: int) -> Any:
    """Return an array as a core of a structure: axes in the core's order, padded by zeros to its ranks.

    Args:
        array: One axis for every index of the core, none longer than the structure says.
        labels: The indices that its axes are: mode ``m`` is ``m``, bond ``b`` is ``order + b``.
        structure: The structure.
        core: Index of the core.
    """
    axes = [labels.index(label) for label in structure.core_indices[core]]
    return padded(permuted(array, axes), structure.core_shapes[core])


def padded_network(network: Network, structure: Structure) -> Network:
    """Return the same tensor as a network of a structure with larger ranks, the cores padded by zeros.

    Args:
        network: The network.
        structure: Its cores and bonds, with ranks at least as large.
    """
    shapes = structure.core_shapes
    return Network(structure, tuple(padded(core, shape) for core, shape in zip(network.cores, shapes, strict=True)))
