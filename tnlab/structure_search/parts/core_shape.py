"""Core shapes of Tucker decompositions: the ranks of least error within a budget of parameters.

The squared error of a truncated HOSVD (higher-order singular value decomposition) is at most the sum of the tails of
the unfoldings' spectra, so that ranks can be chosen by packing squared singular values into the budget. The sum counts
twice what two modes discard together; hence the true error of a fit decides between such shapes, and a local search
continues from the best.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tnlab.errors import FormatError, UnknownNameError
from tnlab.structure_search.parts.split_trees import SplitTree

Shape = tuple[int, ...]  # one rank per mode of a Tucker core, or per bond of a tree
GRID = 20_000_000  # largest number of shapes that exact packing lists; each of its arrays then takes 160 MB
SWEEPS = 20  # largest number of sweeps of orthogonal iteration per fit, which ``SETTLED`` mostly ends before
SETTLED = 1e-6  # relative decrease of the squared error per sweep at or below which a fit has converged
WIDER = 4  # leading singular vectors kept beyond 5/4 of the rank when neighbouring shapes are compared


@dataclass(frozen=True)
class CoreShape:
    """A core shape with its error and its parameters.

    Attributes:
        shape: Rank of every mode.
        squared_error: ``|X - X_hat|^2 / |X|^2`` of the fit, the square of the relative error (the paper's RRE).
        promised: Upper bound on ``squared_error`` from the spectra: the sum of their tails.
        parameters: Number of entries of core and factors.
    """

    shape: Shape
    squared_error: float
    promised: float
    parameters: int


def core_shape(X: Tensor, *, budget: int, method: str = "portfolio") -> CoreShape:
    """Return a core shape of at most ``budget`` parameters with small error.

    Args:
        X: The tensor.
        budget: Largest number of parameters of core and factors together.
        method: ``"greedy"`` adds the largest squared singular value next; ``"bang_for_buck"`` the largest per
            parameter (with the cost updated at every step, unlike the published program); ``"exact"`` takes the shape
            of least sum of tails; ``"true_greedy"`` raises the rank that lowers the error of a fit most, slow;
            ``"portfolio"`` takes the best of the first three and continues by a local search on the true error.

    Raises:
        FormatError: The budget is too small for a core of ranks 1, or there are too many shapes to list.
        UnknownNameError: There is no such method.

    References:
        Ghadiri 2023: https://arxiv.org/abs/2302.03886
    """
    if method not in METHODS:
        raise UnknownNameError("method", method, METHODS)
    array = X.detach().cpu().double().numpy()
    modes = array.shape
    if budget < 1 + sum(modes):
        raise FormatError(f"A core of ranks 1 needs {1 + sum(modes)} parameters, but the budget is {budget}.")
    loss = Loss(array)
    shape = METHODS[method](loss, modes, budget)
    promised = sum(1 - float(weights[:rank].sum()) for weights, rank in zip(loss.weights, shape, strict=True))
    return CoreShape(
        shape=shape, squared_error=loss(shape), promised=promised, parameters=tucker_parameters(modes, shape)
    )


def tucker_parameters(modes: Sequence[int], shape: Sequence[int]) -> int:
    """Return the number of entries of a Tucker decomposition: those of the core plus those of the factors."""
    return int(np.prod(shape)) + sum(size * rank for size, rank in zip(modes, shape, strict=True))


def tucker_tree(modes: Sequence[int]) -> SplitTree:
    """Return the tree of splits of a Tucker decomposition, whose bonds belong to modes 0, 1, ... in order."""
    order = len(modes)
    return SplitTree.of(modes, [*((mode,) for mode in range(order - 1)), tuple(range(order - 1))])


def greedy_ranks(
    parameters: Callable[[Sequence[int]], int],
    weights: Sequence[NDArray[Any]],
    fits: Callable[[Sequence[int]], bool],
    *,
    per_parameter: bool,
) -> Shape:
    """Return ranks grown one by one from 1, each time on the bond with the largest next squared singular value.

    A bond at which one more rank is not allowed is left as it is.

    Args:
        parameters: Gives the number of parameters at given ranks.
        weights: Squared singular values of every bond, descending.
        fits: Tells whether given ranks are allowed.
        per_parameter: Whether a squared singular value is divided by the parameters that its rank adds.
    """
    ranks, open_bonds = [1] * len(weights), set(range(len(weights)))
    while open_bonds:
        here = parameters(ranks)
        best, best_gain = None, -1.0
        for bond in sorted(open_bonds):
            grown = [rank + (other == bond) for other, rank in enumerate(ranks)]
            if ranks[bond] >= len(weights[bond]) or not fits(grown):
                open_bonds.discard(bond)
                continue
            gain = float(weights[bond][ranks[bond]]) / ((parameters(grown) - here) if per_parameter else 1)
            if gain > best_gain:
                best, best_gain = bond, gain
        if best is not None:
            ranks[best] += 1
    return tuple(ranks)


def exact_packing(modes: Sequence[int], weights: Sequence[NDArray[Any]], budget: int) -> Shape:
    """Return the Tucker shape of at most ``budget`` parameters with most squared singular values, by listing shapes.

    The rank of the longest mode is the largest that the other ranks leave room for, so that only those are listed.

    Raises:
        FormatError: There are too many shapes.
    """
    longest = max(range(len(modes)), key=modes.__getitem__)
    others = [mode for mode in range(len(modes)) if mode != longest]
    least = 1 + sum(modes)
    most = [min(modes[mode], 1 + (budget - least) // (modes[mode] + 1)) for mode in others]
    if np.prod(most) > GRID:
        raise FormatError(f"There are {np.prod(most)} core shapes, more than the {GRID} that are listed.")
    grids = np.meshgrid(*(np.arange(1, top + 1) for top in most), indexing="ij", sparse=True)
    product = np.ones([1] * len(others), dtype=np.int64)
    linear, value = np.zeros_like(product), np.zeros([1] * len(others))
    for mode, grid in zip(others, grids, strict=True):
        product, linear = product * grid, linear + modes[mode] * grid
        value = value + np.cumsum(weights[mode])[grid - 1]
    last = np.minimum((budget - linear) // (product + modes[longest]), modes[longest])
    gain = np.cumsum(weights[longest])[np.maximum(last, 1) - 1]
    value = np.where(last >= 1, value + gain, -np.inf)
    at = np.unravel_index(int(np.argmax(value)), value.shape)
    shape = {mode: int(place) + 1 for mode, place in zip(others, at, strict=True)} | {longest: int(last[at])}
    return tuple(shape[mode] for mode in range(len(modes)))


class Loss:
    """The squared relative error of a tensor's Tucker fit as a function of the core shape, with a cache.

    Args:
        array: X in float64.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        self.modes = array.shape
        self.total = float(np.vdot(array, array))
        self.weights, self.vectors, rotated = [], [], array
        for mode in range(array.ndim):
            unfolded = np.moveaxis(array, mode, 0).reshape(array.shape[mode], -1)
            values, vectors = np.linalg.eigh(unfolded @ unfolded.T)
            self.weights.append(np.clip(values[::-1], 0, None) / self.total)
            self.vectors.append(vectors[:, ::-1])
            rotated = _times(rotated, vectors[:, ::-1], mode)
        self.core = rotated  # X in the singular vectors of its unfoldings, by descending singular value
        self._known: dict[tuple[Shape, Shape], float] = {}

    def __call__(self, shape: Shape, within: Shape | None = None) -> float:
        """Return the squared relative error of a shape, fitted in the span of ``within`` leading singular vectors."""
        within = within or self.modes
        if (shape, within) not in self._known:
            self._known[shape, within] = self._fit(shape, within)[0]
        return self._known[shape, within]

    def network(self, shape: Shape) -> tuple[list[NDArray[Any]], NDArray[Any]]:
        """Return the factors, (mode, rank) each, and the core of the fit of a shape."""
        loss, factors = self._fit(shape, self.modes)
        self._known[shape, self.modes] = loss
        core = self.core
        for mode, factor in enumerate(factors):
            core = _times(core, factor, mode)
        return [vectors @ factor for vectors, factor in zip(self.vectors, factors, strict=True)], core

    def _fit(self, shape: Shape, within: Shape) -> tuple[float, list[NDArray[Any]]]:
        core = self.core[tuple(slice(0, size) for size in within)]
        factors = [np.eye(size)[:, :rank] for size, rank in zip(core.shape, shape, strict=True)]
        loss = np.inf
        for _ in range(SWEEPS):
            before = loss
            for mode in range(core.ndim):
                projected = core
                rest = [other for other in range(core.ndim) if other != mode]
                for other in sorted(rest, key=lambda other: shape[other] / core.shape[other]):
                    projected = _times(projected, factors[other], other)
                unfolded = np.moveaxis(projected, mode, 0).reshape(core.shape[mode], -1)
                values, vectors = np.linalg.eigh(unfolded @ unfolded.T)
                factors[mode] = vectors[:, -shape[mode] :]
                loss = max(0.0, 1 - float(values[-shape[mode] :].sum()) / self.total)
            if before - loss <= SETTLED * loss:
                break
        return loss, factors


def _times(array: NDArray[Any], matrix: NDArray[Any], mode: int) -> NDArray[Any]:
    """Return the array multiplied by ``matrix.T`` along one mode."""
    return np.moveaxis(np.tensordot(array, matrix, axes=([mode], [0])), -1, mode)


def _packed(loss: Loss, modes: Shape, budget: int, *, per_parameter: bool) -> Shape:
    def parameters(shape: Sequence[int]) -> int:
        return tucker_parameters(modes, shape)

    return greedy_ranks(
        parameters, loss.weights, lambda shape: parameters(shape) <= budget, per_parameter=per_parameter
    )


def _true_greedy(loss: Loss, modes: Shape, budget: int) -> Shape:
    shape = (1,) * len(modes)
    while True:
        grown = [tuple(rank + (other == mode) for other, rank in enumerate(shape)) for mode in range(len(modes))]
        fitting = [other for other in grown if _fits(other, modes, budget)]
        if not fitting:
            return shape
        shape = min(fitting, key=loss)


def _portfolio(loss: Loss, modes: Shape, budget: int) -> Shape:
    first = [_packed(loss, modes, budget, per_parameter=buck) for buck in (False, True)]
    first.append(exact_packing(modes, loss.weights, budget))
    best = min(dict.fromkeys(first), key=loss)
    while True:
        within = tuple(min(size, rank + rank // 4 + WIDER) for size, rank in zip(modes, best, strict=True))
        near = [other for other in _neighbours(best, modes, budget) if _inside(other, within)]
        if not near:
            return best
        found = min(near, key=lambda shape: loss(shape, within))
        if loss(found, within) >= loss(best, within) or loss(found) >= loss(best):
            return best
        best = found


def _neighbours(shape: Shape, modes: Shape, budget: int) -> Iterator[Shape]:
    """Yield shapes with one rank lowered, by 1 or an eighth, and others raised to use up ``budget`` parameters."""
    for up, down in permutations(range(len(modes)), 2):
        for step in {1, max(1, shape[down] // 8)}:
            if shape[down] > step:
                lowered = [rank - step * (mode == down) for mode, rank in enumerate(shape)]
                raised = list(lowered)
                rest = int(np.prod(lowered)) // lowered[up]
                spent = sum(modes[mode] * rank for mode, rank in enumerate(lowered) if mode != up)
                raised[up] = min(modes[up], (budget - spent) // (rest + modes[up]))
                yield from _filled(raised, modes, budget)


def _filled(shape: list[int], modes: Shape, budget: int) -> Iterator[Shape]:
    """Yield, for every mode, the shape with its rank there as large as ``budget`` parameters allow."""
    for mode in range(len(modes)):
        rest = int(np.prod(shape)) // shape[mode]
        spent = sum(modes[other] * rank for other, rank in enumerate(shape) if other != mode)
        rank = min(modes[mode], (budget - spent) // (rest + modes[mode]))
        if rank >= 1:
            yield tuple(rank if other == mode else own for other, own in enumerate(shape))


def _inside(shape: Shape, within: Shape) -> bool:
    return all(rank <= size for rank, size in zip(shape, within, strict=True))


def _fits(shape: Shape, modes: Shape, budget: int) -> bool:
    return _inside(shape, modes) and tucker_parameters(modes, shape) <= budget


METHODS: dict[str, Callable[[Loss, Shape, int], Shape]] = {
    "greedy": lambda loss, modes, budget: _packed(loss, modes, budget, per_parameter=False),
    "bang_for_buck": lambda loss, modes, budget: _packed(loss, modes, budget, per_parameter=True),
    "exact": lambda loss, modes, budget: exact_packing(modes, loss.weights, budget),
    "true_greedy": _true_greedy,
    "portfolio": _portfolio,
}
