"""Fit of one structure to one tensor in one call: choice of the solver, restarts, and the best network found."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator, spawn
from tnlab.solvers.base import (
    AbstractSolver,
    Data,
    Init,
    Snapshot,
    Status,
    check_target_error,
    numbers_to_fit,
    solvers,
    whole_tensor,
)
from tnlab.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Fit:
    """Result of a fit: the best network found, its error, and the course of the fit.

    Attributes:
        network: The fitted cores, in the tensor's dtype and on its device.
        relative_error: ``|X - X_hat|_F / |X|_F`` of that network, measured in float64 from its reconstruction (closed
            forms: to about 1e-9, in float32 1e-6); over the fitted entries where some are missing.
        sweeps: Number of sweeps, all starts together.
        seconds: Wall time in seconds, all starts together.
        status: Why the best start ended; ``status.value`` is a sentence.
        history: Relative error in every snapshot of the best start, in order; entry 0 is the start.
        upper_bound: Bound on the relative error that the method proves; None where it proves none.
        held_out_error: Relative error over the held-out entries; None where none were held out.
        objective: Value of the function that the solver minimised, where that is not the relative error.
    """

    network: Network
    relative_error: float
    sweeps: int
    seconds: float
    status: Status
    history: tuple[float, ...]
    upper_bound: float | None = None
    held_out_error: float | None = None
    objective: float | None = None

    @property
    def structure(self) -> Structure:
        """The structure that was fitted."""
        return self.network.structure

    @property
    def parameters(self) -> int:
        """Number of entries of all cores together."""
        return self.network.parameters


@on_one_thread(lambda X, structure, **_: numbers_to_fit(X, structure))
def fit(
    X: Data,
    structure: Structure,
    *,
    mask: Tensor | None = None,
    seed: int | torch.Generator | None = 0,
    max_sweeps: int = 500,
    tolerance: float = 1e-6,
    target_error: float | None = None,
    init: Init = "svd",
    restarts: int = 1,
    callback: Callable[[Snapshot], object] | None = None,
    solver: str | AbstractSolver | None = None,
) -> Fit:
    """Fit the cores of a structure to a tensor.

    Where the tensor is small, the fit and its callback run on one BLAS thread.

    Args:
        X: The tensor, of shape ``structure.modes``, float32 or float64, on any device; or ``Observed`` entries of
            one; or a ``TensorFunction`` that computes them.
        structure: The cores, bonds and ranks to fit.
        mask: Boolean, of the tensor's shape: True where an entry is known. The other entries are not read.
        seed: The same seed gives the same floats; None draws a fresh one.
        max_sweeps: Number of sweeps per start after which it stops.
        tolerance: A start has converged when the relative decrease of its error per sweep is below this.
        target_error: Relative error at which the fit stops; a closed form chooses its ranks for it.
        init: ``"svd"``, ``"random"``, or a network of this structure to go on from.
        restarts: Number of starts; the first is ``init``, the others are random, and the best fit is returned.
        callback: Called with every snapshot; a true return value stops the fit, which keeps the best cores so far.
        solver: Name of the solver, or a solver with settings of its own, which then override ``max_sweeps``,
            ``tolerance`` and ``target_error``. By default alternating least squares on a tensor or on observed
            entries, cross approximation of a function.

    Raises:
        DataError: The tensor is complex, zero, not finite or of another shape, or not what the solver takes.
        StructureError: ``init`` has another structure, or a sweep would not fit in memory.
        UnknownNameError: There is no such solver.
        ValueError: ``max_sweeps`` or ``restarts`` is below 1, ``tolerance`` is negative, or ``target_error`` is not
            between 0 and 1 (0 only where no ranks are chosen for it).

    Example:
        >>> from tnlab.formats import formats
        >>> X = torch.ones(4, 4, 4, dtype=torch.float64)
        >>> fit(X, formats["tt"].build((4, 4, 4), 1)).relative_error < 1e-10
        True
    """
    if max_sweeps < 1 or restarts < 1 or not tolerance >= 0:
        raise ValueError(
            "max_sweeps and restarts must be at least 1 and tolerance at least 0, "
            f"but got {max_sweeps=}, {restarts=}, {tolerance=}."
        )
    if mask is not None:
        X = _masked(X, mask)
    chosen = _chosen_solver(X, solver, max_sweeps=max_sweeps, tolerance=tolerance, target_error=target_error)
    check_target_error(chosen.target_error, chosen=chosen.chooses_ranks)
    if not isinstance(X, Observed | TensorFunction):
        whole_tensor(X, structure)
    generator = as_generator(seed)
    begun, sweeps, best = time.perf_counter(), 0, None
    for start in range(restarts):
        run = _run(
            X, chosen.iterate(X, structure, init="random" if start else init, generator=spawn(generator)), callback
        )
        sweeps += run.sweeps
        if best is None or _worth(run) < _worth(best):
            best = run
        if run.status in (Status.STOPPED, Status.EXACT, Status.DIRECT, Status.REACHED):
            break
    assert best is not None
    return replace(best, sweeps=sweeps, seconds=time.perf_counter() - begun)


def _masked(X: Data, mask: Tensor) -> Observed:
    if not isinstance(X, Tensor):
        raise DataError(f"A mask goes with a torch.Tensor, but X is {type(X).__name__}.")
    return Observed.from_mask(X, mask)


def _chosen_solver(X: Data, solver: str | AbstractSolver | None, **settings: Any) -> AbstractSolver:
    if isinstance(solver, AbstractSolver):
        return solver
    if solver is None:
        solver = {Observed: "completion_als", TensorFunction: "tt_cross"}.get(type(X), "als")
    return solvers[solver](**settings)


def _worth(snapshot: Snapshot | Fit) -> float:
    """Return the number by which fits are compared, lower is better: held-out error, objective, or relative error."""
    if snapshot.held_out_error is not None:
        return snapshot.held_out_error
    return snapshot.relative_error if snapshot.objective is None else snapshot.objective


def _run(X: Data, snapshots: Iterator[Snapshot], callback: Callable[[Snapshot], object] | None) -> Fit:
    """Run one start to its end and return its best snapshot as a fit; rounding can make the last one worse."""
    history: list[float] = []
    best = last = None
    status = Status.RUNNING
    for last in snapshots:
        history.append(last.relative_error)
        status = last.status
        if best is None or _worth(last) < _worth(best):
            best = last
        if callback is not None and callback(last):
            status = Status.STOPPED if status is Status.RUNNING else status
            break
    assert best is not None
    assert last is not None
    if best.status is Status.RUNNING:  # its error may come from the normal equations
        best = _measured(X, best)
        best = last if last.status is not Status.RUNNING and _worth(last) < _worth(best) else best
    return Fit(
        network=best.network,
        relative_error=best.relative_error,
        sweeps=last.sweep,
        seconds=last.seconds,
        status=status,
        history=tuple(history),
        upper_bound=best.upper_bound,
        held_out_error=best.held_out_error,
        objective=best.objective,
    )


def _measured(X: Data, snapshot: Snapshot) -> Snapshot:
    """Return a snapshot of a whole tensor with its error measured from the residual.

    Snapshots of observed entries or a function are returned unchanged.
    """
    if not isinstance(X, Tensor):
        return snapshot
    return replace(snapshot, relative_error=relative_residual(X, snapshot.network))
