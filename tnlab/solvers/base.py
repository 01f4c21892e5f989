"""What every solver is: an iterator of snapshots of one structure being fitted to one tensor."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import torch
from torch import Tensor

from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.registry import Registry

Init = str | Network
solvers: "Registry[type[AbstractSolver]]" = Registry("solver")


class Status(Enum):
    """How a fit stands; the value is the sentence shown to a person."""

    RUNNING = "The fit is running."
    CONVERGED = "Converged: further sweeps no longer lower the error."
    EXACT = "Exact: the error is at the level of rounding."
    MAX_SWEEPS = (
        "The largest number of sweeps was reached before the error settled: more sweeps might lower it further."
    )
    STOPPED = "Stopped on request; the best cores so far are kept."


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A fit after one sweep. Nothing in it changes later.

    Attributes:
        sweep: Number of sweeps done; 0 is the start itself.
        relative_error: ``|X - X_hat|_F / |X|_F``, evaluated in float64.
        network: The cores, in the tensor's dtype and on its device.
        seconds: Wall time since the fit began.
        status: Whether the solver will go on.
    """

    sweep: int
    relative_error: float
    network: Network
    seconds: float
    status: Status = Status.RUNNING


@dataclass(frozen=True)
class AbstractSolver(ABC):
    """Fits the cores of one structure to one tensor. Stop it by leaving the loop.

    Attributes:
        max_sweeps: Sweeps after which it stops.
        tolerance: It has converged when the error falls by less than this part of itself per sweep.
    """

    max_sweeps: int = 500
    tolerance: float = 1e-6

    @abstractmethod
    def iterate(
        self, tensor: Tensor, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        """Yield a snapshot after every sweep; the last one carries a final status.

        Args:
            tensor: The data X, of shape ``structure.modes``.
            structure: What to fit.
            init: ``"svd"``, ``"random"`` or a network of this structure to go on from.
            generator: The only source of randomness.

        Raises:
            DataError: The tensor cannot be fitted (see ``check_tensor``).
            StructureError: ``init`` is a network of another structure, or a sweep would not fit in memory.
        """


def check_tensor(tensor: Tensor, structure: Structure | None = None) -> None:
    """Refuse a tensor that has no relative error to minimise.

    Raises:
        DataError: It is not a real floating-point tensor, has another shape, holds NaN or infinity, or is zero.
    """
    if not isinstance(tensor, Tensor):
        raise DataError(f"A fit needs a torch.Tensor, but got {type(tensor).__name__}; try torch.as_tensor(X).")
    if tensor.dtype not in (torch.float32, torch.float64):
        raise DataError(f"A fit needs float32 or float64 entries, but got {tensor.dtype}; try X.to(torch.float64).")
    if structure is not None and tuple(tensor.shape) != structure.modes:
        needed, given = "x".join(map(str, structure.modes)), "x".join(map(str, tensor.shape))
        raise DataError(f"The structure is for a tensor of shape {needed}, but the tensor has shape {given}.")
    norm = float(torch.linalg.vector_norm(tensor, dtype=torch.float64))
    if not math.isfinite(norm):
        bad = int((~torch.isfinite(tensor)).sum())
        raise DataError(f"The tensor must be finite, but {bad} of {tensor.numel()} entries are NaN or infinite.")
    if norm == 0:
        raise DataError("The tensor is zero everywhere, so the relative error is undefined.")
