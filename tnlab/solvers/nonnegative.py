"""Nonnegative networks: the sweeps of alternating least squares with every core kept nonnegative.

The normal equations ``A G = B`` of one core are solved over ``A >= 0`` by coordinate descent (HALS): one column of A
after the other moves to its best value and is clipped at zero, which never raises the error.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.errors import DataError
from tnlab.fitting.memory import dense_bytes, require_memory, square_bytes, widest_bonds
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.interrupt import checkpoint
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Init, Swept, solvers

SETTLED = 0.05  # passes over a core end when one moves it by less than this part of the first pass (Gillis 2012)


@solvers.register("nonnegative")
@dataclass(frozen=True)
class Nonnegative(AbstractSolver):
    """Alternating least squares with nonnegative cores, on any structure.

    Where the tensor is negative, the best that a nonnegative network can do is to be zero.

    References:
        Cichocki 2009 (HALS): https://doi.org/10.1587/transfun.E92.A.708
        Gillis 2012 (several passes per core): https://doi.org/10.1162/NECO_a_00256

    Attributes:
        passes: Largest number of passes over the columns of a core per sweep.
    """

    passes: int = 8

    nonnegative: ClassVar[bool] = True

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        if not bool((tensor > 0).any()):
            raise DataError("A nonnegative network cannot come near a tensor without a positive entry; try als.")
        plan = plan_sweep(structure)
        besides = max(dense_bytes(structure, 2), square_bytes(widest_bonds(structure), 2))
        require_memory(plan, tensor, svd=init == "svd", besides=besides)
        start = _positive(starting_network(tensor, structure, init, generator=generator), tensor, init)
        fit = NormalEquations(tensor)
        values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in start.cores])
        yield Swept(start, compared=False)
        while True:
            for step, grams, right in plan.equations(values):
                core = _descend(grams, right, step.present(values), self.passes)
                fit.record(grams, right, core)
                values[1 + step.core] = step.as_core(core)
            network = Network(structure, tuple(map(fit.to_user, plan.cores(values))))
            yield Swept(network, fit.error(network), fit.doubt)


def _positive(start: Network, tensor: torch.Tensor, init: Init) -> Network:
    """Return a nonnegative start: absolute values, scaled to fit the tensor.

    A network given as ``init`` is clipped at zero instead.
    """
    if isinstance(init, Network):
        return Network(start.structure, tuple(core.clamp(min=0) for core in start.cores))
    network = Network(start.structure, tuple(core.abs() for core in start.cores))
    checkpoint()
    model = network.to_tensor()
    checkpoint()
    scale = float((model * tensor).sum() / model.square().sum())
    if not 0 < scale < float("inf"):
        return network
    factor = scale ** (1 / len(network.cores))
    return Network(network.structure, tuple(core * factor for core in network.cores))


def _descend(grams: list[Any], right: Any, core: Any, passes: int) -> Any:
    """Return the core after passes of coordinate descent on ``<A G, A> / 2 - <A, B>`` over ``A >= 0``.

    Columns with a zero on the diagonal of G do not affect the tensor and stay unchanged.
    """
    if not grams:
        return right.clip(0)
    shape, rows = core.shape, core.shape[0]
    kron: Any = np.kron if isinstance(core, np.ndarray) else torch.kron
    gram = reduce(kron, grams)
    columns = core.reshape(rows, -1).T  # one row per column of A, contiguous after the copy
    columns = columns.copy() if isinstance(columns, np.ndarray) else columns.contiguous().clone()
    wanted = right.reshape(rows, -1).T
    diagonal = [float(entry) for entry in gram.diagonal()]
    floor = 1e-14 * max(diagonal)
    first = 0.0
    for turn in range(passes):
        checkpoint()
        moved = 0.0
        for place, weight in enumerate(diagonal):
            if weight <= floor:
                continue
            old = columns[place]
            new = (old + (wanted[place] - gram[place] @ columns) / weight).clip(0)
            change = new - old
            moved += weight * float(change @ change)
            columns[place] = new
        first = first or moved
        if turn and moved < SETTLED**2 * first:
            break
    return columns.T.reshape(shape)
