"""What every solver is: an iterator of snapshots of one structure being fitted to one tensor."""

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.metrics import squared_norm
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.registry import Registry
from tnlab.threads import steps_on_one_thread

Init = str | Network
Data = Tensor | Observed | TensorFunction
EXACT_ERROR = 1e-14  # relative error below which only rounding is left
solvers: "Registry[type[AbstractSolver]]" = Registry("solver")


class Status(Enum):
    """How a fit stands; the value is the sentence shown to a person."""

    RUNNING = "The fit is running."
    CONVERGED = "Converged: further sweeps no longer lower the error."
    EXACT = "Exact: the error is at the level of rounding."
    MAX_SWEEPS = (
        "The largest number of sweeps was reached before the error settled: more sweeps might lower it further."
    )
    REACHED = "The target error was reached."
    HELD_OUT = "Stopped early: the held-out error no longer falls; the cores where it was least are kept."
    DIRECT = "Computed in closed form, without iterating."
    STOPPED = "Stopped on request; the best cores so far are kept."


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A fit after one sweep. Nothing in it changes later.

    Attributes:
        sweep: Number of sweeps done; 0 is the start itself.
        relative_error: ``|X - X_hat|_F / |X|_F``, evaluated in float64; of the fitted entries where some are missing.
            While the fit is running it may be a reading of the normal equations, within about 1e-9 of the truth (in
            float32 1e-5); at the end of an iteration it is measured from the residual.
        network: The cores, in the tensor's dtype and on its device.
        seconds: Wall time since the fit began.
        status: Whether the solver will go on.
        upper_bound: An error that the method promised before it was measured; None where there is no such promise.
        held_out_error: The relative error of the entries that were held out; None where none were.
        objective: What the solver minimises, where that is not the relative error; of two fits the better has less.
    """

    sweep: int
    relative_error: float
    network: Network
    seconds: float
    status: Status = Status.RUNNING
    upper_bound: float | None = None
    held_out_error: float | None = None
    objective: float | None = None


@dataclass(frozen=True)
class AbstractSolver(ABC):
    """Fits the cores of one structure to one tensor. Stop it by leaving the loop.

    Attributes:
        max_sweeps: Sweeps after which it stops.
        tolerance: It has converged when the error falls by less than this part of itself per sweep.
        target_error: Relative error at which it stops. A closed form, and a fit that grows its ranks, chooses the
            ranks for it and takes from the structure only its topology. None asks for the structure's own ranks.
        takes: What it fits: a whole tensor, observed entries, or a function of the indices.
        fits: Names of the formats it can fit; empty if it can fit any structure.
        chooses_ranks: Whether, given a target error, it chooses the ranks.
        nonnegative: Whether all its cores are nonnegative.
    """

    max_sweeps: int = 500
    tolerance: float = 1e-6
    target_error: float | None = None

    takes: ClassVar[Literal["tensor", "observed", "function"]] = "tensor"
    fits: ClassVar[tuple[str, ...]] = ()
    chooses_ranks: ClassVar[bool] = False
    nonnegative: ClassVar[bool] = False

    def __init_subclass__(cls, **settings: Any) -> None:
        """Have every solver sweep on one thread where the work is small; what is done between two sweeps is not."""
        super().__init_subclass__(**settings)
        if "iterate" in vars(cls):
            cls.iterate = _swept_on_one_thread(cls.iterate)

    @abstractmethod
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        """Yield a snapshot after every sweep; the last one carries a final status.

        Args:
            tensor: The data X, of shape ``structure.modes``; a solver of entries takes a whole tensor too.
            structure: What to fit.
            init: ``"svd"``, ``"random"`` or a network of this structure to go on from.
            generator: The only source of randomness.

        Raises:
            DataError: The tensor cannot be fitted (see ``check_tensor``).
            StructureError: ``init`` is a network of another structure, or a sweep would not fit in memory.
        """

    def _judged(
        self, sweep: int, error: float, network: Network, measure: Callable[[Network], float], *, settled: bool
    ) -> tuple[float, Status]:
        """Return the error after a sweep and how the fit stands; an error that would end the fit is measured first."""
        status = self._status(sweep, error, settled=settled)
        if status is Status.RUNNING:
            return error, status
        error = measure(network)
        return error, self._status(sweep, error, settled=settled)

    def _status(self, sweep: int, error: float, *, settled: bool) -> Status:
        """Return how an iterative fit stands after a sweep."""
        if error < EXACT_ERROR:
            return Status.EXACT
        if self.target_error is not None and error <= self.target_error:
            return Status.REACHED
        if settled:
            return Status.CONVERGED
        return Status.MAX_SWEEPS if sweep >= self.max_sweeps else Status.RUNNING

    def _settled(self, recent: deque[float], *, power: int = 1, wanders: bool = False) -> bool:
        """Return whether what a fit lowers has stopped falling.

        Args:
            recent: The latest values; the decrease is averaged over as many sweeps as there is room for, less one.
            power: 2 where they are squares of an error.
            wanders: Whether they may rise on the way, so that a rise is no sign of an end.
        """
        past = (recent.maxlen or 1) - 1
        fell = recent[0] - recent[-1]
        least = power * past * self.tolerance * recent[0]
        return len(recent) > past and (abs(fell) if wanders else fell) < least


def numbers_to_fit(X: Data, structure: Structure) -> int:
    """Return how many numbers a fit works on: the tensor's entries, those known, or the cores' where it is a function.

    What no solver takes has 0.
    """
    if isinstance(X, TensorFunction):
        return structure.parameters
    return X.values.numel() if isinstance(X, Observed) else X.numel() if isinstance(X, Tensor) else 0


def _swept_on_one_thread(iterate: Callable[..., Iterator[Snapshot]]) -> Callable[..., Iterator[Snapshot]]:
    @wraps(iterate)
    def bound(self: AbstractSolver, tensor: Data, structure: Structure, **start: Any) -> Iterator[Snapshot]:
        steps = iterate(self, tensor, structure, **start)
        return steps_on_one_thread(steps, numbers_to_fit(tensor, structure))

    return bound


def check_target_error(target_error: float | None, *, chosen: bool = False) -> None:
    """Refuse a relative error that no fit can be asked for.

    Args:
        target_error: What a fit stops at, 0 for never; None where none is asked for.
        chosen: Whether ranks are chosen for it: they would grow for ever towards 0.

    Raises:
        ValueError: It is not a number below 1 and above 0, or at least 0 where no ranks are chosen.
    """
    if target_error is None or 0 < target_error < 1 or (target_error == 0 and not chosen):
        return
    reason = "; no ranks reach 0, rounding alone is above it" if target_error == 0 else ""
    raise ValueError(f"The target error must lie between 0 and 1, but is {target_error!r}{reason}.")


def whole_tensor(tensor: Data, structure: Structure | None = None) -> Tensor:
    """Return the tensor, checked, or refuse one that has no relative error to minimise.

    Raises:
        DataError: It is not a real floating-point tensor, has another shape, holds NaN or infinity, or is zero.
    """
    if isinstance(tensor, Observed):
        raise DataError("This solver needs every entry of the tensor; for observed entries take completion_als.")
    if isinstance(tensor, TensorFunction):
        raise DataError("This solver needs the tensor itself; for a function of the indices take tt_cross.")
    if not isinstance(tensor, Tensor):
        raise DataError(f"A fit needs a torch.Tensor, but got {type(tensor).__name__}; try torch.as_tensor(X).")
    if tensor.dtype not in (torch.float32, torch.float64):
        raise DataError(f"A fit needs float32 or float64 entries, but got {tensor.dtype}; try X.to(torch.float64).")
    if structure is not None and tuple(tensor.shape) != structure.modes:
        needed, given = "x".join(map(str, structure.modes)), "x".join(map(str, tensor.shape))
        raise DataError(f"The structure is for a tensor of shape {needed}, but the tensor has shape {given}.")
    norm = squared_norm(tensor.detach())
    if not math.isfinite(norm):
        bad = int((~torch.isfinite(tensor)).sum())
        way_out = " Where NaN means missing, fit Observed.from_nan(X)." if bool(tensor.isnan().any()) else ""
        raise DataError(
            f"The tensor must be finite, but {bad} of {tensor.numel()} entries are NaN or infinite.{way_out}"
        )
    if norm == 0:
        raise DataError("The tensor is zero everywhere, so the relative error is undefined.")
    return tensor
