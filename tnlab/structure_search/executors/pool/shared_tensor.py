"""What a search brings to the processes of a pool, once."""

import itertools
import os
import tempfile
import weakref

import numpy as np

from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.remote import pickled_evaluator

_numbers = itertools.count()


class Freight:
    """An evaluator, its tensor apart in a file without a name: the system frees it with the last process that maps it.

    Attributes:
        id: Its own, in this process.
        handle: Descriptor of the file.
        label: The packed evaluator, and the tensor's dtype, shape and device.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        evaluator = evaluator.light()
        tensor = evaluator.problem.tensor
        array = tensor.detach().cpu().contiguous().numpy()
        self.id = next(_numbers)
        self.label = pickled_evaluator(evaluator, apart=tensor), array.dtype.str, array.shape, str(tensor.device)
        self.handle = _file_of(array)
        weakref.finalize(self, os.close, self.handle)


def _file_of(array: np.ndarray) -> int:
    """Return the descriptor of a file in memory, where the system has such, that holds an array and has no name."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("tnlab")
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    with os.fdopen(os.dup(handle), "wb") as file:
        array.tofile(file)
    return handle
