"""Growth: raise ranks greedily to the target, lower them while it holds, then remove ranks at random and repeat."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.network import Network
from tnlab.network.rank_matrix import ModePair, from_ranks
from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.moves import pair_ranks
from tnlab.structure_search.parts.rank_gains import rank_gains, rank_losses
from tnlab.structure_search.problem import Problem

SHARPNESS = 6.0  # power of the worth in random choices: a pair of 80 % of the best worth has a quarter of its weight


@dataclass(frozen=True, eq=False)
class GrowthState:
    """State of growth: the phase, the network being changed and the smallest one that reached the target.

    Attributes:
        problem: The problem.
        phase: ``"plant"`` (ranks of 1), ``"grow"``, ``"settle"``, ``"polish"``, ``"shrink"`` or ``"cut back"``.
        here: Evaluation of the network that is grown or shrunk; None before the first fit.
        best: Smallest evaluation that reached the target; None before there is one.
        smaller: Smaller structures to try in place of ``here``, most promising first, each with its move.
        shrunk: Whether the best was shrunk already, or came from shrinking.
        kicks: Number of times the best was cut back since it was found.
    """

    problem: Problem
    phase: str = "plant"
    here: Evaluation | None = None
    best: Evaluation | None = None
    smaller: tuple[tuple[Structure, str], ...] = ()
    shrunk: bool = True
    kicks: int = 0


@engines.register("growth")
@dataclass(frozen=True)
class Growth(AbstractEngine[GrowthState]):
    """Search by greedy growth, shrinking, and random removal of ranks to leave local optima (iterated local search).

    From ranks of 1, the pairs of cores with the largest estimated gain per parameter are fitted for a few sweeps each,
    and the best is kept, until the target is reached. Then ranks are lowered, or moved from one bond to another, while
    the target is still reached. When no smaller structure nearby reaches it, a random part of the ranks of the best is
    removed, and growth repeats from there, choosing pairs at random by their worth.

    Attributes:
        near: Bonds are tried one by one once the error is at most this many times the target; before, several
            grow at once.
        leap: Number of bonds that grow at once.
        stride: Increment of a rank, as a fraction of it, at least 1; ranks shrink by 1, 2, or half the increment.
        width: Number of pairs tried per step of growth.
        trial_sweeps: Sweeps for each pair tried.
        settle_sweeps: Further sweeps for the pair kept.
        shrink_sweeps: Sweeps per start to regain the target with fewer parameters.
        reach: A second, annealed start is made if the error of the first is at most this many times the target.
        patience: Smaller structures tried per network before it counts as a local optimum.
        batch: Smaller structures proposed at a time.
        cut_back: Fraction of the surplus of all ranks above 1 that is removed to leave a local optimum.
        max_kicks: Removals without an improvement after which the search ends.
    """

    near: float = 1.5
    leap: int = 3
    stride: float = 0.6
    width: int = 10
    trial_sweeps: int = 2
    settle_sweeps: int = 6
    shrink_sweeps: int = 100
    reach: float = 1.06
    patience: int = 60
    batch: int = 4
    cut_back: float = 0.3
    max_kicks: int = 200

    paper: ClassVar[str] = "tnlab, after Hashemizadeh 2020: https://arxiv.org/abs/2008.05437"
    families: ClassVar[tuple[str, ...]] = ("any", "degree3", "ring", "tree", "latent")
    needs_target: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> GrowthState:
        return GrowthState(problem)

    @override
    def ask(self, state: GrowthState, generator: torch.Generator) -> Iterable[Proposal]:
        if state.here is None or state.here.network is None:
            return [Proposal(from_ranks(state.problem.modes, {}), move="all ranks 1")]
        here = state.here
        if state.phase == "grow":
            return self._sprouts(state)
        if state.phase == "settle":
            sweeps, move = self.settle_sweeps, f"{here.move}, settled"
            return [Proposal(here.structure, here.network, max_sweeps=sweeps, starts=1, move=move)]
        if state.phase == "polish":
            sweeps = self.shrink_sweeps
            return [Proposal(here.structure, here.network, max_sweeps=sweeps, starts=2, polish=True, move="polished")]
        if state.kicks > self.max_kicks:
            return ()
        if state.phase == "cut back":
            return self._cut_back(state.problem, here, generator)
        return [
            Proposal(
                structure,
                init=here.network,
                max_sweeps=self.shrink_sweeps,
                starts=2,
                reach=self.reach,
                decide=True,
                move=move,
            )
            for structure, move in state.smaller[: self.batch]
        ]

    @override
    def tell(self, state: GrowthState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> GrowthState:
        if state.phase == "shrink":
            return self._shrunk(state, evaluations)
        if state.phase == "grow":
            found = [one for one in evaluations if one.network is not None]
            if state.here is None or not found:
                return self._kicked(state)
            worth = [_progress(state.here, one) for one in found]
            chosen = _choose(worth, generator) if state.kicks else max(range(len(worth)), key=worth.__getitem__)
            return replace(state, phase="settle", here=found[chosen])
        here = evaluations[0]
        if state.phase == "polish":
            smaller = self._smaller(state.problem, here)
            return replace(state, phase="shrink", here=here, smaller=smaller) if smaller else self._kicked(state)
        if state.problem.reached(here.relative_error):
            return self._arrived(state, here)
        if state.best is not None and here.parameters >= state.best.parameters:  # growing on is in vain
            return self._kicked(state) if state.shrunk else self._arrived(state, state.best)
        return replace(state, phase="grow", here=here)

    @override
    def welcome(self, state: GrowthState, found: Evaluation) -> GrowthState:
        if found.network is None or not state.problem.reached(found.relative_error):
            return state
        if found.structure.has_hyper_bonds or any(len(core.legs) != 1 for core in found.structure.cores):
            return state  # growth needs one core per mode
        if state.best is not None and state.best.parameters <= found.parameters:
            return state
        return replace(
            state, best=found, kicks=0, shrunk=False
        )  # the phase stays; the next network that is shrunk is this one

    @override
    def cutoff(self, state: GrowthState) -> float:
        if state.phase == "shrink" and state.here is not None:
            return state.problem.score(state.here.parameters - 1, 0.0)
        return math.inf

    def _arrived(self, state: GrowthState, here: Evaluation) -> GrowthState:
        """Return the state that polishes, and then shrinks, the network of ``here``, which reaches the target."""
        better = state.best is None or here.parameters < state.best.parameters
        best, kicks = (here, 0) if better else (state.best, state.kicks)
        return replace(state, phase="polish", here=here, best=best, kicks=kicks, shrunk=state.shrunk or best is here)

    def _shrunk(self, state: GrowthState, evaluations: Sequence[Evaluation]) -> GrowthState:
        reached = [one for one in evaluations if not one.pruned and state.problem.reached(one.relative_error)]
        if reached:
            return self._arrived(state, min(reached, key=lambda one: (one.parameters, one.relative_error)))
        left = state.smaller[self.batch :]
        return replace(state, smaller=left) if left else self._kicked(state)

    def _kicked(self, state: GrowthState) -> GrowthState:
        return replace(state, phase="cut back", here=state.best or state.here, kicks=state.kicks + 1)

    def _cut_back(self, problem: Problem, here: Evaluation, generator: torch.Generator) -> list[Proposal]:
        """Return one proposal with a random part of the ranks above 1 removed, in a list; none if all ranks are 1."""
        ranks = pair_ranks(here.structure)
        surplus = [pair for pair, rank in ranks.items() for _ in range(rank - 1)]
        if not surplus:
            return []
        count = max(2, round(self.cut_back * len(surplus)))
        for place in torch.randperm(len(surplus), generator=generator)[:count].tolist():
            ranks[surplus[place]] -= 1
        structure = from_ranks(problem.modes, ranks)
        return [Proposal(structure, here.network, max_sweeps=self.settle_sweeps, starts=1, move="cut back")]

    def _sprouts(self, state: GrowthState) -> list[Proposal]:
        """Return proposals with one rank raised, of most gain per parameter; far from the target, one with several."""
        assert state.here is not None
        assert state.here.network is not None
        problem, here, ranks = state.problem, state.here, pair_ranks(state.here.structure)
        promise, error = rank_gains(problem.tensor, state.here.network), state.here.relative_error**2
        options: list[tuple[float, ModePair, Structure]] = []
        for pair in promise:
            more = self._more(problem, ranks, pair)
            grown = from_ranks(problem.modes, ranks | {pair: more})
            if more > ranks[pair] and problem.admits(grown):
                cost = max(1, grown.parameters - here.parameters)
                worth = -math.log(max(1.0 - promise[pair] / max(error, 1e-300), 1e-3)) / cost
                options.append((worth, pair, grown))
        options.sort(key=lambda option: -option[0])
        if here.relative_error > self.near * (problem.target_error or 0.0):
            pairs = [pair for _, pair, _ in options[: self.leap]]
            leap = from_ranks(problem.modes, ranks | {pair: self._more(problem, ranks, pair) for pair in pairs})
            if pairs and problem.admits(leap):
                move = f"{len(pairs)} bonds up"
                return [Proposal(leap, here.network, max_sweeps=self.settle_sweeps, starts=1, move=move)]
        return [
            Proposal(
                grown,
                init=here.network,
                max_sweeps=self.trial_sweeps,
                starts=1,
                move=f"bond {i}-{j} up to rank {self._more(problem, ranks, (i, j))}",
            )
            for _, (i, j), grown in options[: self.width]
        ]

    def _more(self, problem: Problem, ranks: dict[ModePair, int], pair: ModePair) -> int:
        rank = ranks[pair]
        return int(min(rank + max(1, int(self.stride * rank)), problem.max_rank or math.inf))

    def _smaller(self, problem: Problem, here: Evaluation) -> tuple[tuple[Structure, str], ...]:
        """Return smaller structures, each with words for its change, one rank lowered and possibly another raised by 1.

        First comes the least estimated rise of the squared error per parameter saved.
        """
        assert here.network is not None
        ranks, cost, promise = (
            pair_ranks(here.structure),
            rank_losses(here.network),
            rank_gains(problem.tensor, here.network),
        )
        found: dict[Structure, tuple[float, str]] = {}
        for down, rank in ranks.items():
            for fewer in {rank - 1, rank - 2, rank - int(self.stride * rank / 2)} & set(range(1, rank)):
                lost = cost[down][rank - fewer - 1] if rank - fewer <= len(cost[down]) else 1.0
                for up in (None, *(pair for pair in promise if pair != down)):
                    raised = {} if up is None else {up: ranks[up] + 1}
                    structure = from_ranks(problem.modes, ranks | {down: fewer} | raised)
                    saved = here.parameters - structure.parameters
                    if saved > 0 and structure not in found and problem.admits(structure):
                        rise = lost - (promise[up] if up else 0.0)
                        also = f", bond {up[0]}-{up[1]} up" if up else ""
                        found[structure] = rise / saved, f"bond {down[0]}-{down[1]} down to rank {fewer}{also}"
        chosen = sorted(found, key=lambda structure: found[structure][0])[: self.patience]
        return tuple((structure, found[structure][1]) for structure in chosen)


@dataclass(frozen=True, kw_only=True)
class GrowthFrom(Growth):
    """Growth that goes on from a network in place of ranks of 1: shrinks it if it reaches the target, else grows it.

    Attributes:
        first: The network, of one core per mode and without hyper-bonds.
    """

    first: Network

    @override
    def ask(self, state: GrowthState, generator: torch.Generator) -> Iterable[Proposal]:
        if state.here is None:
            return [Proposal(self.first.structure, self.first, max_sweeps=0, starts=1, move="as given")]
        return super().ask(state, generator)


def _choose(worth: Sequence[float], generator: torch.Generator) -> int:
    """Return a random index with probability proportional to ``worth ** SHARPNESS``."""
    weights = torch.tensor([max(one, 0.0) for one in worth], dtype=torch.float64) ** SHARPNESS
    return int(torch.multinomial(weights, 1, generator=generator)) if float(weights.sum()) > 0 else 0


def _progress(before: Evaluation | None, after: Evaluation) -> float:
    """Return the decrease of the logarithm of the relative error from ``before`` to ``after`` per added parameter."""
    assert before is not None
    drop = math.log(before.relative_error) - math.log(max(after.relative_error, 1e-300))
    return drop / max(1, after.parameters - before.parameters)
