"""Solve the normal equations ``A G = B`` of one core A, and read the error of the whole fit off them.

G is the Gram matrix of the core's environment (the network without the core), B the tensor X contracted with it. All is
in float64: numpy on a CPU, where small operations start fastest, else torch. The error follows from
``|X - X_hat|^2 = |X|^2 - 2 <A, B> + <A G, A>``. Where rounding of these terms is not small against the result, the
residual ``X - X_hat`` is formed instead. The terms exceed ``|X|^2`` by far where large contributions cancel; then
``|A|^2 |G|`` is large too, and tells.
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

dposv, dpotrf, dpotrs = get_lapack_funcs(("posv", "potrf", "potrs"), dtype=np.float64)
SHIFT = 1e-13  # of the mean diagonal of G, added to it: no more than rounding changes G, and Cholesky rarely fails
SINGULAR = 1e-11  # of the mean diagonal, or largest eigenvalue, of G: a smaller eigenvalue counts as zero
SOUND = 1e-6  # of the mean diagonal of G: with smaller eigenvalues the step to the new core is solved for, not the core
CANCELLED = 1e3  # machine epsilons: a squared relative error below that is all rounding
LEAST = 1e-9  # squared relative error below which the residual is always formed
EPS = float(np.finfo(np.float64).eps)
DOUBT = {torch.float64: 1e-9, torch.float32: 1e-5}  # relative error: the largest error of a reading, by dtype of X,
SHARE = 1e-6  # or this part of the reading: far less than a sweep changes while a fit is under way
PART, FINE = 1e-3, 1e-9  # but never both more than this part of the reading and more than this


class NormalEquations:
    """Solver of the least-squares problem of one core; ``SweepPlan.sweep`` calls ``solve`` for core after core.

    Args:
        tensor: The data X, float32 or float64.
        ridge: Penalty on the squared core, in units of the mean diagonal of G.

    Attributes:
        square: ``|X|^2``.
        on_cpu: Whether arrays are numpy arrays (X is on a CPU) or torch tensors.
        doubt: How far rounding may put the latest ``error`` from the true one; 0 where it was measured.
        cancelling: Largest sum of absolute terms, over the equations up to the latest ``error``, in units of ``|X|``:
            where it is far above 1, large contributions cancel.
    """

    def __init__(self, tensor: Tensor, *, ridge: float = 0.0) -> None:
        self.tensor = tensor
        self.ridge = ridge
        self.on_cpu = tensor.device.type == "cpu"
        self.square = squared_norm(tensor.detach())
        self._terms = self.doubt = self.cancelling = 0.0

    def data(self, mode_order: tuple[int, ...]) -> Any:
        """Return X as a contiguous array with its modes in a given order, in its own dtype."""
        laid_out = self.tensor.detach().permute(mode_order).contiguous()
        return laid_out.numpy() if self.on_cpu else laid_out

    def to_solver(self, core: Tensor) -> Any:
        """Return a core as a contiguous float64 array: numpy on a CPU, else torch."""
        core = core.detach().to(torch.float64).contiguous()
        return core.numpy() if self.on_cpu else core

    def to_user(self, core: Any) -> Tensor:
        """Return a core of a sweep as a torch tensor of the dtype of X."""
        return (torch.from_numpy(np.ascontiguousarray(core)) if self.on_cpu else core).to(self.tensor.dtype)

    def solve(self, grams: list[Any], right: Any, present: Callable[[], Any] | None = None) -> Any:
        """Return the core A with ``A (G_1 x ... x G_m) = B``, ridge added to every G_k, and keep it for ``error``.

        Where G is nearly singular, the step from the present core A_0 is solved for, ``(A - A_0) G = B - A_0 G``. The
        shift that keeps G regular and the directions that are left out then shorten the step. In the core itself they
        would leave an error of up to the root of ``SINGULAR``, so that sweeps could raise the error of a good fit.

        Args:
            grams: The Kronecker factors G_k of G, (P_k, P_k), symmetric and positive semidefinite.
            right: B, (n, P_1, ..., P_m).
            present: Returns the core before the update, in the shape of B; None for a core of zeros.
        """
        invert = _inverse_numpy if self.on_cpu else _inverse_torch
        inverses = [invert(gram, SHIFT + self.ridge) for gram in grams]
        start = None if present is None or self.ridge or all(sound for _, sound in inverses) else present()
        right = right if grams else right * 1.0  # the only core of a network is the tensor: a copy of it
        solution = right if start is None else right - apply(grams, start)
        for place, (inverse, _) in enumerate(inverses):
            solution = along(solution, place + 1, inverse)
        solution = solution if start is None else start + solution
        self.record(grams, right, solution)
        return solution

    def record(self, grams: list[Any], right: Any, solution: Any) -> None:
        """Store a core that another method computed from G and B, so that ``error`` is that of the new network."""
        self._grams, self._right, self._solution = grams, right, solution
        self._terms = max(self._terms, terms(grams, solution))

    def error(self, network: Network) -> float:
        """Return the relative error of the network with the core last solved for or recorded.

        It is read off the normal equations where that is exact to ``DOUBT`` or to ``SHARE`` of it, else measured on the
        residual.

        Args:
            network: The current network, needed for the residual alone.
        """
        model = apply(self._grams, self._solution)
        overlap, norm = float((self._solution * self._right).sum()), float((model * self._solution).sum())
        square = 1 + (norm - 2 * overlap) / self.square
        largest, self._terms = self._terms, 0.0
        self.cancelling = math.sqrt(largest / self.square)
        trusted = self.trusts(square, largest, share=SHARE)
        self.doubt = self.rounding(square, largest) if trusted else 0.0
        return math.sqrt(square) if trusted else self.residual(network)

    def trusts(self, square: float, largest: float, *, share: float = 0.0) -> bool:
        """Return whether rounding changes a relative error read off the normal equations by no more than ``DOUBT``.

        Args:
            square: The reading: a squared relative error.
            largest: The largest ``|A|^2 |G|`` of the equations solved since the last reading.
            share: Part of the reading by which rounding may change it where that is more than ``DOUBT``.
        """
        if not square > max(CANCELLED * torch.finfo(self.tensor.dtype).eps, LEAST):
            return False
        reading = math.sqrt(square)
        allowed = min(max(DOUBT[self.tensor.dtype], share * reading), max(PART * reading, FINE))
        return self.rounding(square, largest) <= allowed

    def rounding(self, square: float, largest: float) -> float:
        """Return by how much rounding may change a relative error read off the normal equations.

        Args:
            square: The reading: a squared relative error above 0.
            largest: The largest ``|A|^2 |G|`` of the equations solved since the last reading.
        """
        eps = torch.finfo(self.tensor.dtype).eps
        size = math.sqrt(largest / self.square)
        # what float64 does to the terms, and the tensor's dtype to the product with the tensor and to the cores
        lost = EPS * size**2 + eps * size + (eps * size) ** 2
        return lost / (2 * math.sqrt(square))

    def residual(self, network: Network) -> float:
        """Return the relative error of a network from its residual ``X - X_hat``, in float64."""
        return relative_residual(self.tensor, network)


def terms(grams: list[Any], core: Any) -> float:
    """Return ``|A|^2 |G_1| ... |G_m|`` (Frobenius norms), a bound on every term summed in ``<A G, A>``."""
    flat = core.reshape(-1)
    size = float(flat @ flat)
    for gram in grams:
        flat = gram.reshape(-1)
        size *= math.sqrt(float(flat @ flat))
    return size


def apply(grams: list[Any], core: Any) -> Any:
    """Return ``A (G_1 x ... x G_m)``: a core (n, P_1, ..., P_m) times G_k along axis k."""
    for place, gram in enumerate(grams):
        core = along(core, place + 1, lambda rows, gram=gram: rows @ gram)
    return core


def along(array: Any, axis: int, change: Callable[[Any], Any]) -> Any:
    """Return an array with a map of matrices (rows, axis length) applied to one of its axes."""
    if array.ndim == 2:
        return change(array)
    turned = array.swapaxes(axis, -1)
    return change(turned.reshape(-1, turned.shape[-1])).reshape(turned.shape).swapaxes(axis, -1)


def _inverse_numpy(gram: Any, shift: float) -> tuple[Callable[[Any], Any], bool]:
    """Return the map from B (n, P) to A with ``A (G + shift) = B``, and whether G has no eigenvalue near zero.

    The map is by Cholesky, or where G is singular by its pseudoinverse.

    Args:
        gram: G, (P, P).
        shift: Added to the diagonal, in units of the mean diagonal of G.
    """
    size = gram.shape[0]
    mean = float(gram.trace()) / size
    shifted = gram.copy()
    shifted.ravel()[:: size + 1] += shift * mean
    factor, failed = dpotrf(shifted.T, overwrite_a=True, clean=False)  # lies as LAPACK wants it
    pivot = 0.0 if failed else float(factor.diagonal().min()) ** 2
    if pivot > SINGULAR * mean:
        return lambda rows: dpotrs(factor, rows.T)[0].T, pivot > SOUND * mean
    weights, vectors = np.linalg.eigh(gram)
    return _pseudoinverse(weights, vectors, shift * mean), False


def _inverse_torch(gram: Tensor, shift: float) -> tuple[Callable[[Tensor], Tensor], bool]:
    """Return what ``_inverse_numpy`` returns, for torch tensors, on their device."""
    mean = gram.trace() / gram.shape[0]
    factor, failed = torch.linalg.cholesky_ex(gram + shift * mean * torch.eye(len(gram)).to(gram))
    pivot = torch.where(failed == 0, factor.diagonal().min() ** 2, 0.0)
    if bool(pivot > SINGULAR * mean):
        return lambda rows: torch.cholesky_solve(rows.T, factor).T, bool(pivot > SOUND * mean)
    weights, vectors = torch.linalg.eigh(gram)
    return _pseudoinverse(weights, vectors, float(shift * mean)), False


def _pseudoinverse(weights: Any, vectors: Any, shift: float) -> Callable[[Any], Any]:
    """Return the map from B to A with ``A (G + shift) = B`` on the eigenvectors of G of nonzero eigenvalue."""
    kept = weights > SINGULAR * weights[-1]
    weights, vectors = weights[kept], vectors[:, kept]
    return lambda rows: (rows @ vectors / (weights + shift)) @ vectors.T
