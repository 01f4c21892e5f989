"""What travels to the processes that fit, and what they do with it."""

import io
import pickle
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.errors import ExecutorError
from tnlab.solvers.base import solvers
from tnlab.structure_search.evaluator import Evaluator, Fitted
from tnlab.structure_search.executors.base import Task

APART = "tensor"


def pickled(value: object, apart: Tensor | None = None) -> bytes:
    """Return the bytes of a value, its tensors as plain arrays: that takes a tenth of the time of torch's own way.

    Args:
        value: Anything that can be pickled.
        apart: A tensor that is left out, because it gets there in another way.
    """
    buffer = io.BytesIO()
    _Packer(buffer, apart).dump(value)
    return buffer.getvalue()


def unpickled(packed: bytes, apart: Tensor | None = None) -> Any:
    """Return what was packed, with the tensor that was left out in its place."""
    return _Unpacker(io.BytesIO(packed), apart).load()


def pickled_evaluator(evaluator: Evaluator, apart: Tensor | None = None) -> bytes:
    """Return the bytes of an evaluator.

    The class of its solver comes along by name, so that a solver of the user's own is imported and registered there.
    """
    return pickled((solvers[evaluator.solver], evaluator), apart)


def unpickled_evaluator(packed: bytes, apart: Tensor | None = None) -> Evaluator:
    """Return the evaluator, in a process that fits."""
    return unpickled(packed, apart)[1]


def perform(evaluator: Evaluator, task: Task, stopped: Callable[[], bool]) -> Fitted:
    """Do a task in this process."""
    deadline = time.monotonic() + (task.until - time.time())
    return evaluator(task.proposal, task.cutoff, deadline, stopped)


def portable(error: Exception) -> Exception:
    """Return an error that survives the way back: itself, or one that quotes it."""
    try:
        return pickle.loads(pickle.dumps(error))  # noqa: S301 - just made here
    except Exception:  # noqa: BLE001 - whatever its own constructor has against it
        return ExecutorError(f"A fit ended with {type(error).__name__}: {error}")


class _Packer(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO, apart: Tensor | None) -> None:
        super().__init__(buffer, protocol=5)
        self._apart = apart

    @override
    def persistent_id(self, obj: object) -> str | None:
        return APART if self._apart is not None and obj is self._apart else None

    @override
    def reducer_override(self, obj: object) -> Any:
        if type(obj) is Tensor:
            return _tensor, (obj.detach().cpu().contiguous().numpy(), str(obj.device))
        return NotImplemented


class _Unpacker(pickle.Unpickler):  # from processes of the same user, or from a cluster that runs any code of his
    def __init__(self, buffer: io.BytesIO, apart: Tensor | None) -> None:
        super().__init__(buffer)
        self._apart = apart

    @override
    def persistent_load(self, pid: str) -> Tensor | None:
        return self._apart


def _tensor(array: np.ndarray, device: str) -> Tensor:
    return torch.tensor(array, device=device)  # a copy: aligned as torch's own tensors are, so that floats are the same
