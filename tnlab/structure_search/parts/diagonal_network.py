"""A fully connected network in numpy with a diagonal on every bond: what SVDinsTN iterates on."""

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
    """One core per mode; axis l of core k is its bond to core l, and axis k its mode.

    Attributes:
        cores: The arrays G_k.
        diagonals: The diagonals S_kl, k < l.
    """

    cores: tuple[NDArray[Any], ...]
    diagonals: dict[ModePair, NDArray[Any]]

    @property
    def ranks(self) -> dict[ModePair, int]:
        """Rank by pair of cores."""
        return {pair: len(values) for pair, values in self.diagonals.items()}

    def absorbed(self) -> list[NDArray[Any]]:
        """Return the cores with every diagonal in the first of its two, the mode as the first axis."""
        return [np.moveaxis(self._scaled(k, after=True), k, 0) for k in range(len(self.cores))]

    def to_array(self) -> NDArray[Any]:
        """Return the tensor it stands for."""
        order = len(self.cores)
        operands: list[Any] = []
        for k in range(order):
            operands += [self._scaled(k, after=True), _labels(order, k)]
        return _contract(operands, list(range(order)))

    def projected(self, X: NDArray[Any], k: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return X contracted with all cores but k, and the Gram matrix of these, the diagonals at k left out.

        Shapes: that of core k; and that of core k without its mode (an axis of size 1 instead), twice.
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
        """Return the product of the diagonals at core k for all its bond entries, in one vector."""
        found = np.ones(1)
        for j in range(len(self.cores)):
            if j != k:
                found = np.outer(found, self.diagonals[min(j, k), max(j, k)]).ravel()
        return found

    def bond_equations(
        self, right: NDArray[Any], gram: NDArray[Any], k: int, other: int
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return right side and matrix of the normal equations for the diagonal between ``k`` and ``other``."""
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
        """Return the network with another core."""
        return replace(self, cores=(*self.cores[:k], core, *self.cores[k + 1 :]))

    def with_diagonal(
        self, k: int, other: int, values: NDArray[Any], least: float
    ) -> tuple["DiagonalNetwork", NDArray[Any]]:
        """Return the network with another diagonal, its entries below ``least`` removed, and which are kept."""
        kept = np.flatnonzero(np.abs(values) > least)
        if not len(kept):
            kept = np.array([int(np.argmax(np.abs(values)))])
            values = np.maximum(np.abs(values), least)
        cores = list(self.cores)
        cores[k] = np.take(cores[k], kept, other)
        cores[other] = np.take(cores[other], kept, k)
        return DiagonalNetwork(tuple(cores), {**self.diagonals, (k, other): values[kept]}), kept

    def _scaled(self, k: int, *, after: bool, before: bool = False, without: int = -1) -> NDArray[Any]:
        """Return core k times the diagonals towards later, or also earlier cores."""
        core = self.cores[k]
        for j in range(core.ndim):
            if j != without and ((after and j > k) or (before and j < k)):
                shape = [1] * core.ndim
                shape[j] = -1
                core = core * self.diagonals[min(j, k), max(j, k)].reshape(shape)
        return core


def _labels(order: int, k: int) -> list[int]:
    """Return integer labels of a core's axes: modes first, then bonds."""
    return [k if j == k else _bond(order, min(j, k), max(j, k)) for j in range(order)]


def _doubled(order: int, k: int) -> list[int]:
    """Return the labels of a core's copy in the second layer, which shares its mode."""
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
