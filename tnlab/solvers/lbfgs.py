"""L-BFGS: limited-memory quasi-Newton descent on all cores of a network at once.

The gradient comes from one pass along the dimension tree, not from automatic differentiation: it costs as much as one
sweep of alternating least squares without its linear solves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.lbfgs_steps import descent
from tnlab.fitting.least_squares import LeastSquares
from tnlab.fitting.memory import require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.plan import plan_gradient
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept, solvers


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

    ending: ClassVar[Ending] = Ending(window=(10, 10))  # single steps can be short

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        vectors = 8 * structure.parameters * (2 * self.memory + 6)
        require_memory(plan_gradient(structure), tensor, svd=init == "svd", besides=vectors)
        objective = LeastSquares(tensor, structure)
        network = starting_network(tensor, structure, init, generator=generator)
        yield Swept(network)
        for point, value, moved in descent(objective, objective.vector(network), self.memory):
            network = objective.network(point)
            error = objective.error(value, network)
            yield Swept(network, error, objective.doubt, settled=None if moved else True)
