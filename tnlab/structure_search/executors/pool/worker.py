"""The loop of a pool process: receive evaluators, tasks and calls, carry them out, send results back."""

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
    """Make the fits and calls of a queue one after the other, and send each pickled result, or error, through a pipe.

    Args:
        messages: ``("evaluator", channel, ...)``, ``("task", channel, ticket, packed)``, ``("forget", channel)`` or
            ``("call", packed)``.
        is_dropped: Returns whether the parent has cancelled a ticket; asked between the sweeps of its fit.
        pipe: Connection to the parent.
    """
    evaluators: dict[int, Evaluator | Exception] = {}
    while True:
        match messages.get():
            case "evaluator", channel, *content:
                evaluators[channel] = _tried(_evaluator, *content)
            case "forget", channel:
                evaluators.pop(channel, None)
            case "task", channel, ticket, packed:
                pipe.send_bytes(pickled(_tried(_fitted, is_dropped, evaluators[channel], ticket, packed)))
            case _, packed:
                pipe.send_bytes(pickled(_tried(_called, packed)))


def _evaluator(packed: bytes, dtype: str, shape: tuple[int, ...], device: str, handle: int) -> Evaluator:
    """Unpickle an evaluator around a tensor that is mapped from a file descriptor."""
    memory = mmap.mmap(handle, 0, access=mmap.ACCESS_COPY)  # writing would copy the page
    os.close(handle)
    tensor: Tensor = torch.from_numpy(np.frombuffer(memory, np.dtype(dtype)).reshape(shape))
    return unpickled_evaluator(packed, tensor.to(device))


def _fitted(is_dropped: Callable[[int], bool], evaluator: Evaluator | Exception, ticket: int, packed: bytes) -> object:
    """Return the fit of a pickled task; an evaluator that could not be unpickled is returned as the error it raised."""
    if isinstance(evaluator, Exception):
        return evaluator
    return perform(evaluator, unpickled(packed), lambda: is_dropped(ticket))


def _called(packed: bytes) -> Any:
    """Unpickle a function with its arguments, and return what it returns."""
    function, *arguments = unpickled(packed)
    return function(*arguments)


def _tried(call: Any, *arguments: Any) -> Any:
    """Call a function, and return its result, or the error that it raised, in a form that can be pickled."""
    try:
        return call(*arguments)
    except Exception as error:  # noqa: BLE001 - the parent raises it from ``next``
        return portable(error)
