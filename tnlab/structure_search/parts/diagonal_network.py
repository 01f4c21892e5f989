"""A fully connected network with a diagonal matrix on every bond, in numpy: the model that SVDinsTN fits."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import opt_einsum
from numpy.typing import NDArray

from tnlab.network.rank_matrix import ModePair


@dataclass(frozen=True, eq=False)
class DiagonalNetwork:
    """A fully connected network of one core per mode with a diagonal matrix on every bond.

    Axis l of core k is its bond to core l, and axis k its mode.

    Attributes:
        cores: The cores G_k, of shape (rank to core 0, ..., mode size at axis k, ..., rank to the last core).
        diagonals: The diagonal entries of S_kl by pair (k, l), k < l.
    """

    cores: tuple[NDArray[Any], ...]
    diagonals: dict[ModePair, NDArray[Any]]

    @property
    def ranks(self) -> dict[ModePair, int]:
        """Rank of the bond by pair of cores."""
        return {pair: len(values) for pair, values in self.diagonals.items()}

    def absorbed(self) -> list[NDArray[Any]]:
        """Return the cores, each multiplied by its diagonals to later cores, with the mode moved to the first axis."""
        return [np.moveaxis(self._scaled(k, after=True), k, 0) for k in range(len(self.cores))]

    def to_array(self) -> NDArray[Any]:
        """Return the contraction of the network, a tensor of the modes in order."""
        order = len(self.cores)
        operands: list[Any] = []
        for k in range(order):
            operands += [self._scaled(k, after=True), _labels(order, k)]
        return _contract(operands, list(range(order)))

    def projected(self, X: NDArray[Any], k: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the normal equations of core k: X times the other cores, and the Gram matrix of the other cores.

        The diagonals at k are left out. The first array has the shape of core k; the second has that shape twice,
        with size 1 in place of the mode.
        """
        order = X.ndim
        others = [(j, self._scaled(j, after=True, without=k)) for j in range(order) if j != k]
        operands: list[Any] = [X, list(range(order))]
        twice: list[Any] = []
        for j, array in others:
            operands += [array, _labels(order, j)]
            # the bonds to k stay open, in two copies; all others are closed layer by layer
            twice += [array, _labels(order, j), array, [*_doubled(order, j)]]
        own = _labels(order, k)
        right = _contract(operands, own)
        open_bonds = [label for axis, label in enumerate(own) if axis != k]
        second = [label for axis, label in enumerate(_doubled(order, k)) if axis != k]
        gram = _contract(twice, [*open_bonds, *second])
        shape = [1 if axis == k else size for axis, size in enumerate(right.shape)]
        return right, gram.reshape(*shape, *shape)

    def weights(self, k: int) -> NDArray[Any]:
        """Return the Kronecker product of the diagonals at core k, as a vector over its bonds' entries."""
        found = np.ones(1)
        for j in range(len(self.cores)):
            if j != k:
                found = np.outer(found, self.diagonals[min(j, k), max(j, k)]).ravel()
        return found

    def bond_equations(
        self, right: NDArray[Any], gram: NDArray[Any], k: int, other: int
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the normal equations of the diagonal between ``k`` and ``other``: right side and square matrix.

        Args:
            right: X times all cores but k, as ``projected`` returns it.
            gram: Gram matrix of these cores, as ``projected`` returns it.
            k: The core that was left out of ``right`` and ``gram``.
            other: The core at the other end of the diagonal.
        """
        core = self._scaled(k, after=True, before=True, without=other)
        order = core.ndim
        values = (right * core).sum(axis=tuple(axis for axis in range(order) if axis != other))
        flat = np.moveaxis(core, (k, other), (0, 1))  # mode, this bond, the other bonds
        rows, rank = flat.shape[:2]
        flat = flat.reshape(rows, rank, -1)
        lift = np.moveaxis(gram, (k, other, k + order, other + order), (0, 1, 2, 3)).reshape(
            rank, rank, *[size for axis, size in enumerate(gram.shape) if axis % order not in (k, other)]
        )
        lift = lift.reshape(rank, rank, flat.shape[2], flat.shape[2])
        outer = np.einsum("irp,isq->rspq", flat, flat, optimize=True)
        return values, (outer * lift).sum((2, 3))

    def with_core(self, k: int, core: NDArray[Any]) -> "DiagonalNetwork":
        """Return the network with core k replaced."""
        return replace(self, cores=(*self.cores[:k], core, *self.cores[k + 1 :]))

    def with_diagonal(
        self, k: int, other: int, values: NDArray[Any], least: float
    ) -> tuple["DiagonalNetwork", NDArray[Any]]:
        """Return the network with a diagonal replaced and its small entries removed, and the indices of those kept.

        Entries of absolute value at most ``least`` are removed with their slices of both cores; one always stays.
        """
        kept = np.flatnonzero(np.abs(values) > least)
        if not len(kept):
            kept = np.array([int(np.argmax(np.abs(values)))])
            values = np.maximum(np.abs(values), least)
        cores = list(self.cores)
        cores[k] = np.take(cores[k], kept, other)
        cores[other] = np.take(cores[other], kept, k)
        return DiagonalNetwork(tuple(cores), {**self.diagonals, (k, other): values[kept]}), kept

    def _scaled(self, k: int, *, after: bool, before: bool = False, without: int = -1) -> NDArray[Any]:
        """Return core k times its diagonals to later cores (``after``) and to earlier ones (``before``)."""
        core = self.cores[k]
        for j in range(core.ndim):
            if j != without and ((after and j > k) or (before and j < k)):
                shape = [1] * core.ndim
                shape[j] = -1
                core = core * self.diagonals[min(j, k), max(j, k)].reshape(shape)
        return core


def _labels(order: int, k: int) -> list[int]:
    """Return integer labels of core k's axes for a contraction: k for its mode, ``order`` and above for bonds."""
    return [k if j == k else _bond(order, min(j, k), max(j, k)) for j in range(order)]


def _doubled(order: int, k: int) -> list[int]:
    """Return the labels of a second copy of core k, which shares the mode but not the bonds."""
    return [label if label < order else label + order * order for label in _labels(order, k)]


def _bond(order: int, i: int, j: int) -> int:
    return order + list(combinations(range(order), 2)).index((i, j))


def _contract(operands: list[Any], output: list[int]) -> NDArray[Any]:
    arrays, labels = operands[::2], operands[1::2]
    expression = _expression(tuple(map(tuple, labels)), tuple(output), tuple(array.shape for array in arrays))
    return np.asarray(expression(*arrays))


@lru_cache(maxsize=1024)
def _expression(
    labels: tuple[tuple[int, ...], ...], output: tuple[int, ...], shapes: tuple[tuple[int, ...], ...]
) -> Any:
    symbol = opt_einsum.get_symbol
    inputs = ("".join(map(symbol, indices)) for indices in labels)
    text = f"{','.join(inputs)}->{''.join(map(symbol, output))}"
    return opt_einsum.contract_expression(text, *shapes, optimize="greedy" if len(shapes) > 8 else "auto")
