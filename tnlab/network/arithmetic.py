"""Calculate with networks without forming the tensors they stand for."""

import math
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from tnlab.errors import DataError, StructureError
from tnlab.network.contraction import contract_indices
from tnlab.network.gauge.canonical import canonical
from tnlab.network.graph import axis_of, is_tree, towards
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding
from tnlab.threads import on_one_thread


def add(first: Network, second: Network) -> Network:
    """Return the sum of two networks of one topology; ranks add up (``round_network`` brings them down again).

    Raises:
        StructureError: The modes, legs or bonds differ.

    Example:
        >>> from tnlab.formats import formats
        >>> one = Network.random(formats["tt"].build((4, 4, 4), 2), generator=torch.Generator())
        >>> add(one, one).structure.ranks
        (4, 4)
    """
    structure = first.structure
    _require_same_topology(structure, second.structure)
    if not structure.bonds:
        return Network(structure, (first.cores[0] + second.cores[0],))
    cores = []
    for core, (left, right) in enumerate(zip(first.cores, second.cores, strict=True)):
        legs = len(structure.cores[core].legs)
        shape = [*left.shape[:legs], *(a + b for a, b in zip(left.shape[legs:], right.shape[legs:], strict=True))]
        total = left.new_zeros(shape)
        total[tuple(slice(size) for size in left.shape)] = left
        total[(slice(None),) * legs + tuple(slice(size, None) for size in left.shape[legs:])] = right
        cores.append(total)
    return rebuilt(structure, cores)


def scale(network: Network, factor: float) -> Network:
    """Return the network times a number; its first core carries it."""
    return Network(network.structure, (network.cores[0] * factor, *network.cores[1:]))


def subtract(first: Network, second: Network) -> Network:
    """Return the difference of two networks of one topology; ranks add up.

    Raises:
        StructureError: The modes, legs or bonds differ.
    """
    return add(first, scale(second, -1.0))


def multiply(first: Network, second: Network) -> Network:
    """Return the elementwise (Hadamard) product of two networks of one topology; ranks multiply.

    Raises:
        StructureError: The modes, legs or bonds differ.
    """
    structure = first.structure
    _require_same_topology(structure, second.structure)
    cores = []
    for core, (left, right) in enumerate(zip(first.cores, second.cores, strict=True)):
        legs = len(structure.cores[core].legs)
        ranks = list(zip(left.shape[legs:], right.shape[legs:], strict=True))
        slow = left.reshape(*left.shape[:legs], *(size for a, _ in ranks for size in (a, 1)))
        fast = right.reshape(*right.shape[:legs], *(size for _, b in ranks for size in (1, b)))
        cores.append((slow * fast).reshape(*left.shape[:legs], *(a * b for a, b in ranks)))
    return rebuilt(structure, cores)


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def inner(first: Network, second: Network) -> float:
    """Return the sum of the products of all entries, of two networks over the same modes, of any topologies.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    left, right = first.structure, second.structure
    if left.modes != right.modes:
        raise StructureError(f"An inner product needs the same modes, but they are {left.modes} and {right.modes}.")
    if is_tree(left) and _same_topology(left, right):
        return _tree_inner(first, second)
    shift = len(left.index_sizes) - left.order
    indices = [*left.core_indices]
    indices += [tuple(index + shift * (index >= left.order) for index in own) for own in right.core_indices]
    return float(contract_indices(indices, (), [*first.cores, *second.cores]))


@on_one_thread(lambda network: network.parameters)
def norm(network: Network) -> float:
    """Return the Frobenius norm of the tensor; on a tree to full precision, by its canonical form.

    With loops it is the root of an inner product: a norm below about 1e-8 of what the cores' norms would let it be
    drowns in rounding.

    Raises:
        StructureError: The contraction needs an array of more than 2 GiB.
    """
    if is_tree(network.structure):
        return float(torch.linalg.vector_norm(canonical(network).cores[0], dtype=torch.float64))
    return math.sqrt(max(inner(network, network), 0.0))


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def distance(first: Network, second: Network) -> float:
    """Return the Frobenius norm of the difference; see ``norm`` for its precision: full on trees of one topology.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    if is_tree(first.structure) and _same_topology(first.structure, second.structure):
        return norm(subtract(first, second))
    square = inner(first, first) - 2 * inner(first, second) + inner(second, second)
    return math.sqrt(max(square, 0.0))


