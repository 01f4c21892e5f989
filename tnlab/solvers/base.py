"""The base class of solvers, their snapshots, the registry, and the checks of what is to be fitted."""

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
EXACT_ERROR = 1e-14  # relative error at the level of float64 rounding: no sweep lowers it further
solvers: "Registry[type[AbstractSolver]]" = Registry("solver")


class Status(Enum):
    """State of a fit: running, or why it ended. The value is a sentence that a page can show."""

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
    """Immutable record of a fit after one sweep.

    Attributes:
        sweep: Number of sweeps done; 0 is the start itself.
        relative_error: ``|X - X_hat|_F / |X|_F``, evaluated in float64; over the fitted entries where some are
            missing. While the fit is running it may come from the normal equations, within about 1e-9 of the true
            one (in float32 1e-5) or a millionth of it; in the last snapshot it is measured from the residual.
        network: The cores, in the tensor's dtype and on its device.
        seconds: Wall time since the fit began.
        status: Whether the fit is running, or why it ended.
        upper_bound: Bound on the relative error that the method proves; None where it proves none.
        held_out_error: Relative error over the entries that were held out; None where none were.
        objective: Value of the function that the solver minimises, where that is not the relative error.
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
    """Base class of solvers: fit the cores of one structure to one tensor and yield a snapshot after every sweep.

    A caller stops a fit by leaving the loop over its snapshots.

    Attributes:
        max_sweeps: Number of sweeps after which the fit ends.
        tolerance: The fit has converged when the relative decrease of the error per sweep is below this.
        target_error: Relative error at which the fit ends. A solver with ``chooses_ranks`` chooses the least ranks
            that reach it and takes from the structure only its topology. None asks for the structure's own ranks.
        takes: The kind of data it fits: a whole tensor, observed entries, or a function of the indices.
        fits: Names of the formats it can fit; empty if it can fit any structure.
        chooses_ranks: Whether it chooses the ranks where a target error is given.
        nonnegative: Whether the entries of all its cores are nonnegative.
    """

    max_sweeps: int = 500
    tolerance: float = 1e-6
    target_error: float | None = None

    takes: ClassVar[Literal["tensor", "observed", "function"]] = "tensor"
    fits: ClassVar[tuple[str, ...]] = ()
    chooses_ranks: ClassVar[bool] = False
    nonnegative: ClassVar[bool] = False

    def __init_subclass__(cls, **settings: Any) -> None:
        """Wrap a subclass's ``iterate`` so that sweeps over a small tensor run on one thread, the caller's loop not."""
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
        """Return the error and the status after a sweep; an error that ends the fit is measured from the residual."""
        status = self._status(sweep, error, settled=settled)
        if status is Status.RUNNING:
            return error, status
        error = measure(network)
        return error, self._status(sweep, error, settled=settled)

    def _status(self, sweep: int, error: float, *, settled: bool) -> Status:
        """Return the status of an iterative fit after a sweep, from its error and whether it has settled."""
        if error < EXACT_ERROR:
            return Status.EXACT
        if self.target_error is not None and error <= self.target_error:
            return Status.REACHED
        if settled:
            return Status.CONVERGED
        return Status.MAX_SWEEPS if sweep >= self.max_sweeps else Status.RUNNING

    def _settled(self, recent: deque[float], *, power: int = 1, wanders: bool = False) -> bool:
        """Return whether the minimised values fall by less than ``tolerance``, relatively, per sweep.

        Args:
            recent: The latest values, oldest first; the decrease is averaged over ``recent.maxlen - 1`` sweeps.
            power: 1 for relative errors, 2 for their squares.
            wanders: Whether the values may rise on the way; then a rise does not count as settled.
        """
        past = (recent.maxlen or 1) - 1
        fell = recent[0] - recent[-1]
        least = power * past * self.tolerance * recent[0]
        return len(recent) > past and (abs(fell) if wanders else fell) < least


def numbers_to_fit(X: Data, structure: Structure) -> int:
    """Return how many numbers a fit works on: all entries, the observed ones, or the parameters for a function.

    The result chooses the number of threads; it is 0 for data that no solver takes.
    """
    if isinstance(X, TensorFunction):
        return structure.parameters
    return X.values.numel() if isinstance(X, Observed) else X.numel() if isinstance(X, Tensor) else 0


def _swept_on_one_thread(iterate: Callable[..., Iterator[Snapshot]]) -> Callable[..., Iterator[Snapshot]]:
    @wraps(iterate)
    def iterate_so(self: AbstractSolver, tensor: Data, structure: Structure, **start: Any) -> Iterator[Snapshot]:
        steps = iterate(self, tensor, structure, **start)
        return steps_on_one_thread(steps, numbers_to_fit(tensor, structure))

    return iterate_so


def check_target_error(target_error: float | None, *, chosen: bool = False) -> None:
    """Refuse a target error that is not between 0 and 1.

    Args:
        target_error: Relative error at which a fit is to end; None where there is none.
        chosen: Whether ranks are chosen for the target. Then 0 is refused too, as no ranks reach it.

    Raises:
        ValueError: The target is outside (0, 1), or 0 where ranks are chosen for it.
    """
    if target_error is None or 0 < target_error < 1 or (target_error == 0 and not chosen):
        return
    reason = "; no ranks reach 0, rounding alone is above it" if target_error == 0 else ""
    raise ValueError(f"The target error must lie between 0 and 1, but is {target_error!r}{reason}.")


def whole_tensor(tensor: Data, structure: Structure | None = None) -> Tensor:
    """Return the tensor unchanged after checking that a fit can minimise its relative error.

    Raises:
        DataError: It is not a float32 or float64 tensor, not of the structure's shape, not finite, or zero.
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
