"""The evaluator of a search as it is sent to pool processes: pickled, with its tensor in shared memory."""

import itertools
import os
import tempfile
import weakref

import numpy as np

from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.remote import pickled_evaluator

_numbers = itertools.count()


class Freight:
    """An evaluator for pool processes: pickled without its tensor, whose entries are in an anonymous memory file.

    The system frees the file when the last process that maps it has ended.

    Attributes:
        id: Number that no other freight of this process has.
        handle: File descriptor of the tensor's entries.
        label: The pickled evaluator, and the dtype, shape and device of the tensor.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        evaluator = evaluator.light()
        tensor = evaluator.problem.tensor
        array = tensor.detach().cpu().contiguous().numpy()
        self.id = next(_numbers)
        packed = pickled_evaluator(evaluator, apart=tensor, main=False)
        self.label = packed, array.dtype.str, array.shape, str(tensor.device)
        self.handle = _file_of(array)
        weakref.finalize(self, os.close, self.handle)


def _file_of(array: np.ndarray) -> int:
    """Write an array to an unnamed file, in memory where the system allows it, and return the file descriptor."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("tnlab")
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    with os.fdopen(os.dup(handle), "wb") as file:
        array.tofile(file)
    return handle
