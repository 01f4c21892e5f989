"""Sweeps over a tree that contract its cores towards one of them, the root: norms, inner products, triangular factors.

A subtree enters a norm only by the triangular factor R of its unfolding: it is an isometry times R. So no isometry is
formed. On a CPU the sweeps run in numpy, where small products start sooner, and in float64.
"""

import math
from typing import Any

import numpy as np
import torch
from scipy.linalg import lapack

from tnlab.network.graph import axis_of, towards
from tnlab.network.network import Network
from tnlab.network.pairwise import permute

LAPACK: Any = lapack  # whose functions type checkers do not see
LIGHT = 2**18  # parameters up to which numpy is faster than torch, which starts later and multiplies sooner
WELL = 0.01  # times the size of a Gram matrix, its least reciprocal condition number: two of sixteen digits are lost
LOW, HIGH = 1e-100, 1e100  # norms whose squares, and their products with a core, stay in the range of floats


def double_arrays(network: Network) -> list[Any]:
    """Return the cores in float64, as numpy arrays if they are small and on a CPU; they may share the cores' memory."""
    cores = [core.detach() if core.dtype == torch.float64 else core.detach().double() for core in network.cores]
    light = network.parameters <= LIGHT and cores[0].device.type == "cpu"
    return [core.numpy() for core in cores] if light else cores


@np.errstate(over="ignore", invalid="ignore")
def tree_norm(network: Network) -> float | None:
    """Return the norm of the tensor of a tree to full precision, or None where products leave the range of floats."""
    structure, arrays = network.structure, double_arrays(network)
    for core, bond, parent in towards(structure, len(arrays) - 1):
        factor = triangle(as_columns(arrays[core], axis_of(structure, core, bond)))
        if not LOW < _norm(factor) < HIGH:
            return None
        arrays[parent] = times_along(arrays[parent], factor, axis_of(structure, parent, bond))
    found = _norm(arrays[-1])
    return found if LOW < found < HIGH else None


@np.errstate(over="ignore", invalid="ignore")
def tree_inner(first: Network, second: Network) -> float | None:
    """Return the inner product of two trees of one topology, or None where products leave the range of floats."""
    structure, kets, bras = first.structure, double_arrays(first), double_arrays(second)
    for core, bond, parent in towards(structure, len(kets) - 1):
        axis = axis_of(structure, core, bond)
        message = as_columns(bras[core], axis).T @ as_columns(kets[core], axis)
        if not LOW < _norm(message) < HIGH:
            return None
        kets[parent] = times_along(kets[parent], message, axis_of(structure, parent, bond))
    found = float(kets[-1].reshape(-1) @ bras[-1].reshape(-1))
    return found if LOW < abs(found) < HIGH else None


def triangle(matrix: Any) -> Any:
    """Return a factor R of a matrix M of n columns with ``R^T R = M^T M``, (at most n, n), upper triangular.

    It is the Cholesky factor of the Gram matrix where that is well conditioned, else that of a QR decomposition.
    """
    gram = matrix.T @ matrix
    if isinstance(gram, np.ndarray):
        found = _cholesky(gram)
        return np.linalg.qr(matrix, mode="r") if found is None else found
    found = _cholesky(gram.numpy()) if gram.device.type == "cpu" else None
    return torch.linalg.qr(matrix, mode="r").R if found is None else torch.from_numpy(found)


def _cholesky(gram: Any) -> Any:
    """Return the Cholesky factor of a Gram matrix, or None if it is near singular with its columns scaled alike."""
    sizes = np.sqrt(gram.diagonal())
    if not sizes.all():
        return None
    factor, failed = LAPACK.dpotrf((gram / (sizes[:, None] * sizes)).T, clean=1, overwrite_a=1)
    if failed or LAPACK.dpocon(factor, len(gram))[0] * len(gram) < WELL:
        return None
    return factor * sizes


def as_columns(array: Any, axis: int) -> Any:
    """Return an array as the matrix whose columns are one of its axes, and whose rows are the others in order."""
    if axis != array.ndim - 1:
        array = permute(array, (*(place for place in range(array.ndim) if place != axis), axis))
    return array.reshape(-1, array.shape[-1])


def times_along(array: Any, matrix: Any, axis: int) -> Any:
    """Return the product of an array with a matrix (new size, old size) along one of its axes."""
    last = array.ndim - 1
    if axis == last:
        return (array.reshape(-1, array.shape[-1]) @ matrix.T).reshape(*array.shape[:-1], len(matrix))
    if axis == last - 1:
        return matrix @ array
    axes = (*range(axis), last, *range(axis + 1, last), axis)  # exchanges the axis with the last, and back
    return permute(times_along(permute(array, axes), matrix, last), axes)


def _norm(array: Any) -> float:
    flat = array.reshape(-1)
    return math.sqrt(float(flat @ flat))
