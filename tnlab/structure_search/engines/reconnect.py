"""Reconnection of a tree network: every two neighbouring cores are contracted and split again in the best pairing.

Each core has three axes. Two neighbours contracted have four outer axes a, b, c, d, which can be paired in three ways,
ab|cd, ac|bd and ad|bc. Of these the pairing whose singular values have the least entanglement entropy (or the least
truncation error) is kept, bond after bond in sweeps.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.network.gauge.canonical import canonical
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.rounding.network import round_network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.split_trees import SplitTree, split_tensor
from tnlab.structure_search.problem import Problem

PAIRINGS = ((0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2))  # places of the four axes; the first leaves the tree as it is
SETTLED = 1e-8  # change of the total entropy (in nats) per sweep at or below which sweeps have converged
ROUNDING = 1e-14  # fraction of the squared norm below which discarded singular values are rounding errors


@dataclass(frozen=True, eq=False)
class ReconnectState:
    """State of reconnection: the nearly exact tree and the sweeps done.

    Attributes:
        problem: The problem.
        network: The tree before it is rounded to the target.
        sweep: Number of sweeps done.
        entropy: Sum of the entanglement entropies of its bonds in the latest sweep.
        moving: Whether another sweep follows.
    """

    problem: Problem
    network: Network
    sweep: int = 0
    entropy: float = math.inf
    moving: bool = True


@engines.register("reconnect")
@dataclass(frozen=True)
class Reconnect(AbstractEngine[ReconnectState]):
    """Rearrange a tree bond by bond so that little entanglement remains on its bonds.

    The two cores of a bond are contracted to a block of four axes, which an SVD splits again by one of the three
    pairings of the axes. The tree stays nearly exact while it is rearranged. After every sweep the engine proposes the
    tree rounded to the target error, or to the largest rank if there is no target.

    Attributes:
        measure: What a pairing is judged by: ``"entropy"`` of its singular values, or ``"truncation"``, the discarded
            fraction of the squared norm; the pairing of least measure is taken.
        temperature: Pairings are drawn with weights ``exp(-measure / temperature)``; 0 takes the least.
        tau: Sweeps after which the temperature is halved.
        max_sweeps: Largest number of sweeps.
        working: Relative error that the SVDs of one sweep may cost together, as a fraction of the target error.
        polish: Sweeps of the solver on each proposal, 0 as published; None takes the evaluator's number.
    """

    measure: Literal["entropy", "truncation"] = "entropy"
    temperature: float = 0.0
    tau: int = 1
    max_sweeps: int = 20
    working: float = 0.1
    polish: int | None = 0

    paper: ClassVar[str] = "Watanabe 2025: https://arxiv.org/abs/2505.05908"
    families: ClassVar[tuple[str, ...]] = ("latent",)

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> ReconnectState:
        splits = [tuple(range(end)) for end in range(2, problem.order - 1)]
        tree = SplitTree.of(problem.modes, splits)
        allowed = self._allowed(problem, len(splits))
        ranks = [max(1, int((problem.spectra.tail(split) > allowed).sum())) for split in splits]
        return ReconnectState(problem, split_tensor(problem.tensor.double(), tree, ranks))

    @override
    def ask(self, state: ReconnectState, generator: torch.Generator) -> Iterable[Proposal]:
        if not state.moving:
            return ()
        network = self._rounded(state.problem, state.network)
        return (Proposal(network.structure, network, max_sweeps=self.polish, move=f"sweep {state.sweep}"),)

    @override
    def tell(
        self, state: ReconnectState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> ReconnectState:
        network, entropy = state.network, 0.0
        temperature = self.temperature * 0.5 ** (state.sweep // self.tau)
        allowed = self._allowed(state.problem, len(network.structure.bonds))
        for bond in range(len(network.structure.bonds)):
            network, found = self._move(state, network, bond, allowed, temperature, generator)
            entropy += found
        same = _connections(network) == _connections(state.network)
        settled = same and (temperature == 0 or abs(entropy - state.entropy) <= SETTLED)
        moving = not settled and state.sweep < self.max_sweeps
        return replace(state, network=network, sweep=state.sweep + 1, entropy=entropy, moving=moving)

    def _allowed(self, problem: Problem, bonds: int) -> float:
        """Return the fraction of the squared norm that one truncation may discard."""
        return max((self.working * (problem.target_error or 0.0)) ** 2 / max(1, bonds), ROUNDING)

    def _move(
        self,
        state: ReconnectState,
        network: Network,
        bond: int,
        allowed: float,
        temperature: float,
        generator: torch.Generator,
    ) -> tuple[Network, float]:
        """Return the tree with the block of one bond split by the chosen pairing, and the entropy of that pairing."""
        network = canonical(network, network.structure.bonds[bond].cores[0])
        block, labels = _joined(network, bond)
        sizes = dict(zip(labels, block.shape, strict=True))
        pairings = [[labels[at] for at in pairing] for pairing in PAIRINGS]
        squares = []
        for pairing in pairings:
            matrix = _matrix(block, labels, pairing)
            small = matrix if len(matrix) <= matrix.shape[1] else matrix.T
            values = torch.linalg.eigvalsh(small @ small.T).flip(0).clamp(min=0)
            squares.append(values / values.sum())
        limit = state.problem.max_rank or (0 if state.problem.target_error else state.problem.rank_limit)
        worth = torch.stack([self._worth(values, limit or state.problem.rank_limit) for values in squares])
        chosen = int(torch.argmin(worth))
        if temperature > 0:
            weights = torch.softmax((worth.min() - worth) / temperature, 0)
            chosen = int(torch.multinomial(weights, 1, generator=generator))
        u, s, vh = torch.linalg.svd(_matrix(block, labels, pairings[chosen]), full_matrices=False)
        tails = s.square().flip(0).cumsum(0).flip(0)
        rank = max(1, int((tails > allowed * tails[0]).sum()))
        first, second = pairings[chosen][:2], pairings[chosen][2:]
        left = u[:, :rank].reshape(*(sizes[label] for label in first), rank)
        right = (s[:rank, None] * vh[:rank]).reshape(rank, *(sizes[label] for label in second))
        return _reconnected(network, bond, (left, first), (right, second)), float(_entropy(squares[chosen]))

    def _worth(self, squares: Tensor, rank: int) -> Tensor:
        return _entropy(squares) if self.measure == "entropy" else squares[rank:].sum()

    def _rounded(self, problem: Problem, network: Network) -> Network:
        limit = problem.max_rank or (None if problem.target_error else problem.rank_limit)
        if limit is not None and network.structure.bonds:
            network = round_network(network, ranks=limit).network
        error = relative_residual(problem.tensor, network)
        left = (problem.target_error or 0.0) ** 2 - error**2
        if left > 0:
            rounded = round_network(network, target_error=0.999 * math.sqrt(left / (1 - error**2))).network
            if problem.reached(relative_residual(problem.tensor, rounded)):
                network = rounded
        return network.to(problem.tensor.dtype, problem.tensor.device)


def _entropy(squares: Tensor) -> Tensor:
    return -torch.special.xlogy(squares, squares).sum()


def _joined(network: Network, bond: int) -> tuple[Tensor, list[int]]:
    """Return the contraction of a bond's two cores, and the labels of its axes, those of the first core first."""
    structure = network.structure
    label = structure.order + bond
    i, j = structure.bonds[bond].cores
    first, second = structure.core_indices[i], structure.core_indices[j]
    left = network.cores[i].movedim(first.index(label), -1)
    right = network.cores[j].movedim(second.index(label), 0)
    outer = [*(own for own in first if own != label), *(own for own in second if own != label)]
    block = left.reshape(-1, left.shape[-1]) @ right.reshape(len(right), -1)
    return block.reshape(*left.shape[:-1], *right.shape[1:]), outer


