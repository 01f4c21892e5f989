"""Truncate a tensor to a tree of cores by peeling off leaves: TT-SVD, ST-HOSVD and tree SVD in one.

A leaf is a core with one bond left. Its rows are the modes and peeled bonds that it carries; it becomes the leading
left singular vectors of the unfolding of the remainder by these rows, and the remainder is projected on them. Of all
leaves the one with the fewest rows goes first. A train is so peeled from both ends: the large bonds in the middle come
last, and get what the others left of the error budget.

All bases are orthonormal, so that ``|X - X_hat|^2`` is the sum of the squares that the truncations discarded.

References:
    Oseledets 2011 (TT-SVD): https://doi.org/10.1137/090752286
    Vannieuwenhoven 2012 (ST-HOSVD): https://doi.org/10.1137/110836067
    Grasedyck 2010 (tree SVD): https://doi.org/10.1137/090764189
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from tnlab.fitting.unfolding_svd import (
    Sketch,
    Truncation,
    Unfolding,
    sketched,
    sum_of_squares,
    truncate,
    wide,
)
from tnlab.network.core_arrays import as_core, permuted
from tnlab.network.edits import set_ranks
from tnlab.network.graph import require_tree
from tnlab.network.structure import Structure


@dataclass(frozen=True)
class Goal:
    """Settings of one truncation: ranks or an error, the order of the cores, and how the error is shared out.

    Attributes:
        error: Relative error to stay within with ranks as low as possible; None for the ranks of the structure.
        share: Part of the remaining squared error that a bond may use, in equal shares; the last bond may use all.
        late: Whether, of leaves with equally many rows, the one of highest index goes first.
        independent: Whether a core whose rows are modes alone takes its basis from the tensor, not from the remainder.
        root: The core that is not peeled off; None to let the order decide.
        sketch: Settings of random sampling; None to decompose in full.
    """

    error: float | None = None
    share: float = 1.0
    late: bool = False
    independent: bool = False
    root: int | None = None
    sketch: Sketch | None = None


@dataclass(frozen=True, eq=False)
class PeeledCore:
    """One core peeled off a tensor: an orthonormal basis with the index labels of its rows and columns.

    Attributes:
        core: Index of the core.
        rows: Labels of the indices that its rows run over, in order.
        bond: Label of the bond that its columns run over.
        basis: Orthonormal columns, (rows, rank); None for the identity.
        rank: Number of columns.
    """

    core: int
    rows: tuple[int, ...]
    bond: int
    basis: Any
    rank: int


@dataclass(eq=False)
class Peeled:
    """A tensor truncated to a tree.

    Attributes:
        structure: The tree, with the ranks that were found.
        steps: The cores peeled off, in order.
        rest: The last core.
        labels: Labels of the axes of ``rest``: mode ``m`` is ``m``, bond ``b`` is ``order + b``.
        lost: ``|X - X_hat|^2``.
        promised: The sum of the squares that the truncations discarded: ``lost``, or more with ``independent``.
        doubt: A bound on the rounding error of ``promised``.
        sizes: Size of every index by its label; a rank beyond what the tensor fills is not counted.
        least: Whether every rank is proved to be the least that any network of this tree needs for the error: with one
            less, the truncation of that bond alone would exceed it.
    """

    structure: Structure
    steps: list[PeeledCore]
    rest: Any
    labels: list[int]
    lost: float
    promised: float
    doubt: float
    sizes: list[int]
    least: bool = False

    def cores(self) -> list[Any]:
        """Return the cores in float64, axes as in the structure; ranks that the tensor does not fill hold zeros."""
        cores: list[Any] = [None] * len(self.structure.cores)
        for step in self.steps:
            shape = [self.sizes[label] for label in step.rows]
            basis = _eye(self.rest, step.rank) if step.basis is None else step.basis
            array = basis.reshape(*shape, step.rank)
            cores[step.core] = as_core(array, [*step.rows, step.bond], self.structure, step.core)
        last = next(place for place, core in enumerate(cores) if core is None)
        rest = wide(self.rest)
        untouched = all(step.basis is None for step in self.steps)  # then it is still the caller's memory
        rest = rest if not untouched else rest.copy() if isinstance(rest, np.ndarray) else rest.clone()
        cores[last] = as_core(rest, self.labels, self.structure, last)
        return cores


# Key: the (core, rank) pairs peeled off so far; value: the remainder. Key with a core appended: that core's unfolding.
PeelingCache = dict[Hashable, Any]


def peel(array: Any, structure: Structure, goal: Goal, *, total: float, cache: PeelingCache | None = None) -> Peeled:
    """Truncate a tensor to a tree of cores, peeling off leaf after leaf.

    Args:
        array: The tensor X, of shape ``structure.modes`` (numpy or torch); never changed.
        structure: The tree; its ranks count only where ``goal.error`` is None.
        goal: The settings.
        total: ``|X|^2``.
        cache: Remainders and unfoldings of other runs on the same array, reused where the runs begin alike.

    Raises:
        StructureError: The structure has a loop or a hyper-bond.
    """
    require_tree(structure, what="a closed form", instead="fit it with als, or a ring with tr_svd")
    left = set(range(len(structure.cores)))
    layout = _layout(structure)
    rest = (
        array
        if layout == tuple(range(structure.order))
        else permuted(array, layout).reshape([structure.modes[mode] for mode in layout])
    )
    labels, sizes = list(layout), list(structure.index_sizes)
    ranks, steps, discarded, past = list(structure.ranks), list[PeeledCore](), list[float](), tuple[Hashable, ...]()
    promised, doubt, least = 0.0, 0.0, goal.error is not None
    while len(left) > 1:
        core, bond = _next(structure, {core for core in left if core != goal.root}, left, sizes, late=goal.late)
        inward = set(structure.core_indices[core]) - {structure.order + bond}
        rest, labels, first = _together(rest, labels, inward)
        rows = tuple(labels[first : first + len(inward)])
        unfolding = _kept(cache, (*past, core), partial(_unfolding, rest, first, len(inward), labels, sizes))
        lost = math.fsum(discarded)
        here = total - lost
        budget = None if goal.error is None else _allowance(goal.error**2 * total - lost, len(left) - 1, goal)
        source, whole = unfolding, here
        if goal.independent and max(rows, default=0) < structure.order:
            source, whole = _unfolding(array, rows[0], len(rows), range(structure.order), structure.modes), total
        found = _found(source, goal, structure.ranks[bond], budget, whole)
        past = (*past, (core, found.rank))
        promised += found.discarded
        doubt += found.doubt
        least = least and found.next > (goal.error or 0.0) ** 2 * total
        steps.append(PeeledCore(core=core, rows=rows, bond=structure.order + bond, basis=found.basis, rank=found.rank))
        ranks[bond] = found.rank if goal.error is not None else structure.ranks[bond]
        sizes[structure.order + bond] = found.rank
        basis = found.basis
        rest = unfolding.array if basis is None else _kept(cache, past, partial(unfolding.onto, basis))
        discarded.append(found.discarded)
        if source is not unfolding and basis is not None:
            discarded[-1] = min(found.discarded, max(here - sum_of_squares(rest), 0.0))
        labels[first : first + len(inward)] = [structure.order + bond]
        rest = rest.reshape([sizes[label] for label in labels])
        left.remove(core)
    return Peeled(
        structure=set_ranks(structure, ranks),
        steps=steps,
        rest=rest,
        labels=labels,
        lost=math.fsum(discarded),
        promised=promised,
        doubt=doubt,
        sizes=sizes,
        least=least,
    )


def residual(array: Any, peeled: Peeled, cores: Sequence[Any]) -> float:
    """Return ``|X - X_hat|^2``, X_hat being contracted from given cores in the reverse order of peeling.

    Args:
        array: The tensor X.
        peeled: The truncation, for the order.
        cores: The cores, of the shapes of ``peeled.structure``, in any precision.
    """
    order = peeled.structure.order
    last = next(iter(set(range(len(cores))) - {step.core for step in peeled.steps}))
    rest, labels = _turned(cores[last], peeled.structure.core_indices[last], peeled.labels), peeled.labels
    for step in reversed(peeled.steps):
        basis = _turned(cores[step.core], peeled.structure.core_indices[step.core], (*step.rows, step.bond))
        rest, labels = _put_back(rest, labels, basis, step.rows, step.bond)
    rest = permuted(rest, tuple(labels.index(mode) for mode in range(order)))
    return _distance(rest.reshape(-1), array.reshape(-1))


def hub(structure: Structure) -> int:
    """Return the core with the most bonds, on a star its centre; of equal ones the last."""
    return max(range(len(structure.cores)), key=lambda core: (len(structure.core_bonds[core]), core))


def _allowance(remaining: float, bonds: int, goal: Goal) -> float:
    """Return the squared norm that the next of ``bonds`` truncations may discard, of ``remaining`` for all of them.

    It is ``goal.share`` times an equal share; the last truncation may discard all.
    """
    return max(remaining if bonds == 1 else min(goal.share / bonds, 1.0) * remaining, 0.0)


def _found(unfolding: Unfolding, goal: Goal, rank: int, budget: float | None, total: float) -> Truncation:
    how: dict[str, Any] = {"rank": rank} if budget is None else {"budget": budget}
    if goal.sketch is not None:
        return sketched(unfolding, goal.sketch, total=total, **how)
    return truncate(unfolding, **how)


def _kept(cache: PeelingCache | None, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return the cached value of a key, computed by ``make`` if it is missing."""
    if cache is None:
        return make()
    if key not in cache:
        cache[key] = make()
    return cache[key]


