"""Trees as sets of splits of the modes: their enumeration, their cheapest ranks, and the SVDs that realise them.

A split of the modes in two is written as the side without the last mode. Splits that are pairwise nested or disjoint
make a tree with one bond per split and one core per region between splits, which has the modes of its region as legs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from torch import Tensor

from tnlab.fitting.unfolding_svd import Unfolding, as_array, tensor_like, truncate
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure

Split = tuple[int, ...]  # the modes on the side without the last mode, ascending
Choice = tuple[float, int]  # squared tail of a cut that a rank discards, and the rank
LISTED = 200_000  # largest number of combinations of ranks that are listed; more go to the integer program


@dataclass(frozen=True)
class SplitTree:
    """A tree given by its splits, without ranks.

    Attributes:
        modes: Size of every mode.
        splits: One split per bond, smaller sets first.
        above: For each split the index of the smallest split that contains it; -1 if there is none.
        legs: Modes of each core: those of split k in no smaller split for core k; the last core is the root.
    """

    modes: tuple[int, ...]
    splits: tuple[Split, ...]
    above: tuple[int, ...]
    legs: tuple[Split, ...]

    @classmethod
    def of(cls, modes: Sequence[int], splits: Sequence[Split]) -> "SplitTree":
        """Return the tree of splits that are pairwise nested or disjoint."""
        ordered = sorted(splits, key=lambda split: (len(split), split))
        sets = [set(split) for split in ordered]
        above = []
        legs = [set(split) for split in ordered] + [set(range(len(modes)))]
        for place, own in enumerate(sets):
            parent = next((later for later in range(place + 1, len(sets)) if own < sets[later]), -1)
            above.append(parent)
            legs[parent] -= own
        return cls(
            modes=tuple(modes),
            splits=tuple(ordered),
            above=tuple(above),
            legs=tuple(tuple(sorted(own)) for own in legs),
        )

    @property
    def bonds_at(self) -> list[list[int]]:
        """Bonds of every core; bond k joins core k to the core above it."""
        at: list[list[int]] = [[place] for place in range(len(self.splits))] + [[]]
        for place, parent in enumerate(self.above):
            at[parent].append(place)
        return at

    def parameters(self, ranks: Sequence[int]) -> int:
        """Return the number of entries of all cores at given ranks, one per bond."""
        total = 0
        for legs, bonds in zip(self.legs, self.bonds_at, strict=True):
            total += math.prod(self.modes[leg] for leg in legs) * math.prod(ranks[bond] for bond in bonds)
        return total

    def structure(self, ranks: Sequence[int]) -> Structure:
        """Return the structure with given ranks, one per bond."""
        root = len(self.splits)
        bonds = tuple(
            Bond((place, root if parent < 0 else parent), rank)
            for place, (parent, rank) in enumerate(zip(self.above, ranks, strict=True))
        )
        return Structure(self.modes, tuple(Core(legs) for legs in self.legs), bonds)


def list_trees(
    modes: Sequence[int], least: dict[Split, int], max_splits: int, beam: int
) -> Iterator[tuple[int, SplitTree]]:
    """Yield the parameters at the least ranks and the tree, for trees of 0, 1, ... up to ``max_splits`` splits.

    Args:
        modes: Size of every mode.
        least: Splits to use, each with its least rank.
        max_splits: Largest number of splits of a tree.
        beam: Number of trees of one level that are split further, those with the fewest parameters; the list is
            complete if no level has more.
    """
    names = list(least)
    compatible = [_compatible(split, names) for split in names]
    level: dict[frozenset[int], int] = {frozenset(): (1 << len(names)) - 1}
    yield math.prod(modes), SplitTree.of(modes, ())
    for _ in range(max_splits):
        found: dict[frozenset[int], tuple[int, int]] = {}
        for family, free in level.items():
            for place in range(len(names)):
                grown = family | {place}
                if free >> place & 1 and grown not in found:
                    tree = SplitTree.of(modes, [names[other] for other in grown])
                    bound = tree.parameters([least[split] for split in tree.splits])
                    found[grown] = bound, free & compatible[place]
                    yield bound, tree
        kept = sorted(found, key=lambda family: (found[family][0], sorted(family)))[:beam]
        level = {family: found[family][1] for family in kept}


def splits_of(order: int) -> list[Split]:
    """Return every split of ``order`` modes in two, each as its side without the last mode."""
    return [split for size in range(1, order) for split in combinations(range(order - 1), size)]


def best_ranks(tree: SplitTree, choices: Sequence[Sequence[Choice]], allowed: float) -> tuple[int, list[int]] | None:
    """Return the fewest parameters of a tree, and its ranks, whose squared errors sum to at most ``allowed``.

    The result is None if no ranks do.

    Args:
        tree: The tree.
        choices: Of each bond, pairs of a squared error, discarded there, and its rank, to choose from.
        allowed: Largest sum of squared errors.
    """
    if not tree.splits:
        return tree.parameters(()), []
    if math.prod(map(len, choices)) <= LISTED:
        return _listed(tree, choices, allowed)
    return _integer_program(tree, choices, allowed)


def _compatible(split: Split, names: Sequence[Split]) -> int:
    own = set(split)
    mask = 0
    for place, other in enumerate(map(set, names)):
        if own != other and (own < other or other < own or not own & other):
            mask |= 1 << place
    return mask


def _listed(tree: SplitTree, choices: Sequence[Sequence[Choice]], allowed: float) -> tuple[int, list[int]] | None:
    shape = [len(of_bond) for of_bond in choices]
    tails, ranks = [], []
    for bond, of_bond in enumerate(choices):
        along = [1] * len(shape)
        along[bond] = -1
        tails.append(np.array([tail for tail, _ in of_bond]).reshape(along))
        ranks.append(np.array([rank for _, rank in of_bond]).reshape(along))
    cost = np.zeros(shape)
    for legs, bonds in zip(tree.legs, tree.bonds_at, strict=True):
        term: np.ndarray = np.array(float(math.prod(tree.modes[leg] for leg in legs)))
        for bond in bonds:
            term = term * ranks[bond]
        cost = cost + term
    cost = np.where(sum(tails, np.zeros(shape)) <= allowed, cost, np.inf)
    best = np.unravel_index(int(np.argmin(cost)), shape)
    if not np.isfinite(cost[best]):
        return None
    return int(cost[best]), [of_bond[int(at)][1] for of_bond, at in zip(choices, best, strict=True)]


def _integer_program(
    tree: SplitTree, choices: Sequence[Sequence[Choice]], allowed: float
) -> tuple[int, list[int]] | None:
    """Return the result of ``best_ranks`` by HiGHS: choices of ranks are margins of weights on combinations."""
    offset = np.concatenate([[0], np.cumsum([len(of_bond) for of_bond in choices])]).astype(int)
    costs = [0.0] * int(offset[-1])
    rows: list[dict[int, float]] = []
    values: list[float] = []
    for legs, bonds in zip(tree.legs, tree.bonds_at, strict=True):
        margins = {(bond, at): {int(offset[bond]) + at: -1.0} for bond in bonds for at in range(len(choices[bond]))}
        size = math.prod(tree.modes[leg] for leg in legs)
        for combination in product(*(range(len(choices[bond])) for bond in bonds)):
            for bond, at in zip(bonds, combination, strict=True):
                margins[bond, at][len(costs)] = 1.0
            picked = (choices[bond][at][1] for bond, at in zip(bonds, combination, strict=True))
            costs.append(float(size * math.prod(picked)))
        rows += margins.values()
        values += [0.0] * len(margins)
    for bond, of_bond in enumerate(choices):
        rows.append({int(offset[bond]) + at: 1.0 for at in range(len(of_bond))})
        values.append(1.0)
    matrix = sparse.lil_matrix((len(rows), len(costs)))
    for row, entries in enumerate(rows):
        for column, value in entries.items():
            matrix[row, column] = value
    equal: Any = np.array(values)
    weights = np.zeros((1, len(costs)))
    weights[0, : offset[-1]] = [tail / allowed for of_bond in choices for tail, _ in of_bond]
    whole = np.zeros(len(costs))
    whole[: offset[-1]] = 1
    found = milp(
        costs,
        integrality=whole,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(matrix.tocsr(), equal, equal),
            LinearConstraint(weights, -np.inf, 1.0),
        ],
    )
    if found.x is None:
        return None
    ranks = []
    for bond, of_bond in enumerate(choices):
        ranks.append(of_bond[int(np.argmax(found.x[offset[bond] : offset[bond + 1]]))][1])
    return tree.parameters(ranks), ranks


def split_tensor(tensor: Tensor, tree: SplitTree, ranks: Sequence[int]) -> Network:
    """Return the network that truncated SVDs of a tensor give, one per split, from the smallest split to the root."""
    array = as_array(tensor.cpu())
    labels: list[int] = list(range(tensor.ndim))  # modes, then order + bond
    order, cores = tensor.ndim, []
    found = []
    for place, (bonds, rank) in enumerate(zip(tree.bonds_at[:-1], ranks, strict=True)):
        own = [*tree.legs[place], *(order + bond for bond in bonds if bond != place)]
        rest = [label for label in labels if label not in own]
        sizes = [array.shape[labels.index(label)] for label in own]
        matrix = array.transpose([labels.index(label) for label in (*own, *rest)]).reshape(math.prod(sizes), -1)
        basis = truncate(Unfolding(matrix[None]), rank=rank).basis
        basis = np.eye(len(matrix)) if basis is None else basis
        rest_sizes = [array.shape[labels.index(label)] for label in rest]
        array = (basis.T @ matrix).reshape(-1, *rest_sizes)
        labels = [order + place, *rest]
        own_labels = [*own, order + place]
        cores.append((basis.reshape(*sizes, -1), own_labels))
        found.append(basis.shape[1])
    cores.append((array, labels))
    structure = tree.structure(found)
    return Network(
        structure,
        tuple(
            tensor_like(np.ascontiguousarray(core.transpose([own.index(label) for label in wanted])), tensor)
            for (core, own), wanted in zip(cores, structure.core_indices, strict=True)
        ),
    )
