"""Alternating least squares on any structure, along a dimension tree.

Fixing all cores but one, the best core solves a linear least-squares problem, here by its normal equations
``A G = B`` with G the Gram matrix of the environment.

On a graph with loops the sweeps creep along valleys where large terms cancel (swamps). A ridge that fades over the
sweeps, ``A (G + lambda I) = B``, keeps the terms small until the fit has found its place.

References:
    Phan 2013 (dimension trees): https://doi.org/10.1109/TSP.2013.2269903
    Zhao 2016 (tensor ring ALS): https://arxiv.org/abs/1606.05535
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from typing_extensions import override

from tnlab.network.memory import require_memory
from tnlab.network.network import Network
from tnlab.network.normal_equations import NormalEquations
from tnlab.network.starts import starting_network
from tnlab.network.structure import Structure
from tnlab.network.sweeps import plan_sweep
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor

PATIENCE = 5  # sweeps over which the decrease is averaged
FADED = 1e-4  # a ridge below it is dropped


@solvers.register("als")
@dataclass(frozen=True)
class ALS(AbstractSolver):
    """Alternating least squares.

    Attributes:
        ridge: Penalty in the first sweep, as a part of the mean diagonal of G; ``"auto"`` takes 0.1 on graphs with
            loops that start from scratch, and none on trees and warm starts.
        decay: By what the penalty is multiplied after every sweep.
    """

    ridge: float | Literal["auto"] = "auto"
    decay: float = 0.97

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        plan = plan_sweep(structure)
        require_memory(plan, tensor, svd=init == "svd")
        start = starting_network(tensor, structure, init, generator=generator)
        fit = NormalEquations(tensor, ridge=0.0 if self.ridge == "auto" else self.ridge)
        values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in start.cores])
        recent: deque[float] = deque(maxlen=PATIENCE + 1)
        error = fit.residual(start)
        yield Snapshot(0, error, start, time.perf_counter() - begun)
        for sweep in range(1, self.max_sweeps + 1):
            plan.sweep(values, fit.solve)
            network = Network(structure, tuple(map(fit.to_user, plan.cores(values))))
            error = fit.error(network)
            fit.ridge *= self.decay
            if fit.ridge < FADED:
                fit.ridge = 0.0
            recent.append(error)
            status = self._status(sweep, recent)
            if fit.ridge > 0 and status is Status.CONVERGED:
                status = Status.RUNNING
            yield Snapshot(sweep, error, network, time.perf_counter() - begun, status)
            if status is not Status.RUNNING:
                return

    def _status(self, sweep: int, recent: deque[float]) -> Status:
        if recent[-1] < 1e-14:
            return Status.EXACT
        if self.target_error is not None and recent[-1] <= self.target_error:
            return Status.REACHED
        if len(recent) > PATIENCE and recent[0] - recent[-1] < PATIENCE * self.tolerance * recent[0]:
            return Status.CONVERGED
        return Status.MAX_SWEEPS if sweep >= self.max_sweeps else Status.RUNNING
