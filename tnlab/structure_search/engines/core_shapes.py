"""Core shapes of Tucker decompositions and balanced trees: fewest parameters at a target error, from the spectra.

The squared error of successive truncated SVDs is at most the sum of the squared singular values that the ranks
discard (the tails), so that ranks whose tails sum to at most the squared target are certain to reach it. The true error
is smaller: from the cheapest such shape ranks are lowered as long as the true error allows.

The published problem is the reverse one, the least error for a budget:
``tnlab.structure_search.parts.core_shape.core_shape``.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import ClassVar, Literal

import numpy as np
import torch
from typing_extensions import override

from tnlab.network.network import Network
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.core_shape import Loss, Shape, greedy_ranks, tucker_tree
from tnlab.structure_search.parts.split_trees import LISTED, Split, SplitTree, best_ranks, split_tensor
from tnlab.structure_search.problem import Problem

CHOICES = 12  # largest number of ranks per bond that exact packing considers, their tails evenly spaced


@dataclass(frozen=True, eq=False)
class CoreShapesState:
    """State of the search over core shapes: the next shapes to evaluate and the best evaluation so far.

    Attributes:
        problem: The problem.
        tree: The Tucker or balanced tree.
        loss: Errors of Tucker fits; None for a balanced tree.
        asked: The next ranks to evaluate, one tuple per proposal.
        best: Evaluation of least score.
        done: Whether the search has ended.
    """

    problem: Problem
    tree: SplitTree
    loss: Loss | None
    asked: tuple[Shape, ...]
    best: Evaluation | None = None
    done: bool = False


@engines.register("core_shapes")
@dataclass(frozen=True)
class CoreShapes(AbstractEngine[CoreShapesState]):
    """Choose the ranks of a Tucker decomposition, or of a balanced tree, by packing squared singular values.

    Attributes:
        method: ``"greedy"`` adds the largest squared singular value next, ``"bang_for_buck"`` the largest per
            parameter (unlike the published program, with the cost updated at every step), ``"exact"`` takes the fewest
            parameters; ``"portfolio"`` evaluates all three and continues by a local search on the true error.
        tree: ``"tucker"``, or ``"balanced"`` for a tree that halves the set of modes recursively.
        error: Target error if the problem has none.
    """

    method: Literal["greedy", "bang_for_buck", "exact", "portfolio"] = "portfolio"
    tree: Literal["tucker", "balanced"] = "tucker"
    error: float = 0.1

    paper: ClassVar[str] = "Ghadiri 2023: https://arxiv.org/abs/2302.03886"
    families: ClassVar[tuple[str, ...]] = ("latent",)
    best_of_batch: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> CoreShapesState:
        tucker = self.tree == "tucker" and problem.order > 2  # for a matrix both trees are one bond
        tree = tucker_tree(problem.modes) if tucker else balanced_tree(problem.modes)
        methods = ("exact", "bang_for_buck", "greedy") if self.method == "portfolio" else (self.method,)
        first = dict.fromkeys(self._packed(problem, tree, method) for method in methods)
        loss = Loss(problem.tensor.detach().cpu().double().numpy()) if tucker else None
        return CoreShapesState(problem=problem, tree=tree, loss=loss, asked=tuple(sorted(first, key=tree.parameters)))

    @override
    def ask(self, state: CoreShapesState, generator: torch.Generator) -> Iterable[Proposal]:
        for shape in () if state.done else state.asked:
            yield Proposal(
                state.tree.structure(shape), self._fitted(state, shape), max_sweeps=0, move="x".join(map(str, shape))
            )

    @override
    def tell(
        self, state: CoreShapesState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> CoreShapesState:
        found = min(evaluations, key=lambda own: own.score)
        if state.best is not None and found.score >= state.best.score:
            return replace(state, done=True)
        near = tuple(_cheaper(state.tree, found.structure.ranks, state.problem.max_rank))
        return replace(state, best=found, asked=near, done=self.method != "portfolio" or not near)

    @override
    def cutoff(self, state: CoreShapesState) -> float:
        return math.inf if state.best is None else state.best.score

    def _fitted(self, state: CoreShapesState, shape: Shape) -> Network:
        """Return the network of a shape: a Tucker fit by orthogonal iteration, or a tree by truncated SVDs."""
        like = state.problem.tensor
        if state.loss is None:
            return split_tensor(like, state.tree, shape)
        structure = state.tree.structure(shape)
        factors, core = state.loss.network(shape)
        order = len(factors)
        arrays = [*factors[:-1], np.moveaxis(core, -1, order - 1), factors[-1]]  # the last mode is the root's
        return Network(structure, tuple(torch.as_tensor(np.ascontiguousarray(array)).to(like) for array in arrays))

    def _packed(self, problem: Problem, tree: SplitTree, method: str) -> Shape:
        allowed = (problem.target_error or self.error) ** 2
        tails = [problem.spectra.tail(split)[: 2 + (problem.max_rank or problem.entries)] for split in tree.splits]
        if method == "exact":
            solved = best_ranks(tree, [_choices(tail, allowed, len(tails)) for tail in tails], allowed)
            if solved is not None:
                return tuple(solved[1])

        def enough(ranks: Sequence[int]) -> bool:
            return sum(float(tail[rank]) for tail, rank in zip(tails, ranks, strict=True)) <= allowed

        def fits(ranks: Sequence[int]) -> bool:  # false once one rank less on every bond was enough
            before = [max(rank - 1, 1) for rank in ranks]
            return not enough(before) or any(rank == 1 for rank in ranks)

        weights = [-np.diff(tail) for tail in tails]
        grown = greedy_ranks(tree.parameters, weights, fits, per_parameter=method == "bang_for_buck")
        return _trimmed(tree, grown, enough)


def balanced_tree(modes: Sequence[int]) -> SplitTree:
    """Return the tree of splits that halves the set of modes recursively down to single modes."""
    last = len(modes) - 1
    found: list[Split] = []
    waiting: list[list[int]] = [list(range(len(modes)))]
    while waiting:
        part = waiting.pop()
        half = len(part) // 2
        for side in (part[:half], part[half:]) if len(part) > 1 else ():
            rest = tuple(mode for mode in range(len(modes)) if mode not in side)
            found.append(rest if last in side else tuple(side))
            waiting.append(side)
    return SplitTree.of(modes, list(dict.fromkeys(found)))


def _choices(tail: np.ndarray, allowed: float, bonds: int) -> list[tuple[float, int]]:
    """Return pairs ``(squared error, rank)`` of a bond, largest rank first.

    They are the least ranks for squared errors spaced evenly from 0 to ``allowed``; fewer with more ``bonds``.
    ``tail`` holds the squared error by rank.
    """
    found = {}
    for part in np.linspace(0.0, 1.0, max(2, min(CHOICES, int(LISTED ** (1 / bonds))))):
        enough = np.flatnonzero(tail <= part * allowed)
        if len(enough):
            rank = max(1, int(enough[0]))
            found[rank] = (float(tail[rank]), rank)
    return [found[rank] for rank in sorted(found, reverse=True)]


def _trimmed(tree: SplitTree, ranks: Shape, enough: Callable[[Sequence[int]], bool]) -> Shape:
    """Return the ranks lowered one by one, that which saves most parameters first, while ``enough`` of them is true."""
    while True:
        lower = [tuple(r - (b == bond) for b, r in enumerate(ranks)) for bond in range(len(ranks)) if ranks[bond] > 1]
        lower = [shape for shape in lower if enough(shape)]
        if not lower:
            return ranks
        ranks = min(lower, key=tree.parameters)


def _cheaper(tree: SplitTree, ranks: Shape, max_rank: int | None) -> Iterator[Shape]:
    """Yield shapes with fewer parameters, fewest first: one rank lowered, or one lowered and another raised by 1."""
    here = tree.parameters(ranks)
    sides = [math.prod(tree.modes[mode] for mode in split) for split in tree.splits]
    most = [min(side, math.prod(tree.modes) // side, max_rank or side) for side in sides]
    found = set()
    for down in range(len(ranks)):
        for step in {1, 1 + ranks[down] // 8}:
            found.add(tuple(rank - step * (bond == down) for bond, rank in enumerate(ranks)))
    for up, down in permutations(range(len(ranks)), 2):
        found.add(tuple(rank + (bond == up) - (bond == down) for bond, rank in enumerate(ranks)))
    kept = [
        shape
        for shape in found
        if all(1 <= rank <= top for rank, top in zip(shape, most, strict=True)) and tree.parameters(shape) < here
    ]
    yield from sorted(kept, key=lambda shape: (tree.parameters(shape), shape))
