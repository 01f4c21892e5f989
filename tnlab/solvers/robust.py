"""Robust fits: a few grossly wrong entries do not draw the network towards them.

The Huber loss of a residual is the least of ``(r - s)^2 / 2 + delta |s|`` over s: what is left to a sparse part S where
the residual exceeds delta. So a fit alternates between S, in closed form, and a sweep of least squares on X - S, which
is the plain fast sweep. The l1 loss is the limit of small delta.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.memory import dense_bytes, require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor

PATIENCE = 5  # sweeps over which the decrease is averaged
NORMAL = 1.4826  # standard deviation over median absolute value, of normal noise
EFFICIENT = 1.345  # standard deviations at which Huber's loss has 95 % of the efficiency of least squares
SHARP = 0.1  # the same for l1
FALL = 0.9  # by how much delta falls at most per sweep: it must not outrun the fit
CLEARLY = 0.7  # of the absolute residuals of a start from the tensor cut off
STRETCH = 1.7  # of the step towards the clipped residual; below 2 it still descends


@solvers.register("robust")
@dataclass(frozen=True)
class Robust(AbstractSolver):
    """Fit with Huber's loss or, nearly, the sum of absolute residuals.

    ``relative_error`` still is that of the whole tensor, wrong entries included; ``objective`` is what is minimised:
    the sum of absolute residuals over the sum of absolute entries.

    References:
        Huber 1964: https://doi.org/10.1214/aoms/1177703732
        Goldfarb 2014 (robust low-rank tensors): https://doi.org/10.1137/130905010

    Attributes:
        loss: ``"huber"``, nearly as efficient as least squares on normal noise, or ``"l1"``.
        delta: The residual beyond which an entry pulls no harder. None follows the median residual down.
    """

    loss: Literal["huber", "l1"] = "huber"
    delta: float | None = None

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        if self.loss not in ("huber", "l1"):
            raise ValueError(f"loss must be 'huber' or 'l1', but is {self.loss!r}.")
        begun = time.perf_counter()
        plan = plan_sweep(structure)
        require_memory(plan, tensor, svd=init == "svd", besides=dense_bytes(structure, 5))
        network, plain = _start(tensor, structure, init, generator)
        fit = NormalEquations(tensor)
        values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in network.cores])
        scale = float(tensor.abs().sum(dtype=torch.float64))
        recent: deque[float] = deque(maxlen=PATIENCE + 1)
        delta, factor = float((tensor - network.to_tensor()).abs().max()) if plain else 0.0, EFFICIENT
        for sweep in range(self.max_sweeps + 1):
            if sweep:
                plan.sweep(values, fit.solve)
                network = Network(structure, tuple(map(fit.to_user, plan.cores(values))))
            model = network.to(torch.float64).to_tensor()
            residual = tensor.to(torch.float64) - model
            error, objective = relative_error(tensor, model), float(residual.abs().sum()) / scale
            recent.append(objective)
            status = self._status(sweep, error, settled=self._settled(recent, wanders=True))
            yield Snapshot(sweep, error, network, time.perf_counter() - begun, status, objective=objective)
            if status is not Status.RUNNING:
                return
            delta = self.delta or max(FALL * delta, factor * NORMAL * float(residual.abs().median()))
            factor = factor if self.loss == "huber" else max(SHARP, FALL * factor)
            values[0] = self._data(fit, plan.mode_order, model + STRETCH * residual.clamp(-delta, delta))

    def _data(self, fit: NormalEquations, mode_order: tuple[int, ...], target: Tensor) -> Any:
        laid_out = target.to(fit.tensor.dtype).permute(mode_order).contiguous()
        return laid_out.numpy() if fit.on_cpu else laid_out


def _start(tensor: Tensor, structure: Structure, init: Init, generator: torch.Generator) -> tuple[Network, bool]:
    """Return a start from the tensor cut off, or from all of it where that leaves clearly smaller absolute residuals.

    Gross errors spoil the second; in the first, the largest entries of good data are lost, and the fit would go on to
    take them for errors. Also whether it is the second: then nothing speaks for gross errors, and the fit begins as
    plain least squares.
    """
    start = starting_network(tensor, structure, init, generator=generator)
    if isinstance(init, Network) or init != "svd":
        return start, False
    cut_off = starting_network(_clipped(tensor), structure, init, generator=generator)
    left, left_cut_off = (float((tensor - network.to_tensor()).abs().sum()) for network in (start, cut_off))
    return (start, True) if left < CLEARLY * left_cut_off else (cut_off, False)


def _clipped(tensor: Tensor) -> Tensor:
    """Return the tensor with its largest entries cut off, so that gross errors do not decide where a fit starts."""
    middle = tensor.median()
    limit = 3 * NORMAL * (tensor - middle).abs().median()
    return tensor.clamp(middle - limit, middle + limit) if limit > 0 else tensor
