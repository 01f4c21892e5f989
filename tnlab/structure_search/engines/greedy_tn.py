"""Greedy-TN: from ranks of 1, raise by one the rank that lowers the error most, and fit on from the cores at hand."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.errors import StructureError
from tnlab.network.edits import remove_bond, set_rank
from tnlab.network.gauge.split_core import split_core, splits
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_matrix, from_ranks, to_matrix
from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.rank_one_slices import Slices
from tnlab.structure_search.problem import Problem

EXACT = 1e-7  # relative error at or below which growing stops, whatever the target


@dataclass(frozen=True, eq=False)
class GreedyTNState:
    """State of Greedy-TN: the network grown so far and the next proposals.

    Attributes:
        problem: The problem.
        phase: What the next proposals do: ``"fit"`` a raised rank, ``"split"`` a core, ``"shrink"``; or ``"over"``.
        asked: The next proposals.
        here: Evaluation of the network grown so far; None before the first.
        steps: Number of ranks raised.
        best: Least score so far, and the number of steps at which it was found.
    """

    problem: Problem
    phase: str
    asked: tuple[Proposal, ...]
    here: Evaluation | None = None
    steps: int = 0
    best: tuple[float, int] = (math.inf, 0)


@engines.register("greedy_tn")
@dataclass(frozen=True)
class GreedyTN(AbstractEngine[GreedyTNState]):
    """Grow a network by raising one rank at a time, and in the family ``"latent"`` split cores without loss.

    Every pair of cores is scored by fitting the two new slices of its bond while all else stays; the best pair is
    proposed and the whole network fitted, from the cores at hand. Ranks raised early may turn out superfluous;
    ``shrink`` lowers such ranks at the end, which the published program does not.

    Attributes:
        iterations: Number of times each of the two new slices is fitted to score a pair.
        sweeps: Sweeps of the whole network after every step.
        steps: Largest number of ranks raised.
        max_degree: Largest number of bonds above rank 1 at a core; None for no limit.
        split_below: Singular values below this fraction of the largest count as zero when a core is split.
        shrink: Whether ranks are lowered at the end while the target is still reached.
        patience: Steps without a lower score after which growing stops, if there is no target error.
    """

    iterations: int = 2
    sweeps: int = 100
    steps: int = 1000
    max_degree: int | None = None
    split_below: float = 1e-5
    shrink: bool = False
    patience: int = 5

    paper: ClassVar[str] = "Hashemizadeh 2020: https://arxiv.org/abs/2008.05437"
    families: ClassVar[tuple[str, ...]] = ("any", "latent", "degree3", "ring", "tree")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> GreedyTNState:
        return GreedyTNState(problem, "fit", (self._fit(from_ranks(problem.modes, {}), None),))

    @override
    def ask(self, state: GreedyTNState, generator: torch.Generator) -> Iterable[Proposal]:
        return state.asked

    @override
    def tell(
        self, state: GreedyTNState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> GreedyTNState:
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
        return self._split(state) or self._grown(state, generator)

    @override
    def cutoff(self, state: GreedyTNState) -> float:
        return state.here.score if state.phase == "shrink" and state.here else math.inf

    def _fit(self, structure: Structure, network: Network | None, move: str = "rank 1 everywhere") -> Proposal:
        return Proposal(structure, init=network, max_sweeps=self.sweeps, starts=1, move=move)

    def _ends(self, state: GreedyTNState) -> bool:
        assert state.here is not None
        error = state.here.relative_error
        if error <= EXACT or state.steps > self.steps:
            return True
        if state.problem.target_error is None:
            return state.steps - state.best[1] >= self.patience
        return state.problem.reached(error)

    def _grown(self, state: GreedyTNState, generator: torch.Generator) -> GreedyTNState:
        """Return the state that proposes one more rank for a pair of cores, or ends the search if no pair allows it.

        Of all pairs it is the one whose new slices, fitted by themselves, leave the least residual.
        """
        here = state.here
        assert here is not None
        assert here.network is not None
        slices = Slices(state.problem.tensor, here.network)
        best: tuple[float, Proposal] | None = None
        for pair in combinations(range(len(here.structure.cores)), 2):
            left, wider = slices.fit(pair, self.iterations, generator)
            structure = _tidy(wider.structure, plain=state.problem.family != "latent")
            if self._allows(state.problem, structure) and (best is None or left < best[0]):
                best = left, self._fit(structure, wider, f"rank of {pair[0]}-{pair[1]} up")
        return replace(state, phase="fit", asked=(best[1],)) if best else replace(state, phase="over", asked=())

    def _allows(self, problem: Problem, structure: Structure) -> bool:
        degrees = [sum(structure.bonds[bond].rank > 1 for bond in bonds) for bonds in structure.core_bonds]
        return problem.admits(structure) and (self.max_degree is None or max(degrees) <= self.max_degree)

    def _split(self, state: GreedyTNState) -> GreedyTNState | None:
        """Return the state that proposes the split of a core that saves most parameters; None if there is no split."""
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

    def _shrunk(self, state: GreedyTNState) -> GreedyTNState:
        assert state.here is not None
        asked = tuple(
            replace(self._fit(structure, state.here.network), move=move)
            for structure, move in _smaller(state.here.structure, plain=state.problem.family != "latent")
            if state.problem.admits(structure)
        )
        return replace(state, phase="shrink" if asked else "over", asked=asked)


def _smaller(structure: Structure, *, plain: bool) -> Iterator[tuple[Structure, str]]:
    """Yield the structures with one rank lowered by one, each with words for the change."""
    for place, bond in enumerate(structure.bonds):
        if bond.rank == 1:
            continue
        lowered = _tidy(set_rank(structure, place, bond.rank - 1), plain=plain)
        yield lowered, f"rank of {bond.cores[0]}-{bond.cores[1]} down"


def _tidy(structure: Structure, *, plain: bool) -> Structure:
    """Return a structure without bonds of rank 1, except those that connect it; one bond per pair if ``plain``."""
    if plain:
        return from_matrix(structure.modes, to_matrix(structure))
    for place in reversed(range(len(structure.bonds))):
        if structure.bonds[place].rank == 1:
            with suppress(StructureError):
                structure = remove_bond(structure, place)
    return structure