def _matrix(block: Tensor, labels: list[int], pairing: list[int]) -> Tensor:
    ordered = block.permute([labels.index(label) for label in pairing])
    return ordered.reshape(ordered.shape[0] * ordered.shape[1], -1)


def _reconnected(
    network: Network, bond: int, first: tuple[Tensor, list[int]], second: tuple[Tensor, list[int]]
) -> Network:
    """Return the tree with new arrays and axis labels of a bond's two cores; the bond is their last and first axis."""
    old = network.structure
    order, label = old.order, old.order + bond
    i, j = old.bonds[bond].cores
    arrays = dict(enumerate(zip(network.cores, map(list, old.core_indices), strict=True)))
    arrays[i] = first[0], [*first[1], label]
    arrays[j] = second[0], [label, *second[1]]
    sizes = {own: size for array, labels in arrays.values() for own, size in zip(labels, array.shape, strict=True)}
    cores = tuple(Core(tuple(own for own in arrays[core][1] if own < order)) for core in arrays)
    ends = [tuple(core for core in arrays if order + place in arrays[core][1]) for place in range(len(old.bonds))]
    bonds = tuple(Bond(cores_of, sizes[order + place]) for place, cores_of in enumerate(ends))
    structure = Structure(old.modes, cores, bonds)
    return Network(
        structure,
        tuple(
            arrays[core][0].permute([arrays[core][1].index(own) for own in wanted]).contiguous()
            for core, wanted in enumerate(structure.core_indices)
        ),
    )


def _connections(network: Network) -> list[list[int]]:
    return sorted(sorted(indices) for indices in network.structure.core_indices)
