"""Greedy-TN: from rank 1 everywhere, raise the rank that lowers the error most, and keep the weights."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.adjacency import from_matrix, from_ranks, to_matrix
from tnlab.network.edits import add_bond, set_rank
from tnlab.network.network import Network
from tnlab.network.split import split_core, splits
from tnlab.network.structure import Structure
from tnlab.search.engine import AbstractEngine, engines
from tnlab.search.evaluation import Evaluation, Proposal
from tnlab.search.problem import Problem

EXACT = 1e-7  # relative error at which growing stops


@dataclass(frozen=True, eq=False)
class Growth:
    """Where the growth stands.

    Attributes:
        problem: What is searched.
        phase: What is asked: ``"fit"``, ``"score"`` every edge, ``"split"`` a core, ``"shrink"``, or ``"over"``.
        asked: The proposals.
        here: The network grown so far, as it was told.
        steps: Ranks raised.
        best: Least score so far, and how many steps ago that was.
    """

    problem: Problem
    phase: str
    asked: tuple[Proposal, ...]
    here: Evaluation | None = None
    steps: int = 0
    best: tuple[float, int] = (math.inf, 0)


@engines.register("greedy_tn")
@dataclass(frozen=True)
class GreedyTN(AbstractEngine[Growth]):
    """Raise the best rank by one, go on from the weights at hand, and split cores in two where that loses nothing.

    Every edge is scored by a few sweeps over all cores from the weights at hand (the program can also fit the two new
    slices alone, which on a dimension tree costs no less). As published, growing overshoots: ranks raised early may
    turn out superfluous; ``shrink`` lowers them again at the end. Cores are split in the family ``"latent"``.

    Attributes:
        scoring_sweeps: Sweeps for every edge.
        sweeps: Sweeps after every step.
        steps: Ranks raised at most.
        max_degree: Bonds above rank 1 at a core at most; None for no limit.
        split_below: A singular value below this part of the largest is nothing, when a core is split.
        shrink: Whether ranks are lowered at the end as long as the target is still reached.
        patience: Steps without a better score after which it stops, where there is no target error.
    """

    scoring_sweeps: int = 2
    sweeps: int = 100
    steps: int = 1000
    max_degree: int | None = None
    split_below: float = 1e-5
    shrink: bool = False
    patience: int = 5

    paper: ClassVar[str] = "Hashemizadeh 2020: https://arxiv.org/abs/2008.05437"
    families: ClassVar[tuple[str, ...]] = ("any", "latent", "degree3", "ring", "tree")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> Growth:
        return Growth(problem, "fit", (self._fit(from_ranks(problem.modes, {}), None),))

    @override
    def ask(self, state: Growth, generator: torch.Generator) -> Iterable[Proposal]:
        return state.asked

    @override
    def tell(self, state: Growth, evaluations: Sequence[Evaluation], generator: torch.Generator) -> Growth:
        if state.phase == "score":
            best = min(evaluations, key=lambda found: found.relative_error)
            return replace(state, phase="fit", asked=(self._fit(best.structure, best.network, best.move),))
        if state.phase == "shrink":
            best = min(evaluations, key=lambda found: found.score)
            if state.here is None or best.network is None or best.score >= state.here.score:
                return replace(state, phase="over", asked=())
            return self._shrunk(replace(state, here=best))
        (found,) = evaluations
        steps = state.steps + (state.phase == "fit")
        better = found.score < state.best[0]
        state = replace(state, here=found, steps=steps, best=(found.score, steps) if better else state.best)
        if self._ends(state):
            return self._shrunk(state) if self.shrink else replace(state, phase="over", asked=())
        return self._split(state) or self._scored(state)

    @override
    def cutoff(self, state: Growth) -> float:
        return state.here.score if state.phase == "shrink" and state.here else math.inf

    def _fit(self, structure: Structure, network: Network | None, move: str = "rank 1 everywhere") -> Proposal:
        return Proposal(structure, init=network, max_sweeps=self.sweeps, starts=1, move=move)

    def _ends(self, state: Growth) -> bool:
        assert state.here is not None
        error = state.here.relative_error
        if error <= EXACT or state.steps > self.steps:
            return True
        if state.problem.target_error is None:
            return state.steps - state.best[1] >= self.patience
        return state.problem.reached(error)

    def _scored(self, state: Growth) -> Growth:
        assert state.here is not None
        cores = range(len(state.here.structure.cores))
        grown = ((pair, self._grown(state, *pair)) for pair in combinations(cores, 2))
        asked = tuple(
            Proposal(structure, state.here.network, self.scoring_sweeps, starts=1, move=f"rank of {i}-{j} up")
            for (i, j), structure in grown
            if structure is not None
        )
        return replace(state, phase="score", asked=asked)

    def _grown(self, state: Growth, i: int, j: int) -> Structure | None:
        """Return the structure with one more rank between two cores; None if the family or the degree forbids it."""
        assert state.here is not None
        old = state.here.structure
        between = next((place for place, bond in enumerate(old.bonds) if bond.cores == (i, j)), None)
        if between is None:
            new = add_bond(old, (i, j), 2)
        else:
            new = set_rank(old, between, old.bonds[between].rank + 1)
        if state.problem.family != "latent":
            new = from_matrix(new.modes, to_matrix(new))
        degrees = [sum(new.bonds[bond].rank > 1 for bond in bonds) for bonds in new.core_bonds]
        allowed = self.max_degree is None or max(degrees) <= self.max_degree
        return new if allowed and state.problem.admits(new) else None

    def _split(self, state: Growth) -> Growth | None:
        """Return the state that asks about the split which saves most; None if none saves anything."""
        assert state.here is not None
        network = state.here.network
        if state.problem.family != "latent" or network is None:
            return None
        found: list[tuple[int, int, tuple[int, ...], int]] = []
        for core, array in enumerate(network.cores):
            for axes, rank in splits(network, core, self.split_below):
                columns = math.prod(array.shape[axis] for axis in axes)
                saved = array.numel() - rank * (columns + array.numel() // columns)
                if rank <= (state.problem.max_rank or rank):
                    found.append((saved, -core, axes, rank))
        if not found:
            return None
        _, core, axes, rank = max(found)
        parts = split_core(network, -core, axes, rank)
        proposal = Proposal(parts.structure, init=parts, max_sweeps=0, starts=1, move=f"core {-core} split")
        return replace(state, phase="split", asked=(proposal,))

    def _shrunk(self, state: Growth) -> Growth:
        assert state.here is not None
        asked = tuple(
            replace(self._fit(structure, state.here.network), move=move)
            for structure, move in _smaller(state.here.structure, plain=state.problem.family != "latent")
            if state.problem.admits(structure)
        )
        return replace(state, phase="shrink" if asked else "over", asked=asked)


def _smaller(structure: Structure, *, plain: bool) -> Iterator[tuple[Structure, str]]:
    """Yield the structures with one rank lowered by one; a bond of one mode per core that falls to rank 1 goes."""
    for place, bond in enumerate(structure.bonds):
        if bond.rank == 1:
            continue
        lowered = set_rank(structure, place, bond.rank - 1)
        if plain:
            lowered = from_matrix(lowered.modes, to_matrix(lowered))
        yield lowered, f"rank of {bond.cores[0]}-{bond.cores[1]} down"