def _next(structure: Structure, free: set[int], left: set[int], sizes: Sequence[int], *, late: bool) -> tuple[int, int]:
    """Return the core to peel off next, and the one bond that joins it to other cores in ``left`` (not peeled yet).

    It is the core of ``free`` with one such bond and the least product of the sizes of its other indices, its rows.
    """
    choices = []
    for core in free:
        inner = [bond for bond in structure.core_bonds[core] if set(structure.bonds[bond].cores) <= left]
        if len(inner) == 1:
            rows = (
                math.prod(sizes[label] for label in structure.core_indices[core]) // sizes[structure.order + inner[0]]
            )
            choices.append((rows, -core if late else core, core, inner[0]))
    return min(choices)[2:]


def _layout(structure: Structure) -> tuple[int, ...]:
    """Return an order of the modes in which those of every branch, seen from the last core, are adjacent."""

    def branch(core: int, above: int | None) -> list[int]:
        parts = [[leg] for leg in structure.cores[core].legs]
        for bond in structure.core_bonds[core]:
            far = next(end for end in structure.bonds[bond].cores if end != core)
            if far != above:
                parts.append(branch(far, core))
        return [mode for part in sorted(part for part in parts if part) for mode in part]

    return tuple(branch(len(structure.cores) - 1, None))


