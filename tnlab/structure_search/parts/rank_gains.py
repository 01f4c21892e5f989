"""Estimates, without a fit, of the change of the squared error by one more or one less rank between two cores.

One more rank between cores i and j adds to the network a copy of itself with slices a, b in place of the two cores.
Let E be the network without the two cores, and M the residual contracted with E. For a, b the leading singular vectors
of M and sigma_1 its largest singular value, the best multiple of that copy lowers the squared error by
``sigma_1^2 / |E(a, b)|^2``, a lower bound on the gain.

References:
    Hashemizadeh 2020 (growing by the best rank-one slice): https://arxiv.org/abs/2008.05437
"""

from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import opt_einsum
from numpy.typing import NDArray
from torch import Tensor

from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ModePair
from tnlab.network.structure import Structure

USUAL = 4  # size assumed for every index when a contraction path is chosen, so that one path serves all ranks


def rank_gains(tensor: Tensor, network: Network) -> dict[ModePair, float]:
    """Return, for every pair of modes, a lower bound on the decrease of the squared relative error by one more rank.

    Args:
        tensor: The data X.
        network: A network fitted to X with one core per mode and no hyper-bonds.
    """
    structure = network.structure
    cores = [core.detach().to("cpu").double().numpy() for core in network.cores]
    data = tensor.detach().to("cpu").double().numpy()
    residual = data - network.to_tensor().detach().to("cpu").double().numpy()
    square = float(np.dot(data.ravel(), data.ravel()))
    return {pair: _gain(structure, cores, residual, pair) / square for pair in combinations(range(structure.order), 2)}


def rank_losses(network: Network) -> dict[ModePair, NDArray[np.float64]]:
    """Return, for every bond, the squared relative errors of lowering its rank by 1, 2, ..., from its spectrum."""
    legs = [core.legs[0] for core in network.structure.cores]
    found: dict[ModePair, NDArray[np.float64]] = {}
    for bond, values in zip(network.structure.bonds, bond_spectra(network), strict=True):
        i, j = sorted(legs[core] for core in bond.cores)
        found[i, j] = np.cumsum(np.asarray(values)[:0:-1] ** 2)
    return found


def _gain(
    structure: Structure, cores: list[NDArray[np.float64]], residual: NDArray[np.float64], pair: ModePair
) -> float:
    at = {core.legs[0]: place for place, core in enumerate(structure.cores)}
    ends = [at[mode] for mode in pair]
    sides = [[index for index in structure.core_indices[end] if index not in _between(structure, ends)] for end in ends]
    rest = [place for place in range(len(cores)) if place not in ends]
    labels = [tuple(range(structure.order)), *(structure.core_indices[place] for place in rest)]
    matrix = _contract([residual, *(cores[place] for place in rest)], labels, (*sides[0], *sides[1]))
    sizes = structure.index_sizes
    rows = int(np.prod([sizes[index] for index in sides[0]]))
    left, weights, right = _leading(matrix.reshape(rows, -1))
    if weights <= 0:
        return 0.0
    slices = [left.reshape([sizes[index] for index in sides[0]]), right.reshape([sizes[index] for index in sides[1]])]
    return weights**2 / max(_square(structure, cores, rest, slices, sides), 1e-300)


def _between(structure: Structure, ends: list[int]) -> set[int]:
    """Return the indices of the bonds between two cores."""
    both = set(structure.core_bonds[ends[0]]) & set(structure.core_bonds[ends[1]])
    return {structure.order + bond for bond in both}


def _leading(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Return the left singular vector, singular value and right singular vector of the largest singular value."""
    if matrix.shape[0] <= matrix.shape[1]:
        left = np.linalg.eigh(matrix @ matrix.T)[1][:, -1]
        right = left @ matrix
        weight = float(np.linalg.norm(right))
        return left, weight, right / max(weight, 1e-300)
    right, weight, left = _leading(matrix.T)
    return left, weight, right


def _square(
    structure: Structure,
    cores: list[NDArray[np.float64]],
    rest: list[int],
    slices: list[NDArray[np.float64]],
    sides: list[list[int]],
) -> float:
    """Return the squared norm of the network with the slices in place of the two cores."""
    shift = structure.order + len(structure.bonds)
    arrays = [*(cores[place] for place in rest), *slices]
    labels = [*(structure.core_indices[place] for place in rest), *map(tuple, sides)]
    others = [tuple(index if index < structure.order else index + shift for index in own) for own in labels]
    return float(_contract([*arrays, *arrays], [*labels, *others], ()))


def _contract(
    arrays: list[NDArray[np.float64]], labels: list[tuple[int, ...]], output: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the contraction of labelled arrays, along a path that is computed once per topology and cached."""
    text, path = _path(tuple(labels), output)
    return opt_einsum.contract(text, *arrays, optimize=path)


@lru_cache(maxsize=4096)
def _path(labels: tuple[tuple[int, ...], ...], output: tuple[int, ...]) -> tuple[str, Any]:
    text = ",".join("".join(map(opt_einsum.get_symbol, own)) for own in labels)
    text += "->" + "".join(map(opt_einsum.get_symbol, output))
    shapes = [(USUAL,) * len(own) for own in labels]
    return text, opt_einsum.contract_path(text, *shapes, shapes=True, optimize="greedy")[0]
