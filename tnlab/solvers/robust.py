"""Robust fits with Huber's loss or the sum of absolute residuals, which a few grossly wrong entries hardly affect.

The Huber loss of a residual r is the minimum of ``(r - s)^2 / 2 + delta |s|`` over s, which is nonzero where ``|r|``
exceeds delta. So a fit alternates between the sparse part S, in closed form, and a sweep of alternating least squares
on X - S. The l1 loss is the limit of small delta.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.memory import dense_bytes, require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.interrupt import checkpoint
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept, solvers

NORMAL = 1.4826  # standard deviation over median absolute value, of normal noise
EFFICIENT = 1.345  # delta in standard deviations: Huber's loss has 95 % of the efficiency of least squares (Huber 1964)
SHARP = 0.1  # delta in standard deviations for l1: small enough to be near the limit 0
FALL = 0.9  # least factor of delta from one sweep to the next: a faster fall takes good entries for errors
CLEARLY = 0.7  # ratio of absolute residuals below which the start from the whole tensor beats that from the clipped one
FAR = 1000  # binary exponent beyond which a delta is as good as infinite, or as zero, beside data of norm 1
STEADY = 0.95  # component of a step along the one before, in units of that one, from which delta rises
NEARLY = 1.05  # times its least value: a larger delta is still falling, and the fit has not converged
STRETCH = 1.7  # over-relaxation of the step to the clipped residual; every factor below 2 descends


@solvers.register("robust")
@dataclass(frozen=True)
class Robust(AbstractSolver):
    """Alternating least squares with Huber's loss or, approximately, the l1 loss, on any structure.

    In its snapshots, ``relative_error`` is over all entries, wrong ones included; ``objective`` is the sum of absolute
    residuals over the sum of absolute entries.

    References:
        Huber 1964: https://doi.org/10.1214/aoms/1177703732
        Goldfarb 2014 (robust low-rank tensors): https://doi.org/10.1137/130905010

    Attributes:
        loss: ``"huber"``, nearly as efficient as least squares on normal noise, or ``"l1"``.
        delta: Residual beyond which the loss of an entry grows linearly instead of quadratically, in units of the
            tensor. None takes it from the median absolute residual after every sweep.
    """

    loss: Literal["huber", "l1"] = "huber"
    delta: float | None = None

    ending: ClassVar[Ending] = Ending(wanders=True)

    @override
    def _in_unit(self, exponent: int, structure: Structure) -> "Robust":
        if self.delta is None:
            return self
        part, power = math.frexp(self.delta)
        return replace(self, delta=math.ldexp(part, min(max(power - exponent, -FAR), FAR)))

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        if self.loss not in ("huber", "l1"):
            raise ValueError(f"loss must be 'huber' or 'l1', but is {self.loss!r}.")
        plan = plan_sweep(structure)
        require_memory(plan, tensor, svd=init == "svd", besides=dense_bytes(structure, 7))
        network, plain = _start(tensor, structure, init, generator)
        fit = NormalEquations(tensor)
        values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in network.cores])
        scale = float(tensor.abs().sum(dtype=torch.float64))
        delta, factor = float((tensor - network.to_tensor()).abs().max()) if plain else 0.0, EFFICIENT
        drift, model = _Drift(), network.to(torch.float64).to_tensor()
        while True:
            checkpoint()
            residual = tensor.to(torch.float64) - model
            error, objective = relative_error(tensor, model), float(residual.abs().sum()) / scale
            least = factor * NORMAL * float(residual.abs().median())
            settled = False if drift.steady or (self.delta is None and delta > NEARLY * least) else None
            yield Swept(network, error, progress=objective, objective=objective, settled=settled)
            delta = max((1 / FALL if drift.steady else FALL) * delta, least) if self.delta is None else self.delta
            checkpoint()
            factor = factor if self.loss == "huber" else max(SHARP, FALL * factor)
            values[0] = self._data(fit, plan.mode_order, model + STRETCH * residual.clamp(-delta, delta))
            plan.sweep(values, fit.solve)
            network = Network(structure, tuple(map(fit.to_user, plan.cores(values))))
            before, model = model, network.to(torch.float64).to_tensor()
            drift.note((model - before) / (delta or 1.0))

    def _data(self, fit: NormalEquations, mode_order: tuple[int, ...], target: Tensor) -> Any:
        laid_out = target.to(fit.tensor.dtype).permute(mode_order).contiguous()
        return laid_out.numpy() if fit.on_cpu else laid_out


class _Drift:
    """Whether the model moves on by equal steps in units of delta: it is held back by the clipped residuals.

    Attributes:
        steady: Whether the last step was about as long as the one before, in the same direction.
    """

    def __init__(self) -> None:
        self.steady = False
        self._last: Tensor | None = None

    def note(self, step: Tensor) -> None:
        """Take in the change of the model in a sweep, in units of delta."""
        if self._last is not None:
            self.steady = float((step * self._last).sum()) > STEADY * float(self._last.square().sum())
        self._last = step


def _start(tensor: Tensor, structure: Structure, init: Init, generator: torch.Generator) -> tuple[Network, bool]:
    """Return the starting network, and whether it was computed from the whole tensor.

    The start from the tensor with clipped entries is not affected by gross errors, but loses the largest entries of
    good data. The start from the whole tensor is taken where its absolute residuals are clearly smaller: then there
    are hardly any gross errors, and the fit begins as plain least squares.
    """
    if isinstance(init, Network) or init != "svd":
        return starting_network(tensor, structure, init, generator=generator), False
    start, cut_off = (_svd_start(data, structure, generator) for data in (tensor, _clipped(tensor)))
    left, left_cut_off = (_absolute_residual(tensor, network) for network in (start, cut_off))
    return (start, True) if left < CLEARLY * left_cut_off else (cut_off, False)


def _svd_start(data: Tensor, structure: Structure, generator: torch.Generator) -> Network:
    """Return the start from SVDs in the scale of the data: with hyper-bonds, singular vectors alone have none."""
    start = starting_network(data, structure, "svd", generator=generator)
    checkpoint()
    model = start.to_tensor()
    square = float(model.square().sum(dtype=torch.float64))
    factor = float((model * data).sum(dtype=torch.float64)) / (square or 1.0) or 1.0
    return Network(structure, (factor * start.cores[0], *start.cores[1:]))


def _absolute_residual(tensor: Tensor, network: Network) -> float:
    checkpoint()
    model = network.to_tensor()
    checkpoint()
    return float((tensor - model).abs().sum())


def _clipped(tensor: Tensor) -> Tensor:
    """Return the tensor with entries clipped to three robust standard deviations about the median."""
    checkpoint()
    middle = tensor.median()
    checkpoint()
    limit = 3 * NORMAL * (tensor - middle).abs().median()
    checkpoint()
    return tensor.clamp(middle - limit, middle + limit) if limit > 0 else tensor
