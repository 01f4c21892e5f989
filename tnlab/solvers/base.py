"""The base class of solvers, the registry, and the checks of what is to be fitted."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.metrics import squared_norm
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.registry import Registry
from tnlab.solvers.loop import LARGE, Loop
from tnlab.solvers.settings import Init, Stop
from tnlab.solvers.snapshot import Ending, Snapshot, Status, Swept  # noqa: F401 - documented as names of this module
from tnlab.threads import steps_on_one_thread

Data = Tensor | Observed | TensorFunction
MANY = 1000  # parameters of a network above which the steps of a solver may take long however small the tensor
solvers: "Registry[type[AbstractSolver]]" = Registry("solver")


@dataclass(frozen=True)
class AbstractSolver:
    """Base class of solvers: fit the cores of one structure to one tensor.

    A solver defines ``sweeps``, its algorithm alone. ``iterate`` runs it in the loop that all solvers share, which
    measures errors and ends the fit.

    Attributes:
        max_sweeps: Number of sweeps after which the fit ends.
        tolerance: The fit has converged when the relative decrease of the error per sweep is below this.
        target_error: Relative error at which the fit ends. A solver with ``chooses_ranks`` chooses the least ranks
            that reach it and takes from the structure only its topology. None asks for the structure's own ranks.
        takes: The kind of data it fits: a whole tensor, observed entries, or a function of the indices.
        fits: Names of the formats it can fit; empty if it can fit any structure.
        chooses_ranks: Whether it chooses the ranks where a target error is given.
        nonnegative: Whether the entries of all its cores are nonnegative.
        ending: How the loop tells that it has converged.
    """

    max_sweeps: int = 500
    tolerance: float = 1e-6
    target_error: float | None = None

    takes: ClassVar[Literal["tensor", "observed", "function"]] = "tensor"
    fits: ClassVar[tuple[str, ...]] = ()
    chooses_ranks: ClassVar[bool] = False
    nonnegative: ClassVar[bool] = False
    ending: ClassVar[Ending] = Ending()

    def __init_subclass__(cls, **settings: Any) -> None:
        """Wrap an ``iterate`` of a subclass's own as that of this class is wrapped."""
        super().__init_subclass__(**settings)
        if "iterate" in vars(cls):
            cls.iterate = _swept_on_one_thread(cls.iterate)

    def sweeps(self, tensor: Any, structure: Structure, *, init: Init, generator: torch.Generator) -> Iterator[Swept]:
        """Yield the start, then the network after every sweep, without end.

        Args:
            tensor: The data X, of shape ``structure.modes``; a solver of entries takes a whole tensor too.
            structure: What to fit.
            init: ``"svd"``, ``"random"`` or a network of this structure to go on from.
            generator: The only source of randomness.

        Raises:
            DataError: The tensor cannot be fitted (see ``whole_tensor``).
            StructureError: ``init`` is a network of another structure, or a sweep would not fit in memory.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no sweeps.")

    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        """Yield a snapshot after every sweep; the last one carries a final status.

        A caller stops the fit by leaving the loop over the snapshots, or within a sweep by a limit
        (``tnlab.interrupt.limited``) around it: then the last snapshot has the best cores so far.

        Args:
            tensor: The data X, of shape ``structure.modes``; a solver of entries takes a whole tensor too.
            structure: What to fit.
            init: ``"svd"``, ``"random"`` or a network of this structure to go on from.
            generator: The only source of randomness.

        Raises:
            DataError: The tensor cannot be fitted (see ``whole_tensor``).
            StructureError: ``init`` is a network of another structure, or a sweep would not fit in memory.
        """
        size = numbers_to_fit(tensor, structure)
        loop = Loop(
            Stop(self.max_sweeps, self.tolerance, self.target_error),
            self.ending,
            patience=self._patience(),
            warm=isinstance(init, Network),
            size=size,
            heavy=size > LARGE or structure.parameters > MANY or isinstance(tensor, TensorFunction),
            measure=lambda network: _residual(tensor, network),
            nothing=lambda: zero_network(tensor, structure),
            first=self._first(tensor, structure, init),
        )
        return loop.snapshots(self.sweeps(tensor, structure, init=init, generator=generator))

    def _first(self, tensor: Data, structure: Structure, init: Init) -> Network | None:
        """Return the network to start from, where the loop can measure its error and it may be a result."""
        if not isinstance(init, Network) or not isinstance(tensor, Tensor) or init.structure != structure:
            return None
        if self.takes != "tensor" or (self.nonnegative and any(bool((core < 0).any()) for core in init.cores)):
            return None
        return init.to(tensor.dtype, tensor.device)

    def _patience(self) -> int | None:
        """Return the number of sweeps without a lower held-out error after which the fit ends, if it ends so."""
        return None


def zero_network(data: Data, structure: Structure) -> Network:
    """Return the network of cores that are all zero, whose relative error is 1, of the data's dtype and device."""
    like = data if isinstance(data, Tensor) else data.values if isinstance(data, Observed) else None
    like = torch.zeros(0, dtype=torch.float64) if like is None else like
    return Network(structure, tuple(like.new_zeros(shape) for shape in structure.core_shapes))


def _residual(data: Data, network: Network) -> float:
    assert isinstance(data, Tensor), "A solver of other data yields relative errors of its own."
    return relative_residual(data.detach(), network)


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


AbstractSolver.iterate = _swept_on_one_thread(AbstractSolver.iterate)


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
