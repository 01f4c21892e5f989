"""L-BFGS: limited-memory quasi-Newton descent on all cores of a network at once.

The gradient comes from one pass along the dimension tree, not from automatic differentiation: it costs as much as one
sweep of alternating least squares without its linear solves.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from typing_extensions import override

from tnlab.fitting.lbfgs_steps import inverse_hessian, line_search
from tnlab.fitting.least_squares import LeastSquares
from tnlab.fitting.memory import require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.plan import plan_gradient
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor

PATIENCE = 10  # steps over which the decrease is averaged: single steps can be short


@solvers.register("lbfgs")
@dataclass(frozen=True)
class LBFGS(AbstractSolver):
    """L-BFGS: descent along the gradient times an inverse Hessian approximated from the last steps.

    References:
        Liu 1989: https://doi.org/10.1007/BF01589116
        Lewis 2013 (line search): https://doi.org/10.1007/s10107-012-0514-2

    Attributes:
        memory: Number of past steps that approximate the inverse Hessian.
    """

    memory: int = 20

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        vectors = 8 * structure.parameters * (2 * self.memory + 6)
        require_memory(plan_gradient(structure), tensor, svd=init == "svd", besides=vectors)
        objective = LeastSquares(tensor, structure)
        network = starting_network(tensor, structure, init, generator=generator)
        yield Snapshot(0, objective.normal.residual(network), network, time.perf_counter() - begun)
        point = objective.vector(network)
        value, gradient = objective(point)
        steps: deque[tuple[Any, Any]] = deque(maxlen=self.memory)
        recent = deque([value], maxlen=PATIENCE + 1)
        for sweep in range(1, self.max_sweeps + 1):
            direction = -inverse_hessian(steps, gradient, point)
            found = line_search(objective, point, value, gradient, direction)
            if found is None and steps:  # the approximate Hessian misleads: start it afresh
                steps.clear()
                found = line_search(objective, point, value, gradient, -inverse_hessian(steps, gradient, point))
            if found is not None:
                steps.append((found[0] - point, found[2] - gradient))
                point, value, gradient = found
            network = objective.network(point)
            error = objective.error(value, network)
            recent.append(value)
            settled = found is None or self._settled(recent, power=2)
            error, status = self._judged(sweep, error, network, objective.normal.residual, settled=settled)
            yield Snapshot(sweep, error, network, time.perf_counter() - begun, status)
            if status is not Status.RUNNING:
                return
