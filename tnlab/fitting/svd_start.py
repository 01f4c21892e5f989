"""Starting cores of a fit, from a sequence of truncated SVDs of the tensor.

References:
    Oseledets 2011 (TT-SVD): https://doi.org/10.1137/090752286
    Zhao 2016 (TR-SVD): https://arxiv.org/abs/1606.05535
    Halko 2011 (random sketches): https://doi.org/10.1137/090771806
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.fitting.unfolding_svd import Sketch, Unfolding, range_basis
from tnlab.interrupt import checkpoint
from tnlab.network.core_arrays import padded
from tnlab.network.network import Network
from tnlab.network.structure import Structure

LARGE = 2**22  # entries (32 MiB in float64) up to which a start is computed in float64, else in the dtype of the data
WIDE = 1024  # rows of a Gram matrix above which a random sketch replaces it: all its eigenvectors take cubic time
PART = 2**21  # entries of a matrix in one product of a sum over its columns: a step of a fit that can be stopped
SPARE = 10  # columns of a random sketch beyond those asked for (oversampling of Halko 2011)
NOISE = 0.01  # noise in units of a core's root mean square: alternating least squares never leaves an exact zero
TINY = 1e-300  # lifts the root mean square of a zero core above zero


def starting_network(
    tensor: Tensor, structure: Structure, init: str | Network, *, generator: torch.Generator
) -> Network:
    """Return the network that a fit starts from, in the tensor's dtype and on its device.

    Args:
        tensor: The data, of shape ``structure.modes``.
        structure: The structure to start.
        init: ``"svd"``, ``"random"`` or a network of this structure.
        generator: The only source of randomness.

    Raises:
        StructureError: ``init`` is a network of another structure.
        ValueError: ``init`` is another word.
    """
    if isinstance(init, Network):
        if init.structure != structure:
            raise StructureError("The starting network must have the structure to be fitted; use warm_start first.")
        return init.to(tensor.dtype, tensor.device)
    if init == "svd":
        start = svd_start(tensor, structure, generator=generator)
    elif init == "random":
        start = Network.random(structure, generator=generator)
    else:
        raise ValueError(f"init must be 'svd', 'random' or a Network, but is {init!r}.")
    return start.to(tensor.dtype, tensor.device)


def svd_start(tensor: Tensor, structure: Structure, *, generator: torch.Generator) -> Network:
    """Return float64 cores from truncated SVDs that split off one core after the other.

    The remainder keeps every bond between split and unsplit cores as an axis, so that this works on any graph. Next
    comes the core whose outgoing bonds exceed its rows the least. With hyper-bonds every core takes instead the leading
    singular vectors of its own unfolding, or the identity where it copies its mode to a hyper-bond of larger cores.

    Args:
        tensor: The data, of shape ``structure.modes``.
        structure: The structure to start.
        generator: Source of the entries that no SVD determines, and of 1 % of noise on all.
    """
    if tensor.numel() <= LARGE:  # beyond, a copy costs more than a start is worth
        tensor = tensor.to(torch.float64)
    if structure.has_hyper_bonds:
        cores = [_own_unfolding(tensor, structure, core, generator) for core in range(len(structure.cores))]
    else:
        cores = _split_off(tensor, structure, generator)
    device = tensor.device
    cores = [core.to(torch.float64) for core in cores]
    noise = [torch.randn(core.shape, generator=generator, dtype=torch.float64).to(device) for core in cores]
    return Network(structure, tuple(c + NOISE * (_rms(c) + TINY) * n for c, n in zip(cores, noise, strict=True)))


def start_entries(structure: Structure) -> int:
    """Return the most entries that the arrays of ``svd_start`` have at a time, the tensor not counted."""
    if structure.has_hyper_bonds:
        return structure.size
    most, before = 0, 0
    for split in _splits(structure):
        rows, passed = math.prod(split.sizes[i] for i in split.inward), math.prod(split.sizes[i] for i in split.passed)
        after = math.prod(split.sizes[i] for i in split.outward) * passed
        most = max(most, before + rows * passed, rows * passed + after)
        before = after
    return most


@dataclass(frozen=True)
class _Split:
    """One core to split off the remainder of the tensor.

    Attributes:
        core: Index of the core.
        inward: Labels of its indices that are axes of the remainder: its rows.
        outward: Labels of its bonds to unsplit cores: its columns.
        passed: Labels of the other axes of the remainder.
        sizes: Size of every index by its label.
    """

    core: int
    inward: list[int]
    outward: list[int]
    passed: list[int]
    sizes: list[int]


def _splits(structure: Structure) -> Iterator[_Split]:
    """Yield every core but the last in the order in which it is split off."""
    axes = list(range(structure.order))  # labels of the remainder's axes
    left = set(range(len(structure.cores)))
    sizes = list(structure.index_sizes)  # of bonds: as much of the rank as the SVD can fill
    while len(left) > 1:
        core = min(left, key=lambda place: _strain(structure, place, set(axes)))
        inward = [index for index in structure.core_indices[core] if index in axes]
        outward = [index for index in structure.core_indices[core] if index not in axes]
        passed = [index for index in axes if index not in inward]
        rows = math.prod(sizes[index] for index in inward)
        for index, size in zip(outward, _shares([sizes[index] for index in outward], rows), strict=True):
            sizes[index] = size
        yield _Split(core=core, inward=inward, outward=outward, passed=passed, sizes=list(sizes))
        axes = [*outward, *passed]
        left.remove(core)


def _split_off(tensor: Tensor, structure: Structure, generator: torch.Generator) -> list[Tensor]:
    cores: dict[int, Tensor] = {}
    axes, rest, sizes = list(range(structure.order)), tensor, list(structure.index_sizes)
    for split in _splits(structure):
        checkpoint()
        sizes = split.sizes
        rows = math.prod(sizes[index] for index in split.inward)
        rank = math.prod(sizes[index] for index in split.outward)
        rest = rest.permute([axes.index(index) for index in (*split.inward, *split.passed)]).reshape(rows, -1)
        basis = padded(_leading_vectors(rest, min(rows, rank), generator), (rows, rank))
        rest = (basis.T @ rest).reshape([sizes[index] for index in (*split.outward, *split.passed)])
        axes = [*split.outward, *split.passed]
        cores[split.core] = _in_order(basis, [*split.inward, *split.outward], structure.core_indices[split.core], sizes)
    last = next(core for core in range(len(structure.cores)) if core not in cores)
    cores[last] = _in_order(rest, axes, structure.core_indices[last], sizes)
    return [padded(cores[core], structure.core_shapes[core]) for core in range(len(structure.cores))]


def _shares(ranks: list[int], rows: int) -> list[int]:
    """Return the part of each rank to fill: raised evenly from 1 until their product is at least the number of rows."""
    shares = [1] * len(ranks)
    while math.prod(shares) < rows and shares != ranks:
        least = min((place for place in range(len(ranks)) if shares[place] < ranks[place]), key=shares.__getitem__)
        shares[least] += 1
    return shares


def _strain(structure: Structure, core: int, axes: set[int]) -> tuple[float, float, int]:
    """Return a sort key of the next core to split: log(columns / rows) if positive, log(columns), its index."""
    rows = outgoing = 0.0
    for index in structure.core_indices[core]:
        if index in axes:
            rows += math.log(structure.index_sizes[index])
        else:
            outgoing += math.log(structure.index_sizes[index])
    return round(max(0.0, outgoing - rows), 9), outgoing, core


def _own_unfolding(tensor: Tensor, structure: Structure, core: int, generator: torch.Generator) -> Tensor:
    checkpoint()
    legs, shape = structure.cores[core].legs, structure.core_shapes[core]
    if _copies(structure, core):
        return torch.eye(shape[0], dtype=torch.float64, device=tensor.device)
    rows = math.prod(shape[: len(legs)])
    columns = math.prod(shape[len(legs) :])
    filled = torch.randn(rows, columns, generator=generator, dtype=torch.float64).to(tensor.device) / math.sqrt(rows)
    if legs:
        rest = [mode for mode in range(structure.order) if mode not in legs]
        used = min(rows, columns)
        filled[:, :used] = _leading_vectors(tensor.permute([*legs, *rest]).reshape(rows, -1), used, generator)
    return filled.reshape(shape)


def _copies(structure: Structure, core: int) -> bool:
    """Return whether a core only copies its mode: square, from a leg to a hyper-bond of cores that have more bonds."""
    bonds = structure.core_bonds[core]
    if len(structure.cores[core].legs) != 1 or len(bonds) != 1 or len(set(structure.core_shapes[core])) != 1:
        return False
    joined = structure.bonds[bonds[0]].cores
    return len(joined) > 2 and all(len(structure.core_bonds[other]) > 1 for other in joined if other != core)


def _leading_vectors(matrix: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Return the leading left singular vectors of a matrix, (rows, count), to the accuracy that a start needs.

    They are eigenvectors of the Gram matrix of the smaller side, formed in the dtype of the matrix, which takes half
    the memory for float32; of large matrices, of a random sketch.
    """
    rows, columns = matrix.shape
    if min(rows, columns) > WIDE and 4 * (count + SPARE) <= min(rows, columns):
        basis = range_basis(Unfolding(matrix[None]), count + SPARE, Sketch(generator)).to(matrix.dtype)
        return basis @ _leading_vectors(basis.T @ matrix, count, generator)
    if rows <= columns:
        return torch.linalg.eigh(_gram(matrix))[1].flip(1)[:, :count]
    vectors = torch.linalg.eigh(_gram(matrix.T))[1].flip(1)[:, :count]
    return padded(torch.linalg.qr(matrix @ vectors)[0], (rows, count))


def _gram(matrix: Tensor) -> Tensor:
    """Return the Gram matrix of the rows, summed over parts of the columns."""
    total = torch.zeros(len(matrix), len(matrix), dtype=matrix.dtype, device=matrix.device)
    for part in matrix.split(max(PART // len(matrix), 1), dim=1):
        checkpoint()
        total.addmm_(part, part.T)
    return total


def _in_order(array: Tensor, labels: list[int], wanted: tuple[int, ...], sizes: Sequence[int]) -> Tensor:
    return array.reshape([sizes[label] for label in labels]).permute([labels.index(label) for label in wanted])


def _rms(core: Tensor) -> Tensor:
    return core.square().mean().sqrt()
