"""L-BFGS on the known entries of a tensor: all cores at once along the gradient, on any structure.

The gradient of every core is its environment at the known entries times the residual there. One pass along the
contraction tree that evaluates the network gives the gradients of all cores.

References:
    Acar 2011 (CP with missing values, all at once): https://doi.org/10.1016/j.chemolab.2010.08.004
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.entries.sweep import EntrySweep
from tnlab.fitting.lbfgs_steps import descent
from tnlab.network.gauge.balance import equal_norms
from tnlab.solvers.base import solvers
from tnlab.solvers.completion_base import AbstractCompletion


@solvers.register("completion_lbfgs")
@dataclass(frozen=True)
class CompletionLBFGS(AbstractCompletion):
    """L-BFGS: limited-memory quasi-Newton descent on all cores at once, on the known entries of a tensor.

    Attributes:
        memory: Number of past steps that approximate the inverse Hessian.
        patience: Number of steps without a lower held-out error after which the fit ends.
    """

    memory: int = 20
    patience: int = 50

    @override
    def steps(self, sweep: EntrySweep, values: Any, wanted: Any, *, warm: bool) -> Iterator[Any]:
        objective = _Objective(sweep, wanted)
        # Steps and gradients are of one size in all cores, and stay within the range of floats along a chain.
        even = equal_norms([torch.as_tensor(core) for core in sweep.cores])
        sweep.cores = even if isinstance(wanted, Tensor) else [core.numpy() for core in even]
        for point, _, _ in descent(objective, _flat(sweep.cores), self.memory):
            yield objective.values_at(point)


class _Objective:
    """Half the squared relative error over the known entries, with its gradient, as a function of all core entries."""

    def __init__(self, sweep: EntrySweep, wanted: Any) -> None:
        self.sweep, self.wanted = sweep, wanted
        self.shapes = sweep.structure.core_shapes
        self.scale = 1.0 / float((wanted * wanted).sum())
        self._point: Any = None
        self._values: Any = None

    def cores(self, point: Any) -> list[Any]:
        """Return the cores whose entries a vector holds, one after the other."""
        cores, begin = [], 0
        for shape in self.shapes:
            size = math.prod(shape)
            cores.append(point[begin : begin + size].reshape(shape))
            begin += size
        return cores

    def values_at(self, point: Any) -> Any:
        """Return the network's values at the entries for the cores in a vector, and store the cores in ``sweep``."""
        if self._point is not point:
            self.sweep.cores, self._point = self.cores(point), point
            self._values = self.sweep.values()
        return self._values

    def __call__(self, point: Any) -> tuple[float, Any]:
        """Return the value and the gradient at a vector of all core entries."""
        self.sweep.cores, self._point = self.cores(point), point
        self._values = self.sweep.values()
        residual = self._values - self.wanted
        gradients: list[Any] = [None] * len(self.shapes)
        for environment in self.sweep.environments():
            core = environment.core
            width = math.prod(self.shapes[core][len(self.sweep.structure.cores[core].legs) :])
            gradient = self.sweep.cores[core].reshape(-1, width) * 0.0
            for bucket in (one for piece in self.sweep.entries.groups(core).pieces(width) for one in piece):
                matrix = self.sweep.matrix(environment, bucket)
                gradient[bucket.rows] += _summed(matrix, residual[bucket.at])
            gradients[core] = gradient
        return 0.5 * self.scale * float((residual * residual).sum()), self.scale * _flat(gradients)


def _summed(matrix: Any, weights: Any) -> Any:
    """Return, for each row, the weighted sum of its entries' environments, (rows, width)."""
    if isinstance(matrix, Tensor):
        return (matrix.permute(1, 0, 2) @ weights[..., None])[..., 0]
    return (matrix.transpose(1, 0, 2) @ weights[..., None])[..., 0]


def _flat(arrays: list[Any]) -> Any:
    """Return the entries of all arrays in one new vector."""
    if isinstance(arrays[0], Tensor):
        return torch.cat([array.reshape(-1) for array in arrays])
    return np.concatenate([array.ravel() for array in arrays])
