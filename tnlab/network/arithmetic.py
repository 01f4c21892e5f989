"""Arithmetic of networks: sums, products, norms, parts and mode products, without forming the tensors."""

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
    """Return the network of the sum of two tensors, from networks of one topology; its ranks are the sums of theirs.

    ``round_network`` lowers the ranks again.

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
    """Return the network of a tensor times a number, which multiplies the first core."""
    return Network(network.structure, (network.cores[0] * factor, *network.cores[1:]))


def subtract(first: Network, second: Network) -> Network:
    """Return the network of the difference of two tensors, from networks of one topology; ranks add up.

    Raises:
        StructureError: The modes, legs or bonds differ.
    """
    return add(first, scale(second, -1.0))


def multiply(first: Network, second: Network) -> Network:
    """Return the network of the elementwise (Hadamard) product of two tensors, from networks of one topology.

    Its ranks are the products of theirs.

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
    """Return the inner product of two tensors, given as networks of any topologies over the same modes.

    It is the sum over all entries of the product of the two tensors' entries.

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
    """Return the Frobenius norm of the tensor of a network.

    On a tree it is the norm of the centre of the canonical form, to full precision. With loops or hyper-bonds it is the
    square root of an inner product: where terms cancel to less than about 1e-8 of their size, rounding errors hide it.

    Raises:
        StructureError: The contraction needs an array of more than 2 GiB.
    """
    if is_tree(network.structure):
        return float(torch.linalg.vector_norm(canonical(network).cores[0], dtype=torch.float64))
    return math.sqrt(max(inner(network, network), 0.0))


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def distance(first: Network, second: Network) -> float:
    """Return the Frobenius norm of the difference of two tensors, given as networks over the same modes.

    On two trees of one topology it has full precision. Otherwise it comes from three inner products: a distance below
    about 1e-8 of the norms is hidden by rounding errors.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    if is_tree(first.structure) and _same_topology(first.structure, second.structure):
        return norm(subtract(first, second))
    square = inner(first, first) - 2 * inner(first, second) + inner(second, second)
    return math.sqrt(max(square, 0.0))


def select(network: Network, at: Mapping[int, int | slice]) -> Network:
    """Return the network of a part of its tensor, as ``X[3, :, 2:5]`` selects a part of an array.

    A core whose legs are all fixed becomes latent. The remaining modes keep their order and are numbered from 0.

    Args:
        network: The network of the whole tensor.
        at: By mode the index that fixes the mode, or the slice of it to keep; other modes are kept whole.

    Raises:
        DataError: A mode or an index is out of range, a slice is empty or steps backwards, or every mode is fixed (for
            which ``entries`` serves).
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
    """Return the network of a tensor multiplied along one mode by a matrix (the mode-n product).

    Args:
        network: The network of the tensor.
        mode: Number of the mode.
        matrix: Shape (new size, mode size).

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
    """Return the inner product of two trees of one topology, contracting pairs of cores from the leaves to core 0."""
    structure = first.structure
    kets = list(first.cores)  # each is multiplied by the contracted pairs below it
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
