"""Program synthesis over trees: choose the splits and the ranks from spectra alone, then replay them as SVDs.

A program is a set of compatible splits of the modes; run, it splits the tensor by truncated SVDs into a tree. What a
split of a rank loses is at most the tail of the unfolding's spectrum, and the squares of all losses add up, so that
the cheapest program within an error budget follows from the spectra by an integer program, with no SVD run. What the
replay leaves of the budget is spent by rounding.
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

LEAST_LEFT = 1e-3  # of the budget: less is not worth a rounding


@dataclass(frozen=True, eq=False)
class TreeSplitsState:
    """The programs still to be replayed, cheapest first."""

    problem: Problem
    waiting: tuple[tuple[SplitTree, tuple[int, ...]], ...]


@engines.register("tree_splits")
@dataclass(frozen=True)
class TreeSplits(AbstractEngine[TreeSplitsState]):
    """Synthesise the tree of truncated SVDs with the fewest parameters within an error budget.

    The published program hands every sketch to Gurobi; here most are ruled out by their least ranks, and the others
    are solved by listing the ranks, or by HiGHS where there are too many.

    Attributes:
        max_splits: Splits of one program at most.
        bin_size: Width of the bins of tail energy, as a part of the budget.
        top: Programs that are replayed.
        error: Budget where the problem has no target error.
        beam: Trees per level that are split further; from order 7 on there are more than can be listed.
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
        best: list[tuple[int, int, SplitTree, tuple[int, ...]]] = []  # a heap, the dearest of the best first
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
        """Return the least rank for every bin of tail energy, largest rank first."""
        tails = problem.spectra.tail(split)
        found: dict[int, Choice] = {}
        for step in range(round(1 / self.bin_size) + 1):
            rank = max(1, int(np.argmax(tails <= step * self.bin_size * allowed)))
            if rank <= (problem.max_rank or math.inf) and tails[rank] <= allowed:
                found[rank] = (float(tails[rank]), rank)
        return [found[rank] for rank in sorted(found, reverse=True)]

    def _replay(self, problem: Problem, tree: SplitTree, ranks: Sequence[int]) -> Network:
        """Return the tree that the splits make of the tensor, rounded by what is left of the budget."""
        network = split_tensor(problem.tensor, tree, ranks)
        target = problem.target_error or self.error
        error = relative_residual(problem.tensor, network)
        left = target**2 - error**2
        if left <= LEAST_LEFT * target**2:
            return network
        # the rounded tree lies in the spaces of the tree before: the squares of both errors add up
        rounded = round_network(network, target_error=math.sqrt(left / (1 - error**2))).network
        return rounded if relative_residual(problem.tensor, rounded) <= target else network
