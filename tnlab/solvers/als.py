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

from tnlab.fitting.memory import require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.fading_ridge import DECAY, faded, first_ridge, quick_enough
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor

PATIENCE = 5  # sweeps over which the decrease is averaged


@solvers.register("als")
@dataclass(frozen=True)
class ALS(AbstractSolver):
    """Alternating least squares.

    Attributes:
        ridge: Penalty in the first sweep, as a part of the mean diagonal of G; ``"auto"`` takes one on rings and
            other loops of cores with legs that start from scratch, and none on trees, hyper-bonds and warm starts.
        decay: By what the penalty is multiplied after every sweep; a slower one (0.97) finds an exact solution more
            often where that is hard, and any solution later.
    """

    ridge: float | Literal["auto"] = "auto"
    decay: float = DECAY

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        plan = plan_sweep(structure)
        require_memory(plan, tensor, svd=init == "svd")
        start = starting_network(tensor, structure, init, generator=generator)
        fit = NormalEquations(tensor, ridge=first_ridge(self.ridge, structure, init))
        decay = quick_enough(self.decay, fit.ridge, self.max_sweeps)
        values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in start.cores])
        recent: deque[float] = deque(maxlen=PATIENCE + 1)
        error = fit.residual(start)
        yield Snapshot(0, error, start, time.perf_counter() - begun)
        for sweep in range(1, self.max_sweeps + 1):
            plan.sweep(values, fit.solve)
            network = Network(structure, tuple(map(fit.to_user, plan.cores(values))))
            error = fit.error(network)
            recent.append(error)
            settled = fit.ridge == 0 and self._settled(recent)
            error, status = self._judged(sweep, error, network, fit.residual, settled=settled)
            fit.ridge = faded(fit.ridge, decay)
            yield Snapshot(sweep, error, network, time.perf_counter() - begun, status)
            if status is not Status.RUNNING:
                return
