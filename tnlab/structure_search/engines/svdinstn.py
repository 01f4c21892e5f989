"""SVDinsTN: ranks from a fully connected network with a diagonal matrix on every bond, made sparse by its fit.

The model puts a diagonal S_kl on every bond of a fully connected network with cores G_k and minimises

    1/2 |X - X_hat(G, S)|^2 + mu/2 sum |G_k|^2 + sum lambda |S_kl|_1

by alternating over the cores (ridge regression) and the diagonals (ADMM, the alternating direction method of
multipliers). An entry of a diagonal that vanishes is removed with its slices; the ranks are the entries that remain.

The published program takes the first ranks from the mean of X over all modes but two, which finds bonds between
positive cores only. ``start_from="cuts"`` computes them from the ranks of the unfoldings, for any cores.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from typing_extensions import override

from tnlab.fitting.mode_scaling import scale_modes
from tnlab.metrics import shifted
from tnlab.network.binary_scale import times_power_of_two
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ModePair, from_ranks
from tnlab.network.structure import Structure
from tnlab.solvers.fit import fit
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.diagonal_network import DiagonalNetwork
from tnlab.structure_search.parts.ranks_from_cuts import ranks_from_cuts
from tnlab.structure_search.problem import Problem

FIRST = 3  # first outer iterations, with one ADMM step per diagonal as published; later ones have five
LEAST = 1e-6  # absolute value at or below which entries of a diagonal are removed
WIDEST = 1024  # largest product of the first ranks at a core: an outer iteration then takes seconds at most


@dataclass(frozen=True, eq=False)
class SVDinsTNState:
    """State of SVDinsTN: the network with diagonals, the outer iterations done and the starts left.

    Attributes:
        problem: The problem.
        X: The tensor in float64, divided by a power of two so that its largest entry is near 1.
        exponent: The exponent of that power of two.
        network: Cores and diagonals.
        iteration: Number of outer iterations since the current start.
        moved: Whether the latest iteration changed the tensor by more than the tolerance.
        starts: Diagonals of the starts not tried yet.
        hopeful: Whether there is a next proposal.
        rescaled: Network fitted in rescaled modes, the next proposal; None if there is none.
        tried: Structures that were fitted in rescaled modes.
    """

    problem: Problem
    X: NDArray[Any]
    exponent: int
    network: DiagonalNetwork
    iteration: int
    moved: bool
    starts: tuple[dict[ModePair, NDArray[Any]], ...]
    hopeful: bool = True
    rescaled: Network | None = None
    tried: frozenset[Structure] = frozenset()


@engines.register("svdinstn")
@dataclass(frozen=True)
class SVDinsTN(AbstractEngine[SVDinsTNState]):
    """Find ranks by decomposing the tensor into a fully connected network with sparse diagonals on its bonds.

    Whenever the ranks change, and at convergence, the engine proposes the structure, with the cores, diagonals
    absorbed, as the start of its fit.

    The weights below are those of a tensor whose largest entry is near 1; every other is divided by a power of two.

    Attributes:
        gamma: Weight of the sparsity term, relative to the largest entry of a diagonal.
        rho: Weight of the proximal term, the squared distance to the previous iterate.
        mu: Weight of the squared norm of the cores.
        beta: Penalty parameter of the ADMM.
        iterations: Largest number of outer iterations per start.
        tolerance: Relative change of the tensor per iteration at or below which the iteration has converged.
        start_from: Source of the first ranks: ``"means"`` as published, ``"cuts"`` from the ranks of the unfoldings;
            ``"both"`` tries that of fewer parameters first, and the other one if it misses the target.
        polish: Sweeps of the solver on each proposal, 0 as published; None takes the evaluator's.
        rescale: Whether a structure that misses the target is also fitted in rescaled modes; not in the paper.
    """

    gamma: float = 0.0015
    rho: float = 1e-3
    mu: float = 1e-3
    beta: float = 1.0
    iterations: int = 100
    tolerance: float = 1e-3
    start_from: Literal["means", "cuts", "both"] = "both"
    polish: int | None = None
    rescale: bool = True

    paper: ClassVar[str] = "Zheng 2024: https://arxiv.org/abs/2305.14912"
    families: ClassVar[tuple[str, ...]] = ("any",)

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> SVDinsTNState:
        X, exponent = _in_unit(problem.tensor)
        chosen: list[dict[ModePair, NDArray[Any]]] = []
        if self.start_from != "means":
            ranks = ranks_from_cuts(problem.spectra, problem.target_error or LEAST, problem.rank_limit)
            chosen.append({pair: np.ones(rank) for pair, rank in ranks.items()})
        if self.start_from != "cuts":
            chosen.append(self._diagonals_of_means(X, problem.rank_limit))
        chosen.sort(key=lambda diagonals: _parameters(problem, diagonals))
        state = SVDinsTNState(
            problem=problem,
            X=X,
            exponent=exponent,
            network=_initial(problem, chosen[0]),
            iteration=0,
            moved=True,
            starts=tuple(chosen[1:]),
        )
        return self._iterate(state)

    @override
    def ask(self, state: SVDinsTNState, generator: torch.Generator) -> Iterable[Proposal]:
        if not state.hopeful:
            return ()
        structure = _structure(state)
        if state.rescaled is not None:
            return (Proposal(structure, state.rescaled, starts=1, move="in rescaled modes"),)
        like = state.problem.tensor
        cores = (torch.as_tensor(core).to(like) for core in state.network.absorbed())
        shaped = (core.reshape(shape) for core, shape in zip(cores, structure.core_shapes, strict=True))
        move = f"outer iteration {state.iteration}"
        network = times_power_of_two(Network(structure, tuple(shaped)), state.exponent)
        return (Proposal(structure, network, max_sweeps=self.polish, move=move),)

    @override
    def tell(
        self, state: SVDinsTNState, evaluations: Sequence[Evaluation], generator: torch.Generator
    ) -> SVDinsTNState:
        reached = state.problem.target_error is not None and state.problem.reached(evaluations[-1].relative_error)
        structure = _structure(state)
        if self.rescale and state.problem.target_error and not reached and structure not in state.tried:
            network = self._fit_rescaled(state.problem, structure, generator)
            return replace(state, rescaled=network, tried=state.tried | {structure})
        state = replace(state, rescaled=None)
        if not reached and state.moved and state.iteration < self.iterations:
            return self._iterate(state)
        if reached or not state.starts:
            return replace(state, hopeful=False)
        fresh = _initial(state.problem, state.starts[0])
        return self._iterate(replace(state, network=fresh, iteration=0, moved=True, starts=state.starts[1:]))

    def _fit_rescaled(self, problem: Problem, structure: Structure, generator: torch.Generator) -> Network:
        scaled = scale_modes(problem.tensor)
        target = 0.01 * (problem.target_error or 1.0)  # stricter: the errors in rescaled and given modes differ
        found = fit(
            scaled.tensor,
            scaled.to_scaled(structure),
            init="random",
            restarts=2,
            tolerance=1e-5,
            target_error=target,
            seed=generator,
        )
        return scaled.from_scaled(found.network, structure)

    def _iterate(self, state: SVDinsTNState) -> SVDinsTNState:
        """Return the state after one or more outer iterations, until the ranks change or the iteration converges."""
        network, ranks, iteration, moved = state.network, state.network.ranks, state.iteration, True
        before = network.to_array()
        while moved and iteration < self.iterations:
            network = self._outer(network, state.X, 1 if iteration < FIRST else 5)
            after = network.to_array()
            moved = bool(np.linalg.norm(after - before) > self.tolerance * np.linalg.norm(before))
            before, iteration = after, iteration + 1
            if network.ranks != ranks or iteration == 1:
                break
        return replace(state, network=network, iteration=iteration, moved=moved)

    def _outer(self, network: DiagonalNetwork, X: NDArray[Any], steps: int) -> DiagonalNetwork:
        """Return the network after one outer iteration: every core, then its diagonals to later cores, updated."""
        for k in range(X.ndim):
            right, gram = network.projected(X, k)
            network = network.with_core(k, self._core(network, right, gram, k))
            for other in range(k + 1, X.ndim):
                found = self._diagonal(network, right, gram, k, other, steps)
                network, kept = network.with_diagonal(k, other, found, LEAST)
                axis = other  # of the core: its mode is moved to the place of the missing bond
                right = np.take(right, kept, axis)
                gram = np.take(np.take(gram, kept, axis), kept, axis + X.ndim)
        return network

    def _core(self, network: DiagonalNetwork, right: NDArray[Any], gram: NDArray[Any], k: int) -> NDArray[Any]:
        core = network.cores[k]
        weights = network.weights(k)
        rows = core.shape[k]
        order = (k, *(axis for axis in range(core.ndim) if axis != k))
        b = right.transpose(order).reshape(rows, -1) * weights
        matrix = gram.reshape(weights.size, weights.size) * np.outer(weights, weights)
        old = core.transpose(order).reshape(rows, -1)
        system = matrix + (self.mu + self.rho) * np.eye(len(matrix))
        found = np.linalg.solve(system, (b + self.rho * old).T).T
        return found.reshape([core.shape[axis] for axis in order]).transpose(np.argsort(order))

    def _diagonal(
        self, network: DiagonalNetwork, right: NDArray[Any], gram: NDArray[Any], k: int, other: int, steps: int
    ) -> NDArray[Any]:
        """Return the diagonal between cores ``k`` and ``other`` after ``steps`` steps of ADMM."""
        hx, hh = network.bond_equations(right, gram, k, other)
        s = q = network.diagonals[k, other]
        p = np.zeros_like(s)
        inverse = np.linalg.inv(hh + self.beta * np.eye(len(s)))
        for _ in range(steps):
            s = self._shrink((self.rho * s + self.beta * q - p) / (self.rho + self.beta))
            q = inverse @ (hx + self.beta * s + p)
            p = p + self.beta * (s - q)
        return s

    def _shrink(self, values: NDArray[Any]) -> NDArray[Any]:
        size = np.abs(values)
        threshold = self.gamma * size.max(initial=0.0) / (size + 1e-6)
        return np.sign(values) * np.maximum(size - threshold, 0.0)

    def _diagonals_of_means(self, X: NDArray[Any], limit: int) -> dict[ModePair, NDArray[Any]]:
        """Return, for every pair of modes, the shrunk singular values of the mean of X over all other modes."""
        found = {}
        for pair in combinations(range(X.ndim), 2):
            rest = tuple(mode for mode in range(X.ndim) if mode not in pair)
            values = self._shrink(np.linalg.svd(X.mean(axis=rest), compute_uv=False))
            found[pair] = values[values > LEAST][:limit] if values[0] > LEAST else np.ones(1)
        while limit > 2 and _width(X.ndim, found) > WIDEST:
            limit -= 1
            found = {pair: values[:limit] for pair, values in found.items()}
        return found


def _initial(problem: Problem, diagonals: dict[ModePair, NDArray[Any]]) -> DiagonalNetwork:
    """Return the first network: cores of equal entries, as published, plus noise that breaks the symmetry of slices."""
    generator: Any = np.random.default_rng(0)
    order = problem.order
    cores = []
    for k, size in enumerate(problem.modes):
        shape = [size if other == k else len(diagonals[min(k, other), max(k, other)]) for other in range(order)]
        cores.append((1.0 + 0.1 * generator.standard_normal(shape)) / np.sqrt(size))
    return DiagonalNetwork(tuple(cores), diagonals)


def _in_unit(tensor: torch.Tensor) -> tuple[NDArray[Any], int]:
    """Return a tensor in float64 times a power of two, with its largest entry in [1/2, 1), and the exponent lost."""
    double = tensor.detach().cpu().double()
    exponent = math.frexp(float(double.abs().max()))[1]
    return shifted(double, -exponent).numpy(), exponent


def _structure(state: SVDinsTNState) -> Structure:
    return from_ranks(state.problem.modes, state.network.ranks)


def _width(order: int, diagonals: dict[ModePair, NDArray[Any]]) -> int:
    """Return the largest product of the ranks of a core's bonds, over all cores."""
    return max(math.prod(len(values) for pair, values in diagonals.items() if k in pair) for k in range(order))


def _parameters(problem: Problem, diagonals: dict[ModePair, NDArray[Any]]) -> int:
    return from_ranks(problem.modes, {pair: len(values) for pair, values in diagonals.items()}).parameters
