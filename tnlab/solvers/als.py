"""Alternating least squares on any structure, along a dimension tree.

With all cores but one fixed, the best core A solves a linear least-squares problem, here by its normal equations
``A G = B``: G is the Gram matrix of the core's environment, B the tensor contracted with the environment.

On a graph with loops the error can fall very slowly while large terms cancel (a swamp). A ridge,
``A (G + lambda I) = B``, keeps the terms small; its weight lambda decays from sweep to sweep to zero.

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

PATIENCE = 5  # sweeps over which the decrease is averaged, so that one slow sweep does not end the fit


@solvers.register("als")
@dataclass(frozen=True)
class ALS(AbstractSolver):
    """Alternating least squares: replace one core after the other by the best one with all others fixed.

    Attributes:
        ridge: Weight lambda of the ridge in the first sweep, relative to the mean diagonal of G; ``"auto"`` sets one
            for rings and other loops of cores with legs, and none for trees, hyper-bonds and warm starts.
        decay: Factor of lambda from one sweep to the next, below 1. A larger one (0.97) finds an exact solution more
            often where that is hard, and takes more sweeps.
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
