"""Fit one proposed structure, and no longer than until its answer is decided."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from tnlab.errors import StructureError
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.fitting.warm_start import warm_start
from tnlab.network.isomorphism import canonical_form
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.solvers.als import ALS
from tnlab.solvers.base import AbstractSolver, Init, Snapshot, Status, solvers
from tnlab.solvers.fit import fit
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.problem import Problem
from tnlab.threads import one_thread

RATE = 5  # sweeps over which the decrease of the error is averaged
FLOPS = 2e9  # of a sweep per second, at the least: what one thread makes of small products
HASTE = 3.0  # how much faster than at present the error may still fall
RIDGES = {"svd": 0.3, "random": 1.0}  # with which an annealed start begins, by where it starts
FADED = 1e-4  # at which its ridge is gone
ANNEALED = 0.5  # part of its sweeps in which the ridge fades


def never() -> bool:
    """Return that nobody has stopped a fit."""
    return False


@dataclass(frozen=True, eq=False)
class Fitted:
    """What a fit came to.

    Attributes:
        network: The best cores.
        relative_error: Their error.
        sweeps: Sweeps spent.
        finished: Whether it ran to its own end, not to that of somebody's patience.
    """

    network: Network
    relative_error: float
    sweeps: int
    finished: bool


@dataclass(frozen=True, eq=False)
class Evaluator:
    """Fits structures to the tensor of a problem.

    The randomness of a fit follows from the seed and the structure alone: not from what was fitted before it.

    Attributes:
        problem: What is searched.
        solver: Name of the solver.
        max_sweeps: Sweeps per start.
        restarts: Starts of a structure that has not reached its aim yet. The first goes straight down, from known cores
            where there are any; the others fade out a ridge over the sweeps, which takes longer and ends lower.
        tolerance: A fit has converged when its error falls by less than this part of itself per sweep.
        seed: Same seed, same floats.
    """

    problem: Problem
    solver: str = "als"
    max_sweeps: int = 100
    restarts: int = 2
    tolerance: float = 1e-4
    seed: int = 0

    def __call__(
        self, proposal: Proposal, cutoff: float, deadline: float, stopped: Callable[[], bool] = never
    ) -> Fitted:
        """Fit a structure; stop early once it reaches the target, or cannot score below the cutoff any more.

        Small tensors are fitted with one thread, wherever that is, so that the floats are the same.

        Args:
            proposal: The structure, with cores to start from if there are any.
            cutoff: Score above which the answer does not matter.
            deadline: Time (``time.monotonic``) at which to stop with what there is.
            stopped: Asked after every sweep whether to stop with what there is.
        """
        with one_thread(self.problem.entries):
            return self._fitted(proposal, cutoff, lambda: time.monotonic() > deadline or stopped())

    def light(self) -> "Evaluator":
        """Return the same evaluator without what was computed on the way: what is sent to where fits run."""
        return replace(self, problem=replace(self.problem))

    def _fitted(self, proposal: Proposal, cutoff: float, late: Callable[[], bool]) -> Fitted:
        structure = proposal.structure
        needed = self.problem.objective.error_for(structure.parameters, self.problem.entries, cutoff)
        sweeps = self.max_sweeps if proposal.max_sweeps is None else proposal.max_sweeps
        generator = as_generator(stable_seed(structure, self.seed))
        if sweeps == 0 and proposal.init is not None:
            return Fitted(proposal.init, relative_residual(self.problem.tensor, proposal.init), 0, True)
        target = None if proposal.polish else self.problem.target_error
        aim = min(needed, self.problem.target_error or math.inf)
        best, spent = None, 0
        for init, annealed in self._starts(proposal):
            watch = _Watch(math.inf if annealed else aim if proposal.decide else needed, sweeps, late)
            found = self._fit(
                structure, init, generator, self._solver(sweeps, target, RIDGES[str(init)] if annealed else 0.0), watch
            )
            spent += found.sweeps
            if best is None or found.relative_error < best.relative_error:
                best = found
            if watch.stopped or best.relative_error <= aim or best.relative_error > proposal.reach * aim:
                break
        assert best is not None
        return Fitted(best.network, best.relative_error, spent, best.finished)

    def affordable(self, structure: Structure, deadline: float) -> bool:
        """Return whether a sweep over a structure fits in memory and, roughly, in half of the time that is left."""
        try:
            flops = plan_sweep(structure).flops
        except StructureError:
            return False
        return flops <= FLOPS * max(deadline - time.monotonic(), 1.0) / 2

    def _starts(self, proposal: Proposal) -> list[tuple[Init, bool]]:
        """Return where to start from, and whether with an annealed ridge: the first start goes the straight way."""
        starts = self.restarts if proposal.starts is None else proposal.starts
        cold: list[tuple[Init, bool]] = [("svd", False), ("svd", True), *[("random", True)] * starts]
        if starts > 2:
            cold.insert(1, ("random", False))
        if proposal.init is not None:
            cold[0] = proposal.init, False
        return cold[:starts]

    def _solver(self, sweeps: int, target: float | None, ridge: float) -> AbstractSolver:
        settings = {"max_sweeps": max(1, sweeps), "tolerance": self.tolerance, "target_error": target}
        if self.solver != "als":
            return solvers[self.solver](**settings)
        decay = (FADED / ridge) ** (1 / (ANNEALED * max(1, sweeps))) if ridge else 1.0
        return ALS(**settings, ridge=ridge, decay=decay)

    def _fit(
        self, structure: Structure, init: Init, generator: torch.Generator, solver: AbstractSolver,
        watch: Callable[[Snapshot], bool],
    ) -> Fitted:  # fmt: skip
        if isinstance(init, Network):
            init = warm_start(init, structure, generator=generator)
        found = fit(self.problem.tensor, structure, seed=generator, init=init, callback=watch, solver=solver)
        return Fitted(found.network, found.relative_error, found.sweeps, found.status is not Status.STOPPED)


class _Watch:
    """Stops a fit whose error, falling at three times its present rate, would not reach what is needed any more."""

    def __init__(self, needed: float, sweeps: int, late: Callable[[], bool]) -> None:
        self.needed, self.sweeps, self.late = needed, sweeps, late
        self.stopped = False
        self._errors: list[float] = []

    def __call__(self, snapshot: Snapshot) -> bool:
        self._errors.append(snapshot.relative_error)
        self.stopped = self.late()
        if self.stopped or len(self._errors) < 2 * RATE:
            return self.stopped
        rate = (self._errors[-1 - RATE] - self._errors[-1]) / RATE
        left = self.sweeps - snapshot.sweep
        return self._errors[-1] - left * max(rate, 0.0) * HASTE > self.needed


def stable_seed(structure: Structure, seed: int) -> int:
    """Return a seed that follows from a structure, up to isomorphism, and another seed; the same on every machine."""
    text = repr((canonical_form(structure), seed)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")
