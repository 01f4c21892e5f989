"""Program synthesis over trees: choose the splits and the ranks from spectra alone, then replay them as SVDs.

A program is a set of compatible splits of the modes with ranks. Replaying it splits the tensor into a tree by one
truncated SVD per split. The squared error is at most the sum of the tails of the unfoldings' spectra, so that the
program of fewest parameters within an error budget follows from the spectra alone, by an integer program. Rounding
spends what a replay leaves of the budget.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from typing_extensions import override

from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.rounding.network import round_network
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.split_trees import (
    Choice,
    Split,
    SplitTree,
    best_ranks,
    list_trees,
    split_tensor,
    splits_of,
)
from tnlab.structure_search.problem import Problem

LEAST_LEFT = 1e-3  # fraction of the squared error budget that must be left for a rounding to be worth it


@dataclass(frozen=True, eq=False)
class TreeSplitsState:
    """State of the synthesis: the trees and ranks still to be replayed, fewest parameters first."""

    problem: Problem
    waiting: tuple[tuple[SplitTree, tuple[int, ...]], ...]


@engines.register("tree_splits")
@dataclass(frozen=True)
class TreeSplits(AbstractEngine[TreeSplitsState]):
    """Find the tree of truncated SVDs of fewest parameters whose squared errors sum to at most the squared target.

    The published program solves an integer program by Gurobi for every tree; here most trees are ruled out by their
    parameters at the least ranks, and the others solved by listing all ranks, or by HiGHS if there are too many.

    Attributes:
        max_splits: Largest number of splits of a tree.
        bin_size: Step between the squared errors for which ranks are listed, as a fraction of the squared target error.
        top: Number of programs replayed and proposed.
        error: Target error if the problem has none.
        beam: Trees per level that are split further; from order 7 on there are too many to list all.
    """

    max_splits: int = 5
    bin_size: float = 0.1
    top: int = 1
    error: float = 0.1
    beam: int = 500

    paper: ClassVar[str] = "Guo 2025: https://arxiv.org/abs/2502.02711"
    families: ClassVar[tuple[str, ...]] = ("latent",)

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> TreeSplitsState:
        allowed = (problem.target_error or self.error) ** 2
        choices = {split: self.choices(problem, split, allowed) for split in splits_of(problem.order)}
        choices = {split: of_split for split, of_split in choices.items() if of_split}
        least = {split: of_split[-1][1] for split, of_split in choices.items()}
        best: list[tuple[int, int, SplitTree, tuple[int, ...]]] = []  # a heap, most parameters first
        ranked = sorted(list_trees(problem.modes, least, self.max_splits, self.beam), key=lambda found: found[0])
        for turn, (bound, tree) in enumerate(ranked):
            if len(best) == self.top and bound >= -best[0][0]:
                break
            solved = best_ranks(tree, [choices[split] for split in tree.splits], allowed)
            if solved is not None:
                heapq.heappush(best, (-solved[0], -turn, tree, tuple(solved[1])))
                if len(best) > self.top:
                    heapq.heappop(best)
        chosen = sorted(best, key=lambda found: (-found[0], -found[1]))
        return TreeSplitsState(problem, tuple((tree, ranks) for _, _, tree, ranks in chosen))

    @override
    def ask(self, state: TreeSplitsState, generator: torch.Generator) -> Iterable[Proposal]:
        for tree, ranks in state.waiting:
            network = self._replay(state.problem, tree, ranks)
            names = " ".join("".join(map(str, split)) for split in tree.splits)
            yield Proposal(network.structure, network, max_sweeps=0, move=f"split {names}" if names else "no split")

    @override
    def tell(
        self, state: TreeSplitsState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> TreeSplitsState:
        return TreeSplitsState(state.problem, ())

    def choices(self, problem: Problem, split: Split, allowed: float) -> list[Choice]:
        """Return pairs ``(squared error, rank)`` of a split, largest rank first.

        They are the least ranks for squared errors from 0 to ``allowed`` in steps of ``bin_size * allowed``.
        """
        tails = problem.spectra.tail(split)
        found: dict[int, Choice] = {}
        for step in range(round(1 / self.bin_size) + 1):
            rank = max(1, int(np.argmax(tails <= step * self.bin_size * allowed)))
            if rank <= (problem.max_rank or math.inf) and tails[rank] <= allowed:
                found[rank] = (float(tails[rank]), rank)
        return [found[rank] for rank in sorted(found, reverse=True)]

    def _replay(self, problem: Problem, tree: SplitTree, ranks: Sequence[int]) -> Network:
        """Return the tensor truncated to a tree of given ranks, then rounded as far as the target error allows."""
        network = split_tensor(problem.tensor, tree, ranks)
        target = problem.target_error or self.error
        error = relative_residual(problem.tensor, network)
        left = target**2 - error**2
        if left <= LEAST_LEFT * target**2:
            return network
        # the rounded tree lies in the spaces of the tree before: the squares of both errors add up
        rounded = round_network(network, target_error=math.sqrt(left / (1 - error**2))).network
        return rounded if relative_residual(problem.tensor, rounded) <= target else network
