"""The normal equations ``A G = B`` of one core: solve them, and read the error of the whole fit off them.

In float64: in numpy on a CPU, where it starts small operations fastest, else in torch. The error follows from
``|X - X_hat|^2 = |X|^2 - 2 <A, B> + <A G, A>``; where rounding of its terms is not small against that difference, the
residual itself is formed. The terms can be far larger than ``|X|^2``: large cores whose contributions cancel make them
so, and every bond on which that happens shows in ``|A|^2 |G|`` of the cores at its ends.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.linalg import get_lapack_funcs
from torch import Tensor

from tnlab.metrics import squared_norm
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual

(dposv,) = get_lapack_funcs(("posv",), dtype=np.float64)
SHIFT = 1e-13  # of the mean diagonal of G: below what rounding does to G anyway
SINGULAR = 1e-11  # of the same: below it an eigenvalue of G is taken for zero
DIGITS = 1e3  # times the machine epsilon: a difference of squares below it has lost its digits
LEAST = 1e-9  # of |X|^2: a square below it is never read off
EPS = float(np.finfo(np.float64).eps)
DOUBT = {torch.float64: 1e-9, torch.float32: 1e-5}  # relative error: how far from the truth a reading may be


class NormalEquations:
    """Solves for one core after the other; hand ``solve`` to a sweep.

    Attributes:
        ridge: Penalty on the squared core, as a part of the mean diagonal of G.
    """

    def __init__(self, tensor: Tensor, *, ridge: float = 0.0) -> None:
        self.tensor = tensor
        self.ridge = ridge
        self.on_cpu = tensor.device.type == "cpu"
        self.square = squared_norm(tensor.detach())
        self._terms = 0.0

    def data(self, mode_order: tuple[int, ...]) -> Any:
        """Return the tensor with its modes in the order that a plan wants."""
        laid_out = self.tensor.detach().permute(mode_order).contiguous()
        return laid_out.numpy() if self.on_cpu else laid_out

    def to_solver(self, core: Tensor) -> Any:
        """Return a core as the array that a sweep computes with."""
        core = core.detach().to(torch.float64).contiguous()
        return core.numpy() if self.on_cpu else core

    def to_user(self, core: Any) -> Tensor:
        """Return a core in the tensor's dtype."""
        return (torch.from_numpy(np.ascontiguousarray(core)) if self.on_cpu else core).to(self.tensor.dtype)

    def solve(self, grams: list[Any], right: Any) -> Any:
        """Return A with ``A (G_1 x ... x G_m) = B`` for B of shape (n, P_1, ..., P_m)."""
        one = _solve_numpy if self.on_cpu else _solve_torch
        shift = SHIFT + self.ridge
        solution = right
        for place, gram in enumerate(grams):
            solution = along(solution, place + 1, lambda rows, gram=gram: one(gram, rows, shift))
        self.record(grams, right, solution)
        return solution

    def record(self, grams: list[Any], right: Any, solution: Any) -> None:
        """Note the core that was put in the place of the latest one; ``error`` is that of the network with it."""
        self._grams, self._right, self._solution = grams, right, solution
        self._terms = max(self._terms, terms(grams, solution))

    def error(self, network: Network) -> float:
        """Return the relative error after the latest solve: read off the equations where rounding is small.

        Such a reading is within about 1e-9 of the truth (in float32 1e-5), in units of the relative error.
        """
        model = apply(self._grams, self._solution)
        overlap, norm = float((self._solution * self._right).sum()), float((model * self._solution).sum())
        square = 1 + (norm - 2 * overlap) / self.square
        largest, self._terms = self._terms, 0.0
        return math.sqrt(square) if self.trusts(square, largest) else self.residual(network)

    def trusts(self, square: float, largest: float) -> bool:
        """Return whether a squared relative error read off the equations has the digits to be believed.

        Args:
            square: The reading.
            largest: The largest ``|A|^2 |G|`` of the equations that it rests on.
        """
        eps = torch.finfo(self.tensor.dtype).eps
        size = math.sqrt(largest / self.square)
        # what float64 does to the terms, and the tensor's dtype to the product with the tensor and to the cores
        lost = EPS * size**2 + eps * size + (eps * size) ** 2
        return square > max(DIGITS * eps, LEAST) and lost <= 2 * DOUBT[self.tensor.dtype] * math.sqrt(square)

    def residual(self, network: Network) -> float:
        """Return the relative error from the residual itself, in float64."""
        return relative_residual(self.tensor, network)


def terms(grams: list[Any], core: Any) -> float:
    """Return ``|A|^2 |G|``: no term that is summed up in ``<A G, A>`` is larger."""
    flat = core.reshape(-1)
    size = float(flat @ flat)
    for gram in grams:
        flat = gram.reshape(-1)
        size *= math.sqrt(float(flat @ flat))
    return size


def apply(grams: list[Any], core: Any) -> Any:
    """Return ``A (G_1 x ... x G_m)``."""
    for place, gram in enumerate(grams):
        core = along(core, place + 1, lambda rows, gram=gram: rows @ gram)
    return core


def along(array: Any, axis: int, change: Callable[[Any], Any]) -> Any:
    """Apply a map of rows to an array along one axis."""
    if array.ndim == 2:
        return change(array)
    turned = array.swapaxes(axis, -1)
    return change(turned.reshape(-1, turned.shape[-1])).reshape(turned.shape).swapaxes(axis, -1)


def _solve_numpy(gram: Any, rows: Any, shift: float) -> Any:
    """Return A (n, P) with ``A G = B``: by Cholesky, or where G is singular the least such A."""
    size = gram.shape[0]
    mean = float(gram.trace()) / size
    shifted = gram.copy()
    shifted.ravel()[:: size + 1] += shift * mean
    factor, solution, info = dposv(shifted, rows.T)
    if info == 0 and factor.diagonal().min() ** 2 > SINGULAR * mean:
        return solution.T
    weights, vectors = np.linalg.eigh(gram)
    kept = weights > SINGULAR * weights[-1]
    vectors = vectors[:, kept]
    return (rows @ vectors / (weights[kept] + shift * mean)) @ vectors.T


def _solve_torch(gram: Tensor, rows: Tensor, shift: float) -> Tensor:
    """As ``_solve_numpy``, on the device of its arguments."""
    mean = gram.trace() / gram.shape[0]
    factor, info = torch.linalg.cholesky_ex(gram + shift * mean * torch.eye(len(gram)).to(gram))
    if bool((info == 0) & (factor.diagonal().min() ** 2 > SINGULAR * mean)):
        return torch.cholesky_solve(rows.T, factor).T
    weights, vectors = torch.linalg.eigh(gram)
    vectors = vectors[:, weights > SINGULAR * weights[-1]]
    return (rows @ vectors / (weights[weights > SINGULAR * weights[-1]] + shift * mean)) @ vectors.T
