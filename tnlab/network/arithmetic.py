"""Arithmetic of networks: sums, products, norms, parts and mode products, without forming the tensors."""

import contextlib
import math
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from tnlab.array_like import as_real, real_number, whole
from tnlab.errors import DataError, StructureError
from tnlab.free_memory import require_room
from tnlab.network.contraction import contract_scaled
from tnlab.network.edits import set_ranks
from tnlab.network.gauge.canonical import turned_to
from tnlab.network.gauge.triangles import tree_inner, tree_norm
from tnlab.network.graph import axis_of, is_tree, towards
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo, Scaled, evened
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
    first, second = _of_one_type(first, second)
    if not structure.bonds:
        return Network(structure, (first.cores[0] + second.cores[0],))
    _require_room_for("sum", first, [a + b for a, b in zip(structure.ranks, second.structure.ranks, strict=True)])
    pairs = zip(*_alike(first, second), strict=True)
    cores = []
    for core, (left, right) in enumerate(pairs):
        legs = len(structure.cores[core].legs)
        shape = [*left.shape[:legs], *(a + b for a, b in zip(left.shape[legs:], right.shape[legs:], strict=True))]
        total = left.new_zeros(shape)
        total[tuple(slice(size) for size in left.shape)] = left
        total[(slice(None),) * legs + tuple(slice(size, None) for size in left.shape[legs:])] = right
        cores.append(total)
    return rebuilt(structure, cores)


def scale(network: Network, factor: float) -> Network:
    """Return the network of a tensor times a number.

    It multiplies the first core; where that would leave the range of floats, all cores share a power of two.
    """
    factor = real_number(factor, "The factor")
    mantissa, exponent = math.frexp(factor)
    powers = PowersOfTwo.of(network.cores[:1], (), abs(exponent))
    if not math.isfinite(factor) or not powers.needed:
        return Network(network.structure, (network.cores[0] * factor, *network.cores[1:]))
    cores = [powers.take(core) for core in network.cores]
    powers.exponent += exponent
    return Network(network.structure, tuple(powers.give([cores[0] * mantissa, *cores[1:]])))


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
    first, second = _of_one_type(first, second)
    _require_room_for("product", first, [a * b for a, b in zip(structure.ranks, second.structure.ranks, strict=True)])
    pairs = zip(*_alike(first, second), strict=True)
    cores = []
    for core, (left, right) in enumerate(pairs):
        legs = len(structure.cores[core].legs)
        ranks = list(zip(left.shape[legs:], right.shape[legs:], strict=True))
        slow = left.reshape(*left.shape[:legs], *(size for a, _ in ranks for size in (a, 1)))
        fast = right.reshape(*right.shape[:legs], *(size for _, b in ranks for size in (1, b)))
        cores.append((slow * fast).reshape(*left.shape[:legs], *(a * b for a, b in ranks)))
    return rebuilt(structure, cores)


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def inner(first: Network, second: Network) -> float:
    """Return the inner product of two tensors, given as networks of any topologies over the same modes.

    It is the sum over all entries of the product of the two tensors' entries. Where that is outside the range of floats
    it is infinite or 0, and ``log_inner`` has its logarithm.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    return _inner(first, second).value


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def log_inner(first: Network, second: Network) -> tuple[float, float]:
    """Return the sign of the inner product of two networks, and the natural logarithm of its absolute value.

    The sign is 1.0, -1.0, or 0.0 with the logarithm ``-inf``, as for ``torch.linalg.slogdet``.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    number = _inner(first, second)
    return math.copysign(1.0, number.mantissa) if number.mantissa else 0.0, number.log


@on_one_thread(lambda network: network.parameters)
def norm(network: Network) -> float:
    """Return the Frobenius norm of the tensor of a network.

    On a tree it has full precision. With loops or hyper-bonds it is the
    square root of an inner product: where terms cancel to less than about 1e-8 of their size, rounding errors hide it.
    Where the norm is outside the range of floats it is infinite or 0, and ``log_norm`` has its logarithm.

    Raises:
        StructureError: The contraction needs an array of more than 2 GiB.
    """
    return scaled_norm(network).value


