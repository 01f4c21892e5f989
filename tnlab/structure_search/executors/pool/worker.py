"""What a process of the pool does with its messages."""

import mmap
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.remote import perform, pickled, portable, unpickled, unpickled_evaluator


def serve(messages: "SimpleQueue[tuple[Any, ...]]", is_dropped: Callable[[int], bool], pipe: Connection) -> None:
    """Fit the tasks of a queue one after the other, and send each result back.

    Args:
        messages: ``("evaluator", channel, ...)``, ``("task", channel, ticket, packed)`` or ``("forget", channel)``.
        is_dropped: Whether the parent no longer waits for the task of a ticket; asked during the fit.
        pipe: Where results go.
    """
    evaluators: dict[int, Evaluator | Exception] = {}
    while True:
        kind, channel, *content = messages.get()
        if kind == "evaluator":
            evaluators[channel] = _tried(_evaluator, *content)
        elif kind == "forget":
            evaluators.pop(channel, None)
        else:
            pipe.send_bytes(pickled(_tried(_fitted, is_dropped, evaluators[channel], *content)))


def _evaluator(packed: bytes, dtype: str, shape: tuple[int, ...], device: str, handle: int) -> Evaluator:
    memory = mmap.mmap(handle, 0, access=mmap.ACCESS_COPY)  # who writes to it writes to a copy of his own
    os.close(handle)
    tensor: Tensor = torch.from_numpy(np.frombuffer(memory, np.dtype(dtype)).reshape(shape))
    return unpickled_evaluator(packed, tensor.to(device))


def _fitted(is_dropped: Callable[[int], bool], evaluator: Evaluator | Exception, ticket: int, packed: bytes) -> object:
    if isinstance(evaluator, Exception):
        return evaluator
    return perform(evaluator, unpickled(packed), lambda: is_dropped(ticket))


def _tried(call: Any, *arguments: Any) -> Any:
    """Return what a call returns, or the error that it raises."""
    try:
        return call(*arguments)
    except Exception as error:  # noqa: BLE001 - whoever waits for the answer raises it
        return portable(error)
