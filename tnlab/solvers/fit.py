"""Fit one structure to one tensor, from one call."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator, spawn
from tnlab.solvers.base import Init, Snapshot, Status, check_tensor, solvers


@dataclass(frozen=True, eq=False)
class Fit:
    """The best network that a fit found, and how it went.

    Attributes:
        network: The fitted cores, in the tensor's dtype and on its device.
        relative_error: ``|X - X_hat|_F / |X|_F`` of that network, evaluated in float64.
        sweeps: Sweeps done, all starts together.
        seconds: Wall time, all starts together.
        status: How the best start ended; ``status.value`` is a sentence.
        history: Relative error after every sweep of the best start; entry 0 is the start itself.
    """

    network: Network
    relative_error: float
    sweeps: int
    seconds: float
    status: Status
    history: tuple[float, ...]

    @property
    def structure(self) -> Structure:
        """The structure that was fitted."""
        return self.network.structure

    @property
    def parameters(self) -> int:
        """Number of entries of all cores together."""
        return self.network.parameters


def fit(
    X: Tensor,
    structure: Structure,
    *,
    seed: int | torch.Generator | None = 0,
    max_sweeps: int = 500,
    tolerance: float = 1e-6,
    init: Init = "svd",
    restarts: int = 1,
    callback: Callable[[Snapshot], object] | None = None,
    solver: str = "als",
) -> Fit:
    """Fit the cores of a structure to a tensor.

    Args:
        X: The tensor, of shape ``structure.modes``, float32 or float64, on any device.
        structure: What to fit.
        seed: Same seed, same floats. None draws a fresh one.
        max_sweeps: Sweeps per start after which it stops.
        tolerance: Converged when the error falls by less than this part of itself per sweep.
        init: ``"svd"``, ``"random"``, or a network of this structure to go on from.
        restarts: Number of starts; the first is ``init``, the others are random, and the best is kept.
        callback: Called with every snapshot; a true answer stops the fit and keeps the best so far.
        solver: Name of the solver.

    Raises:
        DataError: The tensor is complex, zero, not finite or of another shape.
        StructureError: ``init`` has another structure, or a sweep would not fit in memory.
        UnknownNameError: There is no such solver.
        ValueError: ``max_sweeps`` or ``restarts`` is below 1, or ``tolerance`` is negative.

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
    check_tensor(X, structure)
    generator = as_generator(seed)
    engine = solvers[solver](max_sweeps=max_sweeps, tolerance=tolerance)
    begun, sweeps, best = time.perf_counter(), 0, None
    for start in range(restarts):
        run = _run(engine.iterate(X, structure, init="random" if start else init, generator=spawn(generator)), callback)
        sweeps += len(run.history) - 1
        if best is None or run.relative_error < best.relative_error:
            best = run
        if run.status in (Status.STOPPED, Status.EXACT):
            break
    assert best is not None
    return Fit(best.network, best.relative_error, sweeps, time.perf_counter() - begun, best.status, best.history)


def _run(snapshots: Iterator[Snapshot], callback: Callable[[Snapshot], object] | None) -> Fit:
    """Follow one start to its end; keep the best snapshot, which is not the last one if rounding raised the error."""
    history: list[float] = []
    best = None
    status, seconds = Status.RUNNING, 0.0
    for snapshot in snapshots:
        history.append(snapshot.relative_error)
        status, seconds = snapshot.status, snapshot.seconds
        if best is None or snapshot.relative_error < best.relative_error:
            best = snapshot
        if callback is not None and callback(snapshot):
            status = Status.STOPPED if status is Status.RUNNING else status
            break
    assert best is not None
    return Fit(best.network, best.relative_error, len(history) - 1, seconds, status, tuple(history))
