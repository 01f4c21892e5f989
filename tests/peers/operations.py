"""Count the floating-point operations of truncations, which compute with numpy on a CPU."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from tnlab.fitting import unfolding_svd
from tnlab.fitting.truncation import closed_form
from tnlab.solvers import hooi

DECOMPOSED = 10  # operations per entry and row of the smaller side that a decomposition of a matrix takes, about


class Counted(np.ndarray):
    """An array whose products and decompositions are counted, as are those of every array computed from it."""

    flops = 0.0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        if out is not None:
            settings["out"] = tuple(_plain(array) for array in out)
        result = getattr(ufunc, method)(*map(_plain, inputs), **settings)
        if ufunc is np.matmul:
            Counted.flops += 2.0 * np.size(result) * inputs[0].shape[-1]
        return result.view(Counted) if isinstance(result, np.ndarray) else result

    def __array_function__(self, func, types, args, kwargs):
        if func in (np.linalg.eigh, np.linalg.qr, np.linalg.svd):
            Counted.flops += DECOMPOSED * float(args[0].size) * min(args[0].shape)
        return super().__array_function__(func, types, args, kwargs)


def _plain(array):
    return array.view(np.ndarray) if isinstance(array, Counted) else array


def operations(call: Callable[[], object]) -> float:
    """Return the operations of all products and decompositions of matrices in truncations during a call."""
    as_array, room = unfolding_svd.as_array, unfolding_svd._room
    with pytest.MonkeyPatch.context() as patch:
        for module in (closed_form, hooi):
            patch.setattr(module, "as_array", lambda tensor: as_array(tensor).view(Counted))
        patch.setattr(unfolding_svd, "_room", lambda array, shape: room(array, shape).view(Counted))
        Counted.flops = 0.0
        call()
    return Counted.flops


def first_gram(tensor: torch.Tensor) -> float:
    """Return the operations of the one product that no Tucker decomposition can do without: of the first unfolding."""
    return 2.0 * tensor.numel() * tensor.shape[0]
