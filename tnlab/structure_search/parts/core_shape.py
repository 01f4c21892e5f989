"""The core shape of a Tucker decomposition for a budget of parameters, and ranks on any tree of splits.

The squared error of a truncated HOSVD is at most the sum of the tails of the spectra, so that ranks are chosen by
packing squared singular values into the budget. That takes milliseconds, but the sum counts twice what two modes
discard together; the true loss decides between what the methods propose, and a local search goes on from there.
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

Shape = tuple[int, ...]
GRID = 20_000_000  # shapes that the exact packing lists
SWEEPS = 20  # of orthogonal iteration per fit
SETTLED = 1e-6  # change of the loss per sweep, as a part of it, at which a fit ends
WIDER = 4  # singular vectors beyond those of the shapes compared that are kept for comparing them


@dataclass(frozen=True)
class CoreShape:
    """A core shape and what it is worth.

    Attributes:
        shape: Rank of every mode.
        squared_error: ``|X - X_hat|^2 / |X|^2`` of the fit, the square of the relative error (the paper's RRE).
        promised: What the spectra alone promise: the sum of the tails.
        parameters: Entries of core and factors.
    """

    shape: Shape
    squared_error: float
    promised: float
    parameters: int


def core_shape(X: Tensor, *, budget: int, method: str = "portfolio") -> CoreShape:
    """Return a core shape of at most ``budget`` parameters with a small error.

    Args:
        X: The tensor.
        budget: Parameters of core and factors together.
        method: ``"greedy"`` on the spectra; ``"bang_for_buck"``, the same per parameter (the published program never
            updates the cost it divides by, here it does); ``"exact"``, the best packing of the spectra;
            ``"true_greedy"`` on the loss of a fit per step, slow; ``"portfolio"``, the best of the first three and a
            local search on the true loss from there.

    Raises:
        FormatError: Not even a core of ranks 1 fits the budget, or there are too many shapes to list.
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
    return CoreShape(shape, loss(shape), promised, tucker_parameters(modes, shape))


def tucker_parameters(modes: Sequence[int], shape: Sequence[int]) -> int:
    """Return the entries of core and factors."""
    return int(np.prod(shape)) + sum(size * rank for size, rank in zip(modes, shape, strict=True))


def tucker_tree(modes: Sequence[int]) -> SplitTree:
    """Return the tree of a Tucker decomposition; its bonds are those of modes 0, 1, ... in order."""
    order = len(modes)
    return SplitTree.of(modes, [*((mode,) for mode in range(order - 1)), tuple(range(order - 1))])


def greedy_ranks(
    parameters: Callable[[Sequence[int]], int], weights: Sequence[NDArray[Any]], fits: Callable[[Sequence[int]], bool],
    *, per_parameter: bool,
) -> Shape:  # fmt: skip
    """Return ranks grown one by one from 1, always by the heaviest next squared singular value that fits.

    Args:
        parameters: Entries of all cores at given ranks.
        weights: Squared singular values of every bond, descending.
        fits: Whether given ranks are still allowed.
        per_parameter: Whether a value is divided by the parameters that its rank costs.
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
    """Return the Tucker shape within the budget with the largest sum of squared singular values, by listing all.

    The rank of the longest mode follows from the others, so that one mode less is listed.

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
    """Squared relative error of the Tucker fit of a core shape, each shape fitted once.

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
        self.core = rotated  # X in the singular vectors of its modes, the heaviest first
        self._known: dict[tuple[Shape, Shape], float] = {}

    def __call__(self, shape: Shape, within: Shape | None = None) -> float:
        """Return the loss of a shape; ``within`` looks for factors among so many leading singular vectors only."""
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
    """Return the array with ``matrix.T`` applied to a mode."""
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
    """Yield shapes with one rank lowered, by 1 or an eighth, and another raised as far as the budget allows."""
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
    """Yield a shape with what is left of the budget given to each mode in turn."""
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
