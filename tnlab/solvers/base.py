"""The base class of solvers, the registry, and the checks of what is to be fitted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor

from tnlab.data.intake import Data, Unit, as_data, check_modes
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.registry import Registry
from tnlab.solvers.loop import LARGE, Loop
from tnlab.solvers.settings import Init, Stop
from tnlab.solvers.snapshot import Ending, Snapshot, Status, Swept
from tnlab.threads import steps_on_one_thread

LONG = 24  # cores above which to plan a sweep, or to start one, may take long however few the numbers
MANY = 1000  # parameters of a network above which the steps of a solver may take long however small the tensor
solvers: "Registry[type[AbstractSolver]]" = Registry("solver")
REFUSED = {
    ("tensor", Observed): "This solver needs every entry of the tensor; for observed entries take completion_als.",
    ("tensor", TensorFunction): "This solver needs the tensor itself; for a function of the indices take tt_cross.",
    ("observed", TensorFunction): "This solver needs known entries; for a function of the indices take tt_cross.",
    ("function", Observed): (
        "Cross approximation chooses the entries it needs; for observed entries take completion_als."
    ),
}


@dataclass(frozen=True)
class AbstractSolver:
    """Base class of solvers: fit the cores of one structure to one tensor.

    A solver defines ``sweeps``, its algorithm alone. ``iterate`` checks the data, divides them by a power of two to a
    norm near 1, and runs the algorithm in the loop that all solvers share, which measures errors and ends the fit.

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
            tensor: The data X, of shape ``structure.modes`` and a norm of at least 1/2 and below 1, checked and
                detached: a tensor or, as the solver ``takes`` them, observed entries or a function.
            structure: What to fit.
            init: ``"svd"``, ``"random"`` or a network of this structure to go on from.
            generator: The only source of randomness.

        Raises:
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
            tensor: The data X, of shape ``structure.modes``, at any scale: an array of any library, ``Observed``
                entries or a ``TensorFunction``, as the solver ``takes`` them; every solver of those takes a tensor too.
            structure: What to fit.
            init: ``"svd"``, ``"random"`` or a network of this structure to go on from.
            generator: The only source of randomness.

        Raises:
            DataError: The data cannot be fitted: complex, not finite, of another shape or of a kind it does not take.
            StructureError: ``init`` is a network of another structure, or a sweep would not fit in memory.
        """
        data = as_data(tensor)
        if (self.takes, type(data)) in REFUSED:
            raise DataError(REFUSED[self.takes, type(data)])
        check_modes(data, structure)
        unit = self._unit(data, structure)
        if unit.is_zero:
            return iter([Snapshot(0, 0.0, zero_network(data, structure), seconds=0.0, status=Status.EXACT)])
        if isinstance(init, Network):
            init = unit.inward(init)
        size = numbers_to_fit(data, structure)
        loop = Loop(
            Stop(self.max_sweeps, self.tolerance, self.target_error),
            self.ending,
            patience=self._patience(),
            warm=isinstance(init, Network),
            size=size,
            heavy=_is_heavy(data, structure),
            measure=lambda network: _residual(unit.data, network),
            nothing=lambda: zero_network(data, structure),
            first=self._first(unit.data, structure, init),
        )
        own = self._in_unit(unit.exponent, structure)
        return _outward(loop.snapshots(own.sweeps(unit.data, structure, init=init, generator=generator)), unit)

    def _unit(self, data: Data, structure: Structure) -> Unit:  # noqa: ARG002
        """Return the unit of floats in which the data are fitted."""
        return Unit(data)

    def _in_unit(self, exponent: int, structure: Structure) -> Self:  # noqa: ARG002
        """Return the solver for data divided by ``2^exponent``: settings in the unit of the data are divided too."""
        return self

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


def _outward(snapshots: Iterator[Snapshot], unit: Unit) -> Iterator[Snapshot]:
    """Yield the snapshots of a fit of data in a unit, with their networks in the unit of the data as given."""
    for snapshot in snapshots:
        yield replace(snapshot, network=unit.outward(snapshot.network))


def _residual(data: Data, network: Network) -> float:
    assert isinstance(data, Tensor), "A solver of other data yields relative errors of its own."
    return relative_residual(data, network)


def _is_heavy(data: Data, structure: Structure) -> bool:
    """Return whether the first step of a fit may take longer than a stop can wait for."""
    many = structure.parameters > MANY or len(structure.cores) > LONG
    return many or numbers_to_fit(data, structure) > LARGE or isinstance(data, TensorFunction)


def numbers_to_fit(X: object, structure: Structure) -> int:
    """Return how many numbers a fit works on: all entries, the observed ones, or the parameters for a function.

    The result chooses the number of threads.
    """
    if isinstance(X, TensorFunction):
        return structure.parameters
    return X.values.numel() if isinstance(X, Observed) else structure.size


def _swept_on_one_thread(iterate: Callable[..., Iterator[Snapshot]]) -> Callable[..., Iterator[Snapshot]]:
    @wraps(iterate)
    def iterate_so(self: AbstractSolver, tensor: Data, structure: Structure, **start: Any) -> Iterator[Snapshot]:
        with torch.inference_mode(False):
            steps = iterate(self, tensor, structure, **start)
        return steps_on_one_thread(_with_gradients(steps), numbers_to_fit(tensor, structure))

    return iterate_so


def _with_gradients(steps: Iterator[Snapshot]) -> Iterator[Snapshot]:
    """Yield the snapshots of a fit, each computed with autograd on, whatever mode the caller is in."""
    while True:
        with torch.inference_mode(False), torch.enable_grad():
            step = next(steps, None)
        if step is None:
            return
        yield step


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
