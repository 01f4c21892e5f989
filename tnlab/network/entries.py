"""Evaluation of single entries of the tensor that a network represents, in batches."""

from collections.abc import Sequence

import torch
from torch import Tensor

from tnlab.errors import DataError
from tnlab.network.contraction import contract_scaled, largest_array
from tnlab.network.network import Network
from tnlab.network.pairwise import Indices
from tnlab.network.powers import times_power
from tnlab.network.structure import Structure

BATCH = 2**22  # entries of the largest array of one batch of index rows: 32 MiB in float64


def entries(network: Network, indices: Tensor | Sequence[Sequence[int]]) -> Tensor:
    """Return single entries of a network's tensor, which is not formed.

    Args:
        network: The network of the tensor.
        indices: One row of mode indices per entry, shape (entries, order); negative ones count from the end.

    Returns:
        Shape (entries,), in the cores' dtype.

    Raises:
        DataError: The indices have another shape, are not whole numbers, or one is out of range.
        StructureError: The contraction needs an array of more than 2 GiB even for one entry.
    """
    structure = network.structure
    rows = _checked_rows(torch.as_tensor(indices, device=network.cores[0].device), structure)
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
        parts.append(times_power(*contract_scaled(operands, output, arrays)))
    return torch.cat(parts) if parts else network.cores[0].new_zeros(0)


def _batched(structure: Structure, core: int) -> Indices:
    """Return the index labels of a core whose legs are fixed per entry: -1 for the batch, then those of its bonds."""
    bonds = tuple(structure.order + bond for bond in structure.core_bonds[core])
    return (-1, *bonds) if structure.cores[core].legs else bonds


def _checked_rows(rows: Tensor, structure: Structure) -> Tensor:
    """Return rows of mode indices as int64, negative ones counted from the end; raise ``DataError`` if unusable."""
    if rows.ndim != 2 or rows.shape[1] != structure.order or rows.is_floating_point() or rows.is_complex():
        raise DataError(
            f"Needed whole indices of shape (entries, {structure.order}), "
            f"but got shape {tuple(rows.shape)} of {str(rows.dtype).removeprefix('torch.')}."
        )
    rows = rows.to(torch.int64)
    sizes = torch.tensor(structure.modes, device=rows.device)
    wrong = ((rows < -sizes) | (rows >= sizes)).nonzero()
    if len(wrong):
        entry, mode = wrong[0].tolist()
        raise DataError(
            f"Index {int(rows[entry, mode])} of entry {entry} is out of range for mode {mode} "
            f"of size {structure.modes[mode]}."
        )
    return torch.where(rows < 0, rows + sizes, rows)
