"""Evaluation of single entries of the tensor that a network represents, in batches."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tnlab.array_like import whole_indices
from tnlab.errors import DataError
from tnlab.metrics import shifted
from tnlab.network.contraction import contract_scaled, largest_array
from tnlab.network.graph import is_tree, towards
from tnlab.network.network import Network
from tnlab.network.pairwise import Indices
from tnlab.network.powers import PowersOfTwo
from tnlab.network.structure import Structure

GROUP = 8  # entries with the same index of a mode, from which a product of matrices is faster than one per entry
BLOCK = 2**13  # entries whose vectors stay in a cache
BATCH = 2**22  # entries of the largest array of one batch of index rows: 32 MiB in float64


def entries(network: Network, indices: Any) -> Tensor:
    """Return single entries of a network's tensor, which is not formed.

    Args:
        network: The network of the tensor.
        indices: One row of mode indices per entry, an array of any library, shape (entries, order); negative ones
            count from the end.

    Returns:
        Shape (entries,), in the cores' dtype.

    Raises:
        DataError: The indices have another shape, are not whole numbers, or one is out of range.
        StructureError: The contraction needs an array of more than 2 GiB even for one entry.
    """
    structure = network.structure
    rows = _checked_rows(whole_indices(indices).to(network.cores[0].device), structure)
    in_range = not PowersOfTwo.of(network.cores, structure.index_sizes).needed
    if structure.size <= len(rows) and in_range:
        return network.to_tensor()[tuple(rows.T)]
    if len(rows) >= GROUP * max(structure.modes) and is_tree(structure) and in_range and _are_plain(network):
        arrays = [core.numpy() for core in network.cores]
        step = max(BLOCK, GROUP * max(structure.modes))
        return torch.cat([torch.from_numpy(_tree_entries(structure, arrays, r.numpy())) for r in rows.split(step)])
    operands = [_batched(structure, core) for core in range(len(structure.cores))]
    output: Indices = (-1,)
    sizes = {structure.order + bond: rank for bond, rank in enumerate(structure.ranks)} | {-1: 1}
    step = max(1, BATCH // largest_array(operands, output, [tuple(sizes[i] for i in own) for own in operands]))
    parts = []
    for block in rows.split(step):
        arrays = [
            array[tuple(block[:, mode] for mode in core.legs)] if core.legs else array
            for core, array in zip(structure.cores, network.cores, strict=True)
        ]
        parts.append(shifted(*contract_scaled(operands, output, arrays)))
    return torch.cat(parts) if parts else network.cores[0].new_zeros(0)


def _are_plain(network: Network) -> bool:
    """Return whether numpy can take over the cores."""
    plain = all(core.device.type == "cpu" and not core.requires_grad for core in network.cores)
    return plain and all(core.dtype in (torch.float64, torch.float32) for core in network.cores)


def _tree_entries(structure: Structure, arrays: list[Any], rows: Any) -> Any:
    """Return entries of a tree: one vector per entry goes from every core to the next, entries of equal index together.

    They are sorted by the index of each core, so that every slice of the core multiplies a matrix once.
    """
    root = len(structure.cores) - 1
    sent: dict[int, tuple[Any, Any]] = {}  # by bond: vectors in some order of the entries, and that order
    for core, bond, _ in (*towards(structure, root), (root, -1, -1)):
        below = [other for other in structure.core_bonds[core] if other != bond]
        legs = structure.cores[core].legs
        ends = [structure.core_bonds[core].index(other) + len(legs) for other in (*below, bond) if other >= 0]
        array = arrays[core].transpose(*range(len(legs)), *ends)
        sizes = [structure.modes[mode] for mode in legs]
        width = 1 if bond < 0 else structure.ranks[bond]
        array = array.reshape(math.prod(sizes), -1, width)
        index: Any = np.ravel_multi_index([rows[:, mode] for mode in legs], sizes) if legs else np.zeros(len(rows), int)
        vectors, order = _joined([sent.pop(other) for other in below])
        if vectors is None:
            sent[bond] = array[index, 0], np.arange(len(rows))
            continue
        own = index[order]
        turn = np.argsort(own.astype(np.min_scalar_type(len(array))), kind="stable")
        vectors, order = vectors[turn], order[turn]
        product, start = np.empty((len(rows), width), array.dtype), 0
        for place, count in enumerate(np.bincount(own, minlength=len(array))):
            np.matmul(vectors[start : start + count], array[place], out=product[start : start + count])
            start += count
        sent[bond] = product, order
    vectors, order = sent[-1]
    result = np.empty_like(vectors[:, 0])
    result[order] = vectors[:, 0]
    return result


def _joined(parts: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    """Return the products of the vectors of each entry, in the order of the first part; None where there are none."""
    vectors, order = parts[0] if parts else (None, np.arange(0))
    for others, turned in parts[1:]:
        assert vectors is not None
        place = np.empty_like(turned)
        place[turned] = np.arange(len(turned))
        vectors = (vectors[:, :, None] * others[place[order]][:, None, :]).reshape(len(vectors), -1)
    return vectors, order


def _batched(structure: Structure, core: int) -> Indices:
    """Return the index labels of a core whose legs are fixed per entry: -1 for the batch, then those of its bonds."""
    bonds = tuple(structure.order + bond for bond in structure.core_bonds[core])
    return (-1, *bonds) if structure.cores[core].legs else bonds


def _checked_rows(rows: Tensor, structure: Structure) -> Tensor:
    """Return rows of mode indices as int64, negative ones counted from the end; raise ``DataError`` if unusable."""
    if rows.ndim != 2 or rows.shape[1] != structure.order:
        raise DataError(
            f"Needed whole indices of shape (entries, {structure.order}), but got shape {tuple(rows.shape)}."
        )
    sizes = torch.tensor(structure.modes, device=rows.device)
    wrong = ((rows < -sizes) | (rows >= sizes)).nonzero()
    if len(wrong):
        entry, mode = wrong[0].tolist()
        raise DataError(
            f"Index {int(rows[entry, mode])} of entry {entry} is out of range for mode {mode} "
            f"of size {structure.modes[mode]}."
        )
    return torch.where(rows < 0, rows + sizes, rows)
