"""Fit of one structure to one tensor in one call: choice of the solver, restarts, and the best network found."""

import contextlib
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from torch import Tensor
from typing_extensions import Unpack

from tnlab.data.intake import as_data, check_modes
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError, FewEntriesWarning
from tnlab.interrupt import Interrupted, Limit, checkpoint, limited, unlimited
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator, spawn
from tnlab.solvers.base import (
    AbstractSolver,
    Data,
    check_target_error,
    numbers_to_fit,
    solvers,
    zero_network,
)
from tnlab.solvers.settings import FitKeywords, Start, Stop, start_and_stop
from tnlab.solvers.snapshot import Snapshot, Status, compared_error
from tnlab.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Fit:
    """Result of a fit: the best network found, its error, and the course of the fit.

    Attributes:
        network: The fitted cores, in the tensor's dtype and on its device.
        relative_error: ``|X - X_hat|_F / |X|_F`` of that network, measured in float64 on its reconstruction
            X_hat, to 1e-12; over the fitted entries where some are missing; of a function of the indices an estimate,
            from the entries that were computed.
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
    X: Any,
    structure: Structure,
    *,
    solver: str | AbstractSolver | None = None,
    start: Start | None = None,
    stop: Stop | None = None,
    mask: Any = None,
    callback: Callable[[Snapshot], object] | None = None,
    **settings: Unpack[FitKeywords],
) -> Fit:
    """Fit the cores of a structure to a tensor.

    Where the tensor is small, the fit and its callback run on one BLAS thread.

    Args:
        X: The tensor, of shape ``structure.modes``: a torch tensor of any real type on any device, a numpy array,
            nested lists, or anything with ``__array__`` or ``__dlpack__``; or ``Observed`` entries of one; or a
            ``TensorFunction`` that computes them. float32 stays, integers and wider types become float64. The scale of
            the entries does not matter. Zeros are fitted by zeros, with error 0.
        structure: The cores, bonds and ranks to fit.
        solver: Name of the solver, or a solver with settings of its own, which then override ``max_sweeps``,
            ``tolerance`` and ``target_error``. By default alternating least squares on a tensor, ``completion``
            (a race of two methods) on observed entries, cross approximation of a function.
        start: How the fit starts: ``init``, ``seed`` and ``restarts``.
        stop: When it stops: ``max_sweeps``, ``tolerance``, ``target_error``, ``max_seconds``, ``cancel``
            and ``held_out``.
        mask: Boolean array of the tensor's shape: True where an entry is known. The other entries are not read.
        callback: Called with every snapshot; a true return value stops the fit, which keeps the best cores so far.
        settings: Fields of ``start`` and ``stop`` as keywords, such as ``seed=3`` or ``max_seconds=10``; they replace
            those given there.

    Raises:
        DataError: The tensor is complex, not finite or of another shape, or not what the solver takes.
        StructureError: ``init`` has another structure, or a sweep would not fit in memory.
        TypeError: A keyword is unknown.
        UnknownNameError: There is no such solver.
        ValueError: ``max_sweeps`` or ``restarts`` is below 1, ``tolerance`` or ``max_seconds`` is negative, or
            ``target_error`` is not between 0 and 1 (0 only where no ranks are chosen for it).

    Example:
        >>> from tnlab.formats import formats
        >>> import torch
        >>> X = torch.ones(4, 4, 4, dtype=torch.float64)
        >>> fit(X, formats["tt"].build((4, 4, 4), 1), max_sweeps=9).relative_error < 1e-10
        True
    """
    begun = time.perf_counter()
    start, stop = start_and_stop(start, stop, settings, caller="fit", besides=("solver", "mask", "callback"))
    asked = threading.Event()  # whether the callback has asked for a stop
    limit = stop.limit() if callback is None else Limit(cancel=asked.is_set).within(stop.limit())
    X = as_data(X) if mask is None else _masked(X, mask)
    if solver is None and isinstance(X, Observed) and len(X.values) == X.size:
        X = X.values[X.places.argsort()].reshape(X.modes)  # nothing is missing
    chosen = _chosen_solver(X, solver, stop)
    check_target_error(chosen.target_error, chosen=chosen.chooses_ranks)
    check_modes(X, structure)
    if isinstance(X, Observed):
        _warn_of_few(X, structure)
    generator = as_generator(start.seed)
    sweeps, best = 0, None
    with limited(limit):
        for number in range(start.restarts):
            init = "random" if number else start.init
            snapshots = chosen.iterate(X, structure, init=init, generator=spawn(generator))
            if type(chosen).sweeps is AbstractSolver.sweeps:
                snapshots = _until_interrupted(snapshots)
            run = _run(X, structure, snapshots, lambda one: callback is not None and callback(one) and asked.set())
            sweeps += run.sweeps
            if best is None or compared_error(run) < compared_error(best):
                best = run
            if run.status in (Status.STOPPED, Status.EXACT, Status.DIRECT, Status.REACHED):
                break
    assert best is not None
    return replace(best, sweeps=sweeps, seconds=time.perf_counter() - begun)


def _masked(X: Any, mask: Any) -> Observed:
    if isinstance(X, Observed | TensorFunction):
        raise DataError(f"A mask goes with a whole tensor, but X is {type(X).__name__}.")
    return Observed.from_mask(X, mask)


def _chosen_solver(X: Data, solver: str | AbstractSolver | None, stop: Stop) -> AbstractSolver:
    if isinstance(solver, AbstractSolver):
        return solver
    if solver is None:
        solver = {Observed: "completion", TensorFunction: "tt_cross"}.get(type(X), "als")
    chosen = solvers[solver]
    held_out = {"held_out": stop.held_out or 0.0} if "held_out" in {field.name for field in fields(chosen)} else {}
    return chosen(max_sweeps=stop.max_sweeps, tolerance=stop.tolerance, target_error=stop.target_error, **held_out)


def _warn_of_few(known: Observed, structure: Structure) -> None:
    if len(known.values) < structure.parameters:
        warnings.warn(
            f"{len(known.values)} known entries cannot determine the {structure.parameters} parameters of the network: "
            "the missing entries are not to be trusted. Lower the rank or observe more.",
            FewEntriesWarning,
            stacklevel=4,
        )


def _until_interrupted(snapshots: Iterator[Snapshot]) -> Iterator[Snapshot]:
    """Yield the snapshots of a solver that has a loop of its own, until the limit of the fit is reached."""
    with contextlib.suppress(Interrupted):
        for snapshot in snapshots:
            yield snapshot
            checkpoint()


def _run(X: Data, structure: Structure, snapshots: Iterator[Snapshot], tell: Callable[[Snapshot], object]) -> Fit:
    """Run one start to its end and return its best snapshot as a fit; rounding can make the last one worse."""
    history: list[float] = []
    best = last = None
    status = Status.STOPPED
    for last in snapshots:
        if last.status is not Status.RUNNING:
            status = last.status
        if last.status is Status.STOPPED:  # no new sweep, but the best one
            best = last
            break
        history.append(last.relative_error)
        revised = last.status is not Status.RUNNING and isinstance(X, TensorFunction)  # errors are estimated anew
        if best is None or revised or compared_error(last) <= compared_error(best) or last.network is best.network:
            best = last
        tell(last)
    if best is None or last is None:  # interrupted before a start by a solver with a loop of its own
        best = last = Snapshot(0, 1.0, zero_network(X, structure), seconds=0.0, status=Status.STOPPED)
    if best.status is Status.RUNNING:  # its error may be an estimate
        best = _measured(X, best)
        best = last if last.status is not Status.RUNNING and compared_error(last) < compared_error(best) else best
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
    with unlimited():
        return replace(snapshot, relative_error=relative_residual(X, snapshot.network))