@on_one_thread(lambda network: network.parameters)
def log_norm(network: Network) -> float:
    """Return the natural logarithm of the Frobenius norm of the tensor of a network; ``-inf`` for zero.

    Raises:
        StructureError: The contraction needs an array of more than 2 GiB.

    Example:
        >>> from tnlab.formats import formats
        >>> ones = formats["tt"].build((2,) * 2000, 1)
        >>> chain = Network(ones, tuple(torch.ones(shape) for shape in ones.core_shapes))
        >>> f"{norm(chain):.6g}", round(log_norm(chain) / math.log(2))
        ('1.07151e+301', 1000)
    """
    return scaled_norm(network).log


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def distance(first: Network, second: Network) -> float:
    """Return the Frobenius norm of the difference of two tensors, given as networks over the same modes.

    On two trees of one topology it has full precision. Otherwise it comes from three inner products: a distance below
    about 1e-8 of the norms is hidden by rounding errors. Where it is outside the range of floats it is infinite or 0.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    return _distance(first, second).value


@on_one_thread(lambda first, second: first.parameters + second.parameters)
def relative_distance(first: Network, second: Network) -> float:
    """Return the ``distance`` of two tensors over the norm of the first; both may be outside the range of floats.

    Args:
        first: The network that counts as exact.
        second: A network over the same modes.

    Returns:
        0.0 if both are zero; infinity if only the first is.

    Raises:
        StructureError: The modes differ, or the contraction needs an array of more than 2 GiB.
    """
    apart, size = _distance(first, second), scaled_norm(first)
    if not size.mantissa:
        return math.inf if apart.mantissa else 0.0
    return apart.over(size)


def scaled_norm(network: Network) -> Scaled:
    """Return the Frobenius norm of the tensor of a network as a float times a power of two."""
    network = network.to(torch.float64)
    if is_tree(network.structure):
        try:
            return Scaled(tree_norm(network))
        except FloatingPointError:
            cores, powers = turned_to(network, 0)
        return Scaled(float(torch.linalg.vector_norm(cores[0])), powers.exponent)
    return _inner(network, network).root()


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
    at = {whole(mode): part if isinstance(part, slice) else whole(part) for mode, part in at.items()}
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
        matrix: An array of shape (new size, mode size); one of float64 makes cores of float64.

    Raises:
        ComplexError: The matrix is complex.
        DataError: There is no such mode, or the matrix has another number of columns.
    """
    structure, mode = network.structure, whole(mode)
    matrix = as_real(matrix, "The matrix")
    dtype = torch.promote_types(matrix.dtype, network.cores[0].dtype)
    network, matrix = network.to(dtype), matrix.to(network.cores[0].device, dtype)
    if not 0 <= mode < structure.order or matrix.ndim != 2 or matrix.shape[1] != structure.modes[mode]:
        raise DataError(
            f"Needed a mode from 0 to {structure.order - 1} and a matrix with as many columns as its size, "
            f"but got mode {mode} and shape {tuple(matrix.shape)} for modes {structure.modes}."
        )
    place = next(place for place, core in enumerate(structure.cores) if mode in core.legs)
    axis = structure.cores[place].legs.index(mode)
    powers = PowersOfTwo.of([network.cores[place], matrix], (matrix.shape[1],))
    cores = [powers.take(core) for core in network.cores]
    cores[place] = fold(powers.take(matrix) @ unfolding(cores[place], axis), cores[place], axis).contiguous()
    modes = (*structure.modes[:mode], matrix.shape[0], *structure.modes[mode + 1 :])
    return Network(replace(structure, modes=modes), tuple(powers.give(cores)))


def _inner(first: Network, second: Network) -> Scaled:
    """Return the inner product of two tensors, evaluated in float64, as a float times a power of two."""
    first, second = first.to(torch.float64), second.to(torch.float64)
    left, right = first.structure, second.structure
    if left.modes != right.modes:
        raise StructureError(f"An inner product needs the same modes, but they are {left.modes} and {right.modes}.")
    if is_tree(left) and _same_topology(left, right):
        return _tree_inner(first, second)
    shift = len(left.index_sizes) - left.order
    indices = [*left.core_indices]
    indices += [tuple(index + shift * (index >= left.order) for index in own) for own in right.core_indices]
    result, exponent = contract_scaled(indices, (), [*first.cores, *second.cores])
    return Scaled(float(result), int(exponent))


def _tree_inner(first: Network, second: Network) -> Scaled:
    """Return the inner product of two trees of one topology, contracting pairs of cores from the leaves to core 0."""
    with contextlib.suppress(FloatingPointError):
        return Scaled(tree_inner(first, second))
    structure = first.structure
    sizes = (*structure.index_sizes, *second.structure.ranks)
    powers = PowersOfTwo.of([*first.cores, *second.cores], sizes)
    kets, bras = ([powers.take(core) for core in network.cores] for network in (first, second))
    for core, bond, parent in towards(structure, 0):  # each ket is multiplied by the contracted pairs below it
        axis = axis_of(structure, core, bond)
        message = unfolding(bras[core], axis) @ unfolding(kets[core], axis).T
        absorb(structure, kets, message, bond, parent)
        kets[parent] = powers.take(kets[parent])
    return Scaled(float((kets[0] * bras[0]).sum()), powers.exponent)


def _distance(first: Network, second: Network) -> Scaled:
    """Return the Frobenius norm of the difference of two tensors as a float times a power of two."""
    if is_tree(first.structure) and _same_topology(first.structure, second.structure):
        return scaled_norm(subtract(first, second))
    crossed = _inner(first, second).times(-2.0)
    return _inner(first, first).plus(crossed).plus(_inner(second, second)).root()


def _of_one_type(first: Network, second: Network) -> tuple[Network, Network]:
    """Return two networks with cores of the wider of their types."""
    dtype = torch.promote_types(first.cores[0].dtype, second.cores[0].dtype)
    return first.to(dtype), second.to(dtype)


def _alike(first: Network, second: Network) -> list[tuple[Tensor, ...]]:
    """Return the cores of two networks of one topology, with even sizes where products might leave the range.

    No partial product of one then hides that of the other.
    """
    sizes = (*first.structure.index_sizes, *second.structure.ranks)
    if not PowersOfTwo.of([*first.cores, *second.cores], sizes).needed:
        return [first.cores, second.cores]
    return [tuple(evened(network.cores)) for network in (first, second)]


def _require_room_for(what: str, first: Network, ranks: list[int]) -> None:
    """Raise a ``StructureError`` unless there is memory for a network of the topology of ``first`` with given ranks."""
    parameters = set_ranks(first.structure, ranks).parameters
    instead = "Lower ranks first: round_network() does."
    require_room(parameters, first.cores[0], f"The {what} of these networks, of {parameters:.3g} parameters,", instead)


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
