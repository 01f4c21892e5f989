"""Levenberg-Marquardt: damped Gauss-Newton steps on all cores of a network at once.

``J^T J``, with J the Jacobian of the tensor in the core entries, is formed block by block: each block contracts two
copies of the network, with one core left out of either. J itself, with a row per tensor entry, is never formed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.errors import StructureError
from tnlab.fitting.least_squares import LeastSquares
from tnlab.fitting.memory import require_memory, square_bytes
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.normal_equations import EPS, dposv
from tnlab.fitting.sweep.plan import plan_gradient
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Init, Swept, solvers

TRIES = 12  # dampings tried per step; each failure doubles the growth factor: the last is 2^66 times the first


@solvers.register("levenberg_marquardt", "lm")
@dataclass(frozen=True)
class LevenbergMarquardt(AbstractSolver):
    """Damped Gauss-Newton steps on all cores; each solves a dense system of the size of all parameters.

    Near an exact solution it converges quadratically.

    References:
        Marquardt 1963: https://doi.org/10.1137/0111030
        Nielsen 1999 (damping): https://orbit.dtu.dk/en/publications/damping-parameter-in-marquardts-method

    Attributes:
        damping: Damping of the first step, relative to the mean diagonal of ``J^T J``.
        max_parameters: Largest number of parameters of a network that it accepts.
    """

    damping: float = 0.1
    max_parameters: int = 3000

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        if structure.parameters > self.max_parameters:
            raise StructureError(
                f"Levenberg-Marquardt solves a dense system of the size of all {structure.parameters} parameters, and "
                f"at most {self.max_parameters} are allowed. Take lbfgs or als, or raise max_parameters."
            )
        dense = square_bytes(structure.parameters, 3)  # J^T J, damped, and its blocks
        require_memory(plan_gradient(structure), tensor, svd=init == "svd", besides=dense)
        objective = LeastSquares(tensor, structure)
        network = starting_network(tensor, structure, init, generator=generator)
        yield Swept(network)
        state = _State(objective, objective.vector(network), self.damping)
        while True:
            moved = state.step()
            network = objective.network(state.point)
            error = objective.error(state.value, network)
            yield Swept(network, error, objective.doubt, settled=None if moved else True)


class _State:
    """Current core entries and damping; the damping adapts to the ratio of actual to predicted decrease (Nielsen)."""

    def __init__(self, objective: LeastSquares, point: Any, damping: float) -> None:
        self.objective, self.point = objective, point
        self.value, self.gradient = objective(point)
        matrix = objective.gauss_newton(point)
        self.damping = damping * float(matrix.trace()) / len(point)
        self.growth = 2.0

    def step(self) -> bool:
        """Move to a point of lower error and return True; return False if none of the dampings tried finds one."""
        matrix = self.objective.gauss_newton(self.point)
        self.damping = max(self.damping, EPS * float(matrix.trace()) / len(self.point))
        for _ in range(TRIES):
            step = _solve(matrix, self.damping, -self.gradient)
            if step is not None and (found := self.objective(self.point + step))[0] < self.value:
                value, gradient = found
                foretold = 0.5 * float(step @ (self.damping * step - self.gradient))
                ratio = (self.value - value) / max(foretold, 1e-300)
                self.point, self.value, self.gradient = self.point + step, value, gradient
                self.damping *= max(1 / 3, 1 - (2 * ratio - 1) ** 3)
                self.growth = 2.0
                return True
            self.damping *= self.growth
            self.growth *= 2
        return False


def _solve(matrix: Any, damping: float, right: Any) -> Any:
    """Return x with ``(J^T J + damping I) x = right``, or None where rounding leaves that matrix not positive definite.

    J is zero along gauge directions: there the damping alone is on the diagonal.
    """
    if isinstance(matrix, torch.Tensor):
        factor, failed = torch.linalg.cholesky_ex(matrix + damping * torch.eye(len(right)).to(matrix))
        return None if failed else torch.cholesky_solve(right[:, None], factor)[:, 0]
    shifted = matrix.copy()
    shifted.ravel()[:: len(right) + 1] += damping
    _, solution, failed = dposv(shifted.T, right, overwrite_a=True)  # its transpose lies in memory as LAPACK wants it
    return None if failed else solution