def select(network: Network, at: Mapping[int, int | slice]) -> Network:
    """Return the network of a part of the tensor, as ``X[3, :, 2:5]`` does for a tensor.

    A core whose legs are all fixed becomes latent; the modes that remain are numbered anew, in their order.

    Args:
        network: What to take a part of.
        at: For a mode the index to fix it at, or the slice of it to keep; other modes are kept as they are.

    Raises:
        DataError: A mode or an index is out of range, a slice is empty, or no mode would be left (see ``entries``).
    """
    structure = network.structure
    for mode, part in at.items():
        _check_part(structure, mode, part)
    kept = [mode for mode in range(structure.order) if not isinstance(at.get(mode), int)]
    if not kept:
        raise DataError("All modes are fixed, so that no tensor is left; entries() returns single entries.")
    number = {mode: place for place, mode in enumerate(kept)}
    cores, arrays, sizes = [], [], {}
    for core, array in zip(structure.cores, network.cores, strict=True):
        arrays.append(array[tuple(at.get(mode, slice(None)) for mode in core.legs)].clone())
        legs = tuple(number[mode] for mode in core.legs if mode in number)
        cores.append(replace(core, legs=legs))
        sizes.update(zip(legs, arrays[-1].shape, strict=False))
    modes = tuple(sizes[place] for place in range(len(kept)))
    return Network(Structure(modes, tuple(cores), structure.bonds), tuple(arrays))


@on_one_thread(lambda network, *_: network.parameters)
def mode_product(network: Network, mode: int, matrix: Tensor) -> Network:
    """Return the tensor multiplied along a mode by a matrix of shape (new size, mode size).

    Raises:
        DataError: There is no such mode, or the matrix has another number of columns.
    """
    structure = network.structure
    if not 0 <= mode < structure.order or matrix.ndim != 2 or matrix.shape[1] != structure.modes[mode]:
        raise DataError(
            f"Needed a mode from 0 to {structure.order - 1} and a matrix with as many columns as its size, "
            f"but got mode {mode} and shape {tuple(matrix.shape)} for modes {structure.modes}."
        )
    place = next(place for place, core in enumerate(structure.cores) if mode in core.legs)
    axis = structure.cores[place].legs.index(mode)
    cores = list(network.cores)
    cores[place] = fold(matrix @ unfolding(cores[place], axis), cores[place], axis).contiguous()
    modes = (*structure.modes[:mode], matrix.shape[0], *structure.modes[mode + 1 :])
    return Network(replace(structure, modes=modes), tuple(cores))


def _tree_inner(first: Network, second: Network) -> float:
    """Contract two trees of one topology from the leaves to core 0: no array has more than two bonds per bond."""
    structure = first.structure
    kets = list(first.cores)  # each takes up what has been contracted below it
    for core, bond, parent in towards(structure, 0):
        axis = axis_of(structure, core, bond)
        message = unfolding(second.cores[core], axis) @ unfolding(kets[core], axis).T
        absorb(structure, kets, message, bond, parent)
    return float((kets[0] * second.cores[0]).sum())


def _check_part(structure: Structure, mode: int, part: int | slice) -> None:
    if not 0 <= mode < structure.order:
        raise DataError(f"Mode {mode!r} is not one of 0 to {structure.order - 1}.")
    size = structure.modes[mode]
    if isinstance(part, slice):
        if part.step is not None and part.step < 1:
            raise DataError(f"The slice of mode {mode} must step forwards, but has step {part.step}.")
        if not range(*part.indices(size)):
            raise DataError(f"The slice of mode {mode} (size {size}) is empty.")
    elif not -size <= part < size:
        raise DataError(f"Index {part} is out of range for mode {mode} of size {size}.")


def _same_topology(first: Structure, second: Structure) -> bool:
    return (
        first.modes == second.modes
        and first.cores == second.cores
        and [bond.cores for bond in first.bonds] == [bond.cores for bond in second.bonds]
    )


def _require_same_topology(first: Structure, second: Structure) -> None:
    if not _same_topology(first, second):
        raise StructureError(
            "Both networks must have the same modes, legs and bonds, only the ranks may differ, but they are "
            f"{first.einsum} over {first.modes} and {second.einsum} over {second.modes}."
        )
