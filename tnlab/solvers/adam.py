"""Adam on all core entries, with gradients from automatic differentiation, as published structure searches fit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.data.intake import Data, Unit
from tnlab.fitting.memory import require_autograd
from tnlab.fitting.svd_start import starting_network
from tnlab.interrupt import checkpoint
from tnlab.network.contraction import contract
from tnlab.network.gauge.balance import equal_norms
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept, solvers


@solvers.register("adam")
@dataclass(frozen=True)
class Adam(AbstractSolver):
    """Adam: gradient descent on all cores at once, with a step length per core entry that adapts to its gradients.

    It minimises ``|X - X_hat|_F^2 / |X|_F^2``. It is far slower than alternating least squares and serves for
    comparison. The papers run ``Adam(step=1e-3, spread=0.1)`` from a random start.

    References:
        Kingma 2015: https://arxiv.org/abs/1412.6980
        Li 2023 (its use in structure search): https://arxiv.org/abs/2304.12875

    Attributes:
        step: Learning rate, relative to the root mean square of the core entries at the start; absolute if
            ``spread`` is given.
        spread: Standard deviation of the core entries of a random start; None scales the start to the tensor's norm.
        steps_per_sweep: Gradient steps between two snapshots.
    """

    step: float = 0.02
    spread: float | None = None
    steps_per_sweep: int = 10

    ending: ClassVar[Ending] = Ending(wanders=True)

    @override
    def _unit(self, data: Data, structure: Structure) -> Unit:
        return Unit(data, cores=1 if self.spread is None else len(structure.cores))

    @override
    def _in_unit(self, exponent: int, structure: Structure) -> "Adam":
        if self.spread is None:
            return self
        factor = 2.0 ** min(
            max(-exponent / len(structure.cores), -1000), 1000
        )  # of every core, within the range of floats
        return replace(self, spread=self.spread * factor, step=self.step * factor)

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        require_autograd(tensor, structure)
        start = self._start(tensor, structure, init, generator)
        cores = [core.detach().clone().requires_grad_() for core in start.cores]
        step = self.step if self.spread is not None else self.step * _typical(cores)
        optimizer = torch.optim.Adam(cores, lr=step)
        square = tensor.square().sum()
        while True:
            yield Swept(Network(structure, tuple(core.detach().clone() for core in cores)))
            for _ in range(self.steps_per_sweep):
                checkpoint()
                optimizer.zero_grad()
                loss = (contract(structure, cores) - tensor).square().sum() / square
                checkpoint()
                loss.backward()
                optimizer.step()

    def _start(self, tensor: Tensor, structure: Structure, init: Init, generator: torch.Generator) -> Network:
        start = starting_network(tensor, structure, init, generator=generator)
        if isinstance(init, Network):
            return start
        if init == "random" and self.spread is not None:
            shapes = structure.core_shapes
            noise = [torch.randn(shape, generator=generator, dtype=torch.float64) * self.spread for shape in shapes]
            return Network(structure, tuple(noise)).to(tensor.dtype, tensor.device)
        factor = tensor.norm() / start.to_tensor().norm() if init == "random" else 1.0
        cores = equal_norms(start.cores)
        return Network(structure, tuple(core * factor ** (1 / len(cores)) for core in cores))


def _typical(cores: list[Tensor]) -> float:
    """Return the root mean square of all core entries."""
    return float(torch.cat([core.detach().reshape(-1) for core in cores]).square().mean().sqrt())
