"""Alternating least squares on any structure, along a dimension tree.

Fixing all cores but one, the best core solves a linear least-squares problem, here by its normal equations:
``A G = B`` with G the Gram matrix of the environment. The error follows from the same numbers:
``|X - X_hat|^2 = |X|^2 - 2 <A, B> + <A G, A>``; where that difference has lost its digits, the residual
itself is formed.

References:
    Phan 2013 (dimension trees): https://doi.org/10.1109/TSP.2013.2269903
    Zhao 2016 (tensor ring ALS): https://arxiv.org/abs/1606.05535
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.linalg import get_lapack_funcs
from torch import Tensor
from typing_extensions import override

from tnlab.errors import StructureError
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.starts import svd_start
from tnlab.network.structure import Structure
from tnlab.network.sweeps import plan_sweep
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor

(dposv,) = get_lapack_funcs(("posv",), dtype=np.float64)
RIDGE = 1e-13  # of the mean diagonal of G: below what rounding does to G anyway
SINGULAR = 1e-11  # of the same: below it an eigenvalue of G is taken for zero
DIGITS = 1e3  # times the machine epsilon: a difference of squares below it has lost its digits
PATIENCE = 5  # sweeps over which the decrease is averaged


@solvers.register("als")
@dataclass(frozen=True)
class ALS(AbstractSolver):
    """Alternating least squares."""

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        plan = plan_sweep(structure)  # first: it refuses what would not fit in memory
        start = _start(tensor, structure, init, generator)
        fit = _Normal(tensor)
        values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in start.cores])
        recent: deque[float] = deque(maxlen=PATIENCE + 1)
        yield Snapshot(0, relative_error(tensor, start.to_tensor().to(tensor)), start, time.perf_counter() - begun)
        for sweep in range(1, self.max_sweeps + 1):
            plan.sweep(values, fit.solve)
            network = Network(structure, tuple(map(fit.to_user, plan.cores(values))))
            error = fit.error(network)
            recent.append(error)
            status = self._status(sweep, recent)
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


def _start(tensor: Tensor, structure: Structure, init: Init, generator: torch.Generator) -> Network:
    if isinstance(init, Network):
        if init.structure != structure:
            raise StructureError("The starting network must have the structure to be fitted; use warm_start first.")
        return init.to(tensor.dtype, tensor.device)
    if init == "svd":
        start = svd_start(tensor, structure, generator=generator)
    elif init == "random":
        start = Network.random(structure, generator=generator)
    else:
        raise ValueError(f"init must be 'svd', 'random' or a Network, but is {init!r}.")
    return start.to(tensor.dtype, tensor.device)


class _Normal:
    """Normal equations in float64: in numpy on a CPU, where it starts small operations fastest, else in torch."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.on_cpu = tensor.device.type == "cpu"
        self.square = float(torch.linalg.vector_norm(tensor, dtype=torch.float64)) ** 2

    def data(self, mode_order: tuple[int, ...]) -> Any:
        laid_out = self.tensor.detach().permute(mode_order).contiguous()
        return laid_out.numpy() if self.on_cpu else laid_out

    def to_solver(self, core: Tensor) -> Any:
        core = core.detach().to(torch.float64).contiguous()
        return core.numpy() if self.on_cpu else core

    def to_user(self, core: Any) -> Tensor:
        return (torch.from_numpy(np.ascontiguousarray(core)) if self.on_cpu else core).to(self.tensor.dtype)

    def solve(self, grams: list[Any], right: Any) -> Any:
        """Return A with ``A (G_1 x ... x G_m) = B`` for B of shape (n, P_1, ..., P_m)."""
        one = _solve_numpy if self.on_cpu else _solve_torch
        solution = right
        for place, gram in enumerate(grams):
            solution = _along(solution, place + 1, lambda rows, gram=gram: one(gram, rows))
        self._grams, self._right, self._solution = grams, right, solution
        return solution

    def error(self, network: Network) -> float:
        """Return the relative error after the latest solve, in float64."""
        model = self._solution
        for place, gram in enumerate(self._grams):
            model = _along(model, place + 1, lambda rows, gram=gram: rows @ gram)
        overlap, norm = float((self._solution * self._right).sum()), float((model * self._solution).sum())
        square = self.square - 2 * overlap + norm
        if square > self.square * max(DIGITS * torch.finfo(self.tensor.dtype).eps, 1e-9):
            return math.sqrt(square / self.square)
        return relative_error(self.tensor, network.to(torch.float64).to_tensor())


def _along(array: Any, axis: int, change: Callable[[Any], Any]) -> Any:
    """Apply a map of rows to an array along one axis."""
    if array.ndim == 2:
        return change(array)
    turned = array.swapaxes(axis, -1)
    return change(turned.reshape(-1, turned.shape[-1])).reshape(turned.shape).swapaxes(axis, -1)


def _solve_numpy(gram: Any, rows: Any) -> Any:
    """Return A (n, P) with ``A G = B``: by Cholesky, or where G is singular the least such A."""
    size = gram.shape[0]
    mean = float(gram.trace()) / size
    shifted = gram.copy()
    shifted.ravel()[:: size + 1] += RIDGE * mean
    factor, solution, info = dposv(shifted, rows.T)
    if info == 0 and factor.diagonal().min() ** 2 > SINGULAR * mean:
        return solution.T
    weights, vectors = np.linalg.eigh(gram)
    kept = weights > SINGULAR * weights[-1]
    vectors = vectors[:, kept]
    return (rows @ vectors / weights[kept]) @ vectors.T


def _solve_torch(gram: Tensor, rows: Tensor) -> Tensor:
    """As ``_solve_numpy``, on the device of its arguments."""
    mean = gram.trace() / gram.shape[0]
    factor, info = torch.linalg.cholesky_ex(gram + RIDGE * mean * torch.eye(len(gram)).to(gram))
    if bool((info == 0) & (factor.diagonal().min() ** 2 > SINGULAR * mean)):
        return torch.cholesky_solve(rows.T, factor).T
    weights, vectors = torch.linalg.eigh(gram)
    vectors = vectors[:, weights > SINGULAR * weights[-1]]
    return (rows @ vectors / weights[weights > SINGULAR * weights[-1]]) @ vectors.T