def _together(rest: Any, labels: list[int], inward: set[int]) -> tuple[Any, list[int], int]:
    """Return a view of ``rest`` with the axes ``inward`` adjacent, its labels, and the first of these axes."""
    places = [place for place, label in enumerate(labels) if label in inward]
    if not places:
        return rest, labels, 0
    if places[-1] - places[0] == len(places) - 1:
        return rest, list(labels), places[0]
    axes = (*places, *(place for place in range(len(labels)) if place not in places))
    return permuted(rest, axes), [labels[place] for place in axes], 0


def _unfolding(rest: Any, first: int, count: int, labels: Sequence[int], sizes: Sequence[int]) -> Unfolding:
    before = math.prod(sizes[label] for label in labels[:first])
    rows = math.prod(sizes[label] for label in labels[first : first + count])
    return Unfolding(rest.reshape(before, rows, math.prod(sizes[label] for label in labels[first + count :])))


def _turned(core: Any, labels: Sequence[int], wanted: Sequence[int]) -> Any:
    return permuted(wide(core), tuple(labels.index(label) for label in wanted))


def _put_back(rest: Any, labels: list[int], basis: Any, own: tuple[int, ...], bond: int) -> tuple[Any, list[int]]:
    place = labels.index(bond)
    shape, rank = rest.shape, basis.shape[-1]
    before, after = math.prod(shape[:place]), math.prod(shape[place + 1 :])
    matrix = basis.reshape(-1, rank)
    flat = rest.reshape(before, rank, after)
    rest = flat[:, :, 0] @ matrix.T if after == 1 else matrix @ flat
    sizes = (*shape[:place], *basis.shape[:-1], *shape[place + 1 :])
    return rest.reshape(sizes), [*labels[:place], *own, *labels[place + 1 :]]


def _distance(first: Any, second: Any) -> float:
    """Return the squared Euclidean distance of two flat arrays, in float64, block by block."""
    step = 2**16  # entries: a block of both arrays in float64 fits in the cache of a core
    return sum(
        sum_of_squares(first[start : start + step] - wide(second[start : start + step]))
        for start in range(0, first.shape[0], step)
    )


def _eye(like: Any, size: int) -> Any:
    return np.eye(size) if isinstance(like, np.ndarray) else torch.eye(size, dtype=torch.float64, device=like.device)
