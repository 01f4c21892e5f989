"""Tensor trains by TT-SVD at the target error, in the given order of the modes and in one chosen by the cuts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.fit import fit
from tnlab.solvers.tt_svd import TTSVD
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.problem import Problem


@dataclass(frozen=True, eq=False)
class TrainState:
    """State of the train engine: the problem and the trains not proposed yet."""

    problem: Problem
    left: tuple[Network, ...]


@engines.register("train")
@dataclass(frozen=True)
class TrainSearch(AbstractEngine[TrainState]):
    """Propose two trains from truncated SVDs: of the modes as given, and in the order that TT-SVD's search chooses.

    TT-SVD guarantees the target error, so that neither train is fitted.
    """

    paper: ClassVar[str] = "Oseledets 2011: https://doi.org/10.1137/090752286"
    families: ClassVar[tuple[str, ...]] = ("tree", "ring", "degree3", "any", "latent")
    needs_target: ClassVar[bool] = True

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> TrainState:
        structure = formats["tensor_train"].build(problem.modes, 1)
        solvers = (TTSVD(target_error=problem.target_error, mode_orders=orders) for orders in ("given", "search"))
        found = (fit(problem.tensor, structure, solver=solver, seed=generator).network for solver in solvers)
        return TrainState(problem, tuple(network for network in found if problem.admits(network.structure)))

    @override
    def ask(self, state: TrainState, generator: torch.Generator) -> Iterable[Proposal]:
        return [
            Proposal(network.structure, network, max_sweeps=0, move="train in closed form")
            for network in state.left[:1]
        ]

    @override
    def tell(self, state: TrainState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> TrainState:
        return TrainState(state.problem, state.left[1:])
