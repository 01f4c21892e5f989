"""The evaluator: fits one proposed structure from several starts, and stops a fit whose outcome is decided."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tnlab.errors import StructureError
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.fitting.warm_start import warm_start
from tnlab.interrupt import never
from tnlab.network.isomorphism import canonical_form
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.solvers.als import ALS
from tnlab.solvers.base import AbstractSolver, Init, Snapshot, Status, solvers
from tnlab.solvers.fit import fit
from tnlab.solvers.settings import Start, Stop
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.settings import FitSettings
from tnlab.threads import one_thread

RATE = 5  # sweeps over which the decrease of the error is averaged: that of a single sweep is uneven
FLOPS = 2e9  # operations per second that one thread does at least in a sweep of small products
# A fit is stopped only if the target is missed even by an error that falls this many times faster than at present: the
# decrease grows again where a fit leaves a plateau.
HASTE = 3.0
RIDGES = {"svd": 0.3, "random": 1.0}  # weight of the ridge in the first sweep of an annealed start, by its init
FADED = 1e-4  # weight of the ridge at the end of its decay
ANNEALED = 0.5  # fraction of the sweeps over which the ridge decays; in the others the fit converges without it


@dataclass(frozen=True, eq=False)
class Fitted:
    """The best network that the fits of one structure found.

    Attributes:
        network: The network of least error over all starts.
        relative_error: Its relative error.
        sweeps: Sweeps of all starts together.
        finished: Whether the fit of the best start ended by itself, not by being stopped early.
    """

    network: Network
    relative_error: float
    sweeps: int
    finished: bool


@dataclass(frozen=True, eq=False)
class Evaluator:
    """Fits structures to the tensor of a problem.

    The random numbers of a fit depend on the seed and the structure only, not on earlier fits.

    Attributes:
        problem: The problem whose tensor is fitted.
        fits: Solver, starts and sweeps.
        seed: Seed of all fits.
    """

    problem: Problem
    fits: FitSettings = FitSettings()  # noqa: RUF009 - frozen
    seed: int = 0

    def __call__(
        self, proposal: Proposal, cutoff: float, deadline: float, stopped: Callable[[], bool] = never
    ) -> Fitted:
        """Fit a structure until it reaches the target or is not going to score below the cutoff.

        Small tensors are fitted on one thread, so that every machine computes the same floats.

        Args:
            proposal: The structure, its starts and its sweeps.
            cutoff: Score above which the engine makes no use of the evaluation.
            deadline: Time, in seconds of ``time.monotonic``, at which the fit stops with the best cores so far.
            stopped: Called after every sweep; a true answer stops the fit with the best cores so far.
        """
        with one_thread(self.problem.entries):
            return self._fitted(proposal, cutoff, lambda: time.monotonic() > deadline or stopped())

    def light(self) -> "Evaluator":
        """Return a copy whose problem has no cached spectra, small enough to be sent to a worker."""
        return replace(self, problem=replace(self.problem))

    def _fitted(self, proposal: Proposal, cutoff: float, late: Callable[[], bool]) -> Fitted:
        structure = proposal.structure
        needed = self.problem.objective.error_for(structure.parameters, self.problem.entries, cutoff)
        sweeps = self.fits.max_sweeps if proposal.max_sweeps is None else proposal.max_sweeps
        generator = as_generator(stable_seed(structure, self.seed))
        if sweeps == 0 and proposal.init is not None:
            return Fitted(
                network=proposal.init,
                relative_error=relative_residual(self.problem.tensor, proposal.init),
                sweeps=0,
                finished=True,
            )
        target = None if proposal.polish else self.problem.target_error
        aim = min(needed, self.problem.target_error or math.inf)
        best, spent = None, 0
        for init, annealed in self._starts(proposal):
            watch = _Watch(math.inf if annealed else aim if proposal.decide else needed, sweeps, late)
            start = warm_start(init, structure, generator=generator) if isinstance(init, Network) else init
            solver = self._solver(sweeps, target, RIDGES[str(init)] if annealed else 0.0)
            found = fit(
                self.problem.tensor,
                structure,
                solver=solver,
                start=Start(start, generator),
                stop=Stop(cancel=late),
                callback=watch,
            )
            spent += found.sweeps
            if best is None or found.relative_error < best.relative_error:
                best = found
            if watch.stopped or late() or best.relative_error <= aim or best.relative_error > proposal.reach * aim:
                break
        assert best is not None
        return Fitted(
            network=best.network,
            relative_error=best.relative_error,
            sweeps=spent,
            finished=best.status is not Status.STOPPED,
        )

    def affordable(self, structure: Structure, deadline: float) -> bool:
        """Return whether a sweep over a structure can be planned in memory and takes at most half of the time left."""
        try:
            flops = plan_sweep(structure).flops
        except StructureError:
            return False
        return flops <= FLOPS * max(deadline - time.monotonic(), 1.0) / 2

    def _starts(self, proposal: Proposal) -> list[tuple[Init, bool]]:
        """Return the starts of a proposal: of each its initial cores, and whether its ridge is annealed."""
        starts = self.fits.restarts if proposal.starts is None else proposal.starts
        cold: list[tuple[Init, bool]] = [("svd", False), ("svd", True), *[("random", True)] * starts]
        if starts > 2:
            cold.insert(1, ("random", False))
        if proposal.init is not None:
            cold[0] = proposal.init, False
        return cold[:starts]

    def _solver(self, sweeps: int, target: float | None, ridge: float) -> AbstractSolver:
        settings = {"max_sweeps": max(1, sweeps), "tolerance": self.fits.tolerance, "target_error": target}
        if self.fits.solver != "als":
            return solvers[self.fits.solver](**settings)
        decay = (FADED / ridge) ** (1 / (ANNEALED * max(1, sweeps))) if ridge else 1.0
        return ALS(**settings, ridge=ridge, decay=decay)


class _Watch:
    """Stops a fit whose error would miss the error needed even if it fell ``HASTE`` times as fast as at present."""

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
    """Return a hash of a seed and a structure's canonical form, as a seed that is the same on every machine."""
    text = repr((canonical_form(structure), seed)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")
