"""Fit one proposed structure, and no longer than until its answer is decided."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from tnlab.metrics import relative_error
from tnlab.network.isomorphism import canonical_form
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.network.warm_start import warm_start
from tnlab.search.evaluation import Proposal
from tnlab.search.problem import Problem
from tnlab.seeding import as_generator
from tnlab.solvers.base import Init, Snapshot, Status
from tnlab.solvers.fit import fit

RATE = 5  # sweeps over which the decrease of the error is averaged


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
        restarts: Cold starts of a structure that has not reached its aim yet.
        tolerance: A fit has converged when its error falls by less than this part of itself per sweep.
        seed: Same seed, same floats.
    """

    problem: Problem
    solver: str = "als"
    max_sweeps: int = 100
    restarts: int = 2
    tolerance: float = 1e-4
    seed: int = 0

    def __call__(self, proposal: Proposal, cutoff: float, deadline: float) -> Fitted:
        """Fit a structure; stop early once it reaches the target, or cannot score below the cutoff any more.

        Args:
            proposal: The structure, with cores to start from if there are any.
            cutoff: Score above which the answer does not matter.
            deadline: Time (``time.monotonic``) at which to stop with what there is.
        """
        structure = proposal.structure
        needed = self.problem.objective.error_for(structure.parameters, self.problem.entries, cutoff)
        sweeps = self.max_sweeps if proposal.max_sweeps is None else proposal.max_sweeps
        generator = as_generator(stable_seed(structure, self.seed))
        best, spent = None, 0
        for init in self._starts(proposal, generator):
            if sweeps == 0 and isinstance(init, Network):
                return Fitted(init, relative_error(self.problem.tensor, init.to_tensor()), 0, True)
            watch = _Watch(needed, sweeps, deadline)
            found = self._fit(structure, init, generator, sweeps, watch)
            spent += found.sweeps
            if best is None or found.relative_error < best.relative_error:
                best = found
            if watch.late or (self.problem.target_error and self.problem.reached(best.relative_error)):
                break
        assert best is not None
        return Fitted(best.network, best.relative_error, spent, best.finished)

    def _starts(self, proposal: Proposal, generator: torch.Generator) -> list[Init]:
        cold: list[Init] = ["svd", *["random"] * (self.restarts - 1)]
        if proposal.init is None:
            return cold
        return [warm_start(proposal.init, proposal.structure, generator=generator), *cold[: self.restarts - 1]]

    def _fit(
        self, structure: Structure, init: Init, generator: torch.Generator, sweeps: int,
        watch: Callable[[Snapshot], bool],
    ) -> Fitted:  # fmt: skip
        found = fit(
            self.problem.tensor,
            structure,
            seed=generator,
            max_sweeps=sweeps,
            tolerance=self.tolerance,
            target_error=self.problem.target_error,
            init=init,
            callback=watch,
            solver=self.solver,
        )
        finished = found.status is not Status.STOPPED
        return Fitted(found.network, found.relative_error, found.sweeps, finished)


class _Watch:
    """Stops a fit whose error, falling at its present rate, would not reach what is needed in the sweeps left."""

    def __init__(self, needed: float, sweeps: int, deadline: float) -> None:
        self.needed, self.sweeps, self.deadline = needed, sweeps, deadline
        self.late = False
        self._errors: list[float] = []

    def __call__(self, snapshot: Snapshot) -> bool:
        self._errors.append(snapshot.relative_error)
        self.late = time.monotonic() > self.deadline
        if self.late or len(self._errors) < 2 * RATE:
            return self.late
        rate = (self._errors[-1 - RATE] - self._errors[-1]) / RATE
        left = self.sweeps - snapshot.sweep
        return self._errors[-1] - left * max(rate, 0.0) > self.needed


def stable_seed(structure: Structure, seed: int) -> int:
    """Return a seed that follows from a structure, up to isomorphism, and another seed; the same on every machine."""
    text = repr((canonical_form(structure), seed)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")
