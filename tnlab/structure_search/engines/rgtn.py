"""RGTN, search guided by renormalisation: ranks expand to the target and are compressed, from coarse to fine scales.

A scale is the factor by which a rank changes in one move. The network expands where the *tension* of a pair of cores is
highest: the decrease of the squared error by one more rank between them, weighted by the sums over the pairs of either
core. Once the target is reached it is compressed where the *gate* of a bond, its least singular value, is smallest. If
no compression keeps the target, ranks are exchanged (one bond up, another down), and then the next, finer scale begins.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.rank_matrix import ModePair, from_ranks
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.moves import pair_ranks
from tnlab.structure_search.parts.rank_gains import rank_gains, rank_losses
from tnlab.structure_search.problem import Problem


@dataclass(frozen=True, eq=False)
class RGTNState:
    """State of RGTN: the network that is expanded or compressed, and the scale.

    Attributes:
        problem: The problem.
        here: Evaluation of the current network; None before the first.
        scale: Index of the current scale.
        reached: Whether ``here`` reaches the target, so that it is compressed.
        done: Whether the search has ended.
    """

    problem: Problem
    here: Evaluation | None = None
    scale: int = 0
    reached: bool = False
    done: bool = False


@engines.register("rgtn")
@dataclass(frozen=True)
class RGTN(AbstractEngine[RGTNState]):
    """Raise ranks where the tension is highest, lower them where gates are smallest, by factors from coarse to fine.

    The moves follow the paper, and every fit starts from the cores before the move; the released program proposes at
    random from random cores and uses neither tensions nor gates in its two experiments. The paper coarse-grains the
    network by contracting cores; here scales are factors of ranks, so that every evaluation is of the data themselves.

    Attributes:
        scales: Factors of the ranks, coarse to fine; every move changes a rank by at least 1.
        proposals: Number of bonds tried per expansion, those of the highest tension per parameter.
        sweeps: Sweeps per start of an expansion.
        error: Target error if the problem has none.
    """

    scales: tuple[float, ...] = (2.0, 1.5, 1.25)
    proposals: int = 3
    sweeps: int = 30
    error: float = 0.1

    paper: ClassVar[str] = "Wang 2026: https://arxiv.org/abs/2512.24663"
    families: ClassVar[tuple[str, ...]] = ("any",)

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> RGTNState:
        return RGTNState(problem)

    @override
    def ask(self, state: RGTNState, generator: torch.Generator) -> Iterable[Proposal]:
        if state.here is None:
            return (Proposal(from_ranks(state.problem.modes, {}), move="nothing joined"),)
        if state.done or state.here.network is None:
            return ()
        moves = self._compressions(state) if state.reached else self._expansions(state)
        sweeps = None if state.reached else self.sweeps
        return [
            Proposal(
                from_ranks(state.problem.modes, ranks), init=state.here.network, max_sweeps=sweeps, starts=1, move=move
            )
            for ranks, move in moves
        ]

    @override
    def tell(self, state: RGTNState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> RGTNState:
        fitted = [found for found in evaluations if found.network is not None]
        target = state.problem.target_error or self.error
        enough = [found for found in fitted if found.relative_error <= target]
        if state.reached:
            if enough and state.here and min(found.parameters for found in enough) < state.here.parameters:
                return replace(state, here=min(enough, key=lambda found: (found.parameters, found.relative_error)))
            return replace(state, scale=state.scale + 1, done=state.scale + 1 >= len(self.scales))
        if enough:
            here = min(enough, key=lambda found: found.parameters)
            return replace(state, here=here, reached=True)
        before = state.here
        if not fitted:
            return replace(state, done=True)
        here = min(fitted, key=lambda found: _steepness(before, found))
        stuck = before is not None and here.relative_error >= before.relative_error * (1 - 1e-6)
        return replace(state, done=True) if stuck else replace(state, here=here)

    @override
    def cutoff(self, state: RGTNState) -> float:
        return state.here.score if state.reached and state.here is not None else float("inf")

    def _expansions(self, state: RGTNState) -> Iterator[tuple[dict[ModePair, int], str]]:
        """Yield the ranks with one raised, and words for the move, by descending tension per added parameter."""
        assert state.here is not None
        ranks = pair_ranks(state.here.structure)
        grown = []
        for pair, tension in _tensions(state).items():
            rank = min(self._up(ranks[pair], state.scale), state.problem.rank_limit)
            wider = {**ranks, pair: rank}
            cost = from_ranks(state.problem.modes, wider).parameters - from_ranks(state.problem.modes, ranks).parameters
            if rank > ranks[pair]:
                grown.append((tension / max(1, cost), pair, wider))
        for _, pair, wider in sorted(grown, key=lambda entry: (-entry[0], entry[1]))[: self.proposals]:
            yield wider, f"expand {pair[0]}-{pair[1]}"

    def _compressions(self, state: RGTNState) -> Iterator[tuple[dict[ModePair, int], str]]:
        """Yield the ranks, and words for the move, with one lowered, then with one raised and another lowered.

        The bond of the smallest gate comes first: the least squared error of lowering its rank by 1.
        """
        assert state.here is not None
        ranks = pair_ranks(state.here.structure)
        assert state.here.network is not None
        gates = {pair: float(cost[0]) for pair, cost in rank_losses(state.here.network).items() if len(cost)}
        narrow = sorted((pair for pair in ranks if ranks[pair] > 1), key=lambda pair: (gates.get(pair, 0.0), pair))
        tensions = _tensions(state)
        pulled = sorted(tensions, key=lambda pair: (-tensions[pair], pair))[: self.proposals]
        for pair in narrow:
            for rank in sorted({1, self._down(ranks[pair], state.scale), ranks[pair] - 1}):
                yield {**ranks, pair: rank}, f"narrow {pair[0]}-{pair[1]}"
        for up in pulled:
            for down in narrow:
                rank = min(ranks[up] + 1, state.problem.rank_limit)
                if up != down and rank > ranks[up]:
                    yield {**ranks, up: rank, down: self._down(ranks[down], state.scale)}, "disturb"

    def _up(self, rank: int, scale: int) -> int:
        return max(rank + 1, int(rank * self.scales[scale]))

    def _down(self, rank: int, scale: int) -> int:
        return max(1, min(rank - 1, round(rank / self.scales[scale])))


def _tensions(state: RGTNState) -> dict[ModePair, float]:
    """Return the tension of every pair: its rank gain times 1 plus the share of the gains at its two cores."""
    assert state.here is not None
    assert state.here.network is not None
    pairs = rank_gains(state.problem.tensor, state.here.network)
    nodes = [sum(gain for pair, gain in pairs.items() if node in pair) for node in range(state.problem.order)]
    whole = sum(nodes) or 1.0
    return {pair: gain * (1 + (nodes[pair[0]] + nodes[pair[1]]) / whole) for pair, gain in pairs.items()}


def _steepness(before: Evaluation | None, found: Evaluation) -> float:
    """Return the change of the squared error per added parameter, negative if it fell.

    Without ``before`` it is the relative error of ``found``.
    """
    if before is None:
        return found.relative_error
    drop = found.relative_error**2 - before.relative_error**2
    return drop / max(1, found.parameters - before.parameters)
