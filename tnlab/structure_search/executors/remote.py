"""Pickling of evaluators, tasks and results between processes of one user, and the fit itself on the far side."""

import io
import pickle
import time
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.errors import ExecutorError
from tnlab.solvers.base import solvers
from tnlab.structure_search.evaluator import Evaluator, Fitted
from tnlab.structure_search.executors.base import Task

APART = "tensor"  # persistent id in a pickle of the tensor that was left out


def pickled(value: object, apart: Tensor | None = None, *, main: bool = True) -> bytes:
    """Pickle a value, with its tensors as numpy arrays, which takes a tenth of the time of torch's own pickling.

    Args:
        value: Any picklable value.
        apart: A tensor in it that is left out of the bytes, because the receiver has it already.
        main: Whether the receiver may have the main module of this process, as a process of dask has.

    Raises:
        PicklingError: It holds a class or function of the main module, and ``main`` is false.
    """
    buffer = io.BytesIO()
    _Pickler(buffer, apart, main).dump(value)
    return buffer.getvalue()


def unpickled(packed: bytes, apart: Tensor | None = None) -> Any:
    """Unpickle what ``pickled`` made, and put ``apart`` in the place of the tensor that was left out."""
    return _Unpickler(io.BytesIO(packed), apart).load()


def pickled_evaluator(evaluator: Evaluator, apart: Tensor | None = None, *, main: bool = True) -> bytes:
    """Pickle an evaluator together with the class of its solver.

    Unpickling then imports the module of the class, so that a solver of the user's own is registered in the worker.
    """
    return pickled((solvers[evaluator.fits.solver], evaluator), apart, main=main)


def unpickled_evaluator(packed: bytes, apart: Tensor | None = None) -> Evaluator:
    """Unpickle an evaluator in a worker; its solver is registered by then."""
    return unpickled(packed, apart)[1]


def perform(evaluator: Evaluator, task: Task, stopped: Callable[[], bool]) -> Fitted:
    """Make the fit of a task in this process; ``stopped`` is asked between sweeps, and True ends the fit."""
    deadline = time.monotonic() + (task.until - time.time())
    return evaluator(task.proposal, task.cutoff, deadline, stopped)


def portable(error: Exception) -> Exception:
    """Return an error if it can be pickled; otherwise an ExecutorError that quotes its type and message."""
    try:
        return pickle.loads(pickle.dumps(error))  # noqa: S301 - just made here
    except Exception:  # noqa: BLE001 - its own constructor may raise anything
        return ExecutorError(f"A fit ended with {type(error).__name__}: {error}")


class _Pickler(pickle.Pickler):
    """Pickler that writes tensors as numpy arrays, and one tensor as a mark alone."""

    def __init__(self, buffer: io.BytesIO, apart: Tensor | None, main: bool) -> None:
        super().__init__(buffer, protocol=5)
        self._apart, self._main = apart, main

    @override
    def persistent_id(self, obj: object) -> str | None:
        return APART if self._apart is not None and obj is self._apart else None

    @override
    def reducer_override(self, obj: object) -> Any:
        if type(obj) is Tensor:
            return _tensor, (obj.detach().cpu().contiguous().numpy(), str(obj.device))
        if not self._main and isinstance(obj, (type, FunctionType)) and obj.__module__ == "__main__":
            raise pickle.PicklingError(
                f"{obj.__qualname__} is defined in the script or notebook itself, which other processes do not import; "
                "move it to a module, and import it from there."
            )
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Unpickler of ``_Pickler``; its bytes come from processes of the same user, or a cluster that runs his code."""

    def __init__(self, buffer: io.BytesIO, apart: Tensor | None) -> None:
        super().__init__(buffer)
        self._apart = apart

    @override
    def persistent_load(self, pid: str) -> Tensor | None:
        return self._apart


def _tensor(array: np.ndarray, device: str) -> Tensor:
    """Return an array as a tensor on a device."""
    return torch.tensor(array, device=device)  # a copy: aligned as torch's own tensors are, so that floats are the same
