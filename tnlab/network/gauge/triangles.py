"""Sweeps over a tree that contract its cores towards one of them, the root: norms, inner products, triangular factors.

A subtree enters a norm only by the triangular factor R of its unfolding: it is an isometry times R. So no isometry is
formed. On a CPU the sweeps run in numpy, where small products start sooner, and in float64.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from scipy.linalg import lapack

from tnlab.network.graph import axis_of, towards
from tnlab.network.network import Network
from tnlab.network.pairwise import permute
from tnlab.network.structure import Structure

LAPACK: Any = lapack  # whose functions type checkers do not see
LIGHT = 2**18  # parameters up to which numpy is faster than torch, which starts later and multiplies sooner
WELL = 0.01  # times the size of a Gram matrix, its least reciprocal condition number: two of sixteen digits are lost
PANEL = 32  # columns of a QR decomposition that are reduced together
LOW, HIGH = 1e-100, 1e100  # norms whose squares, and their products with a core, stay in the range of floats


def double_arrays(network: Network) -> list[Any]:
    """Return the cores in float64, as numpy arrays if they are small and on a CPU; they may share the cores' memory."""
    cores = [core.detach() if core.dtype == torch.float64 else core.detach().double() for core in network.cores]
    light = network.parameters <= LIGHT and cores[0].device.type == "cpu"
    return [core.numpy() for core in cores] if light else cores


@np.errstate(over="ignore", invalid="ignore")
def tree_norm(network: Network) -> float:
    """Return the norm of the tensor of a tree to full precision.

    Raises:
        FloatingPointError: Products leave the range of floats.
    """
    arrays, products = double_arrays(network), dict[int, Any]()
    for core, axis, parent, upper in _to_last_core(network.structure):
        matrix = as_columns(arrays[core], axis)
        factor = triangle(matrix)
        room = None if factor is matrix else products.pop(core, None)  # a product that is needed no more
        arrays[parent] = products[parent] = times_along(arrays[parent], factor, upper, room)
    return check_range(norm_of(arrays[-1]))


@np.errstate(over="ignore", invalid="ignore")
def tree_inner(first: Network, second: Network) -> float:
    """Return the inner product of two trees of one topology.

    Raises:
        FloatingPointError: Products leave the range of floats.
    """
    kets, bras, products = double_arrays(first), double_arrays(second), dict[int, Any]()
    for core, axis, parent, upper in _to_last_core(first.structure):
        message = as_columns(bras[core], axis).T @ as_columns(kets[core], axis)
        check_range(norm_of(message))
        room = products.pop(core, None)
        kets[parent] = products[parent] = times_along(kets[parent], message, upper, room)
    found = float(kets[-1].reshape(-1) @ bras[-1].reshape(-1))
    check_range(abs(found))
    return found


@lru_cache(maxsize=512)
def _to_last_core(structure: Structure) -> tuple[tuple[int, int, int, int], ...]:
    """Return for every core of a tree but the last: the core, its axis towards the last, its parent and axis there."""
    steps = towards(structure, len(structure.cores) - 1)
    return tuple((core, axis_of(structure, core, bond), up, axis_of(structure, up, bond)) for core, bond, up in steps)


def triangle(matrix: Any) -> Any:
    """Return a factor R of a matrix M of n columns with ``R^T R = M^T M``, (at most n, n).

    It is M itself if that has at most n rows; else the Cholesky factor of the Gram matrix where that is well
    conditioned, or that of a QR decomposition.

    Raises:
        FloatingPointError: The matrix is out of range.
    """
    if matrix.shape[0] <= matrix.shape[1]:
        check_range(norm_of(matrix))
        return matrix
    gram = matrix.T @ matrix
    light = isinstance(gram, np.ndarray)
    size = float(gram.trace())
    check_range(math.sqrt(size))
    factor, failed = LAPACK.dpotrf((gram if light else gram.cpu().numpy()).T, clean=1)
    if failed or LAPACK.dpocon(factor, size)[0] * factor.shape[0] < WELL:
        return _qr(matrix)[0] if light else torch.linalg.qr(matrix, mode="r").R
    return factor if light else torch.from_numpy(factor).to(gram.device)


def column_basis(matrix: Any) -> Any:
    """Return an orthonormal basis of the columns of a matrix that has at least as many rows."""
    if not isinstance(matrix, np.ndarray):
        return torch.linalg.qr(matrix)[0]
    _, packed, scales = _qr(matrix)
    return LAPACK.dorgqr(packed, scales, lwork=PANEL * scales.shape[0], overwrite_a=1)[0]


def _qr(matrix: Any) -> tuple[Any, Any, Any]:
    """Return the factor R of a QR decomposition, and the vectors and scales of the reflections that make up Q."""
    packed, scales, *_ = LAPACK.dgeqrf(matrix, lwork=PANEL * matrix.shape[1])
    return np.triu(packed[: matrix.shape[1]]), packed, scales


def as_columns(array: Any, axis: int) -> Any:
    """Return an array as the matrix whose columns are one of its axes, and whose rows are the others in order."""
    if axis != array.ndim - 1:
        array = permute(array, (*(place for place in range(array.ndim) if place != axis), axis))
    return array.reshape(-1, array.shape[-1])


def times_along(array: Any, matrix: Any, axis: int, room: Any = None) -> Any:
    """Return the product of an array with a matrix (new size, old size) along one of its axes.

    It is written into ``room``, an array that is needed no more, if that has its shape.
    """
    last = array.ndim - 1
    if axis == last:
        return (array.reshape(-1, array.shape[-1]) @ matrix.T).reshape(*array.shape[:-1], matrix.shape[0])
    if axis == last - 1:
        shape = (*array.shape[:-2], matrix.shape[0], array.shape[-1])
        room = None if room is None or room.shape != shape else room
        if isinstance(array, np.ndarray):
            return np.matmul(matrix, array, out=room)
        stack = array.reshape(-1, *array.shape[-2:])
        room = room if room is None else room.reshape(stack.shape[0], *room.shape[-2:])
        product = torch.bmm(matrix.expand(stack.shape[0], *matrix.shape), stack, out=room)
        return product.reshape(shape)
    axes = (*range(axis), last, *range(axis + 1, last), axis)  # exchanges the axis with the last, and back
    return permute(times_along(permute(array, axes), matrix, last), axes)


def check_range(size: float) -> float:
    """Return a norm; raise a ``FloatingPointError`` if squares of that size may leave the range of floats."""
    if not LOW < size < HIGH:
        raise FloatingPointError("Products of the cores leave the range of floats.")
    return size


def norm_of(array: Any) -> float:
    """Return the Frobenius norm of an array."""
    flat = array.reshape(-1)
    return math.sqrt(float(flat @ flat))
