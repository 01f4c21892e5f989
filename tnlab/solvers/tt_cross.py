"""Cross approximation: a tensor train of a function of the indices, from some of its fibres instead of all entries.

A cross is a choice of rows and columns of an unfolding. A pass along the train evaluates, at every core, the fibres
through the crosses chosen so far, and chooses the next crosses among them by maximal volume. Between two passes the
largest errors that were found become new crosses.

The error of a large tensor is estimated, never measured: values that are nonzero only in a few entries can be missed
by the crosses and by the estimate. After every pass errors are looked for where they hide: at fresh random entries, at
entries that begin or end as a cross does, and from the worst of them uphill, one index at a time. Entries found so
are no fair sample, but their errors alone are a lower bound on the error of the tensor, and the larger of the two
estimates is reported.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.data.tensor_function import TensorFunction
from tnlab.fitting.cross.computed_entries import ComputedEntries
from tnlab.fitting.cross.passes import Crosses
from tnlab.fitting.cross.train import Train
from tnlab.network.core_arrays import padded_network
from tnlab.network.network import Network
from tnlab.network.rounding.network import round_network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept, solvers
from tnlab.solvers.loop import EXACT_ERROR


@solvers.register("tt_cross")
@dataclass(frozen=True)
class TTCross(AbstractSolver):
    """Cross approximation of a function by a tensor train, of given ranks or, with a target error, of least ranks.

    The relative error is that of all entries of a small tensor. Of a function of more indices it is an estimate, and so
    the held-out error too: the larger of the error over ``samples`` random entries, which no cross uses, and of what
    the errors found elsewhere amount to. It may be too low, so that no status says that it is exact. A sweep is one
    pass along the train, in turn forwards and backwards.

    References:
        Oseledets 2010: https://doi.org/10.1016/j.laa.2009.07.024
        Savostyanov 2014: https://doi.org/10.1016/j.laa.2014.06.006

    Attributes:
        samples: Number of random entries that measure the error of a large tensor.
        oversampling: Number of crosses on a bond beyond its rank; the train is then rounded to the ranks.
        max_rank: Largest rank that may be chosen for a target error.
    """

    samples: int = 2000
    oversampling: int = 4
    max_rank: int = 100

    takes: ClassVar[Literal["tensor", "observed", "function"]] = "function"
    fits: ClassVar[tuple[str, ...]] = ("tensor_train",)
    chooses_ranks: ClassVar[bool] = True
    ending: ClassVar[Ending] = Ending(window=(3, 3), lower=0.9)

    @override
    def sweeps(
        self, tensor: Tensor | TensorFunction, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        if init not in ("svd", "random"):
            raise ValueError(
                f"Cross approximation chooses its own start: init must be 'svd' or 'random', not {init!r}."
            )
        train = Train(structure)
        function, data = _function(tensor), isinstance(tensor, Tensor)
        known = ComputedEntries(function, train, samples=self.samples, generator=generator)
        crosses = Crosses.at(
            train.modes, known.random(1 if self.target_error else max(self._most(train, 1), default=1))
        )
        forward, best, best_error = True, None, math.inf
        while True:
            crosses, cores = _pass(crosses, known.evaluate, forward=forward)
            forward = not forward
            network = self._network(train, known, cores)
            own = train.cores(network)
            known.look(own, crosses, enough=self.target_error or EXACT_ERROR)
            error, best_error = known.error(own), math.inf if best is None else known.error(best)
            best = own if error < best_error else best
            yield Swept(
                network,
                error,
                doubt=math.inf if data and not known.whole else 0.0,
                best_error=None if data or known.whole else best_error,
                held_out_error=None if data or known.whole else error,
                evaluations=known.evaluations,
            )
            widest = max(len(places) for places in crosses.before)
            places = known.worst(cores, max(2, widest // 3) if self.target_error else widest)
            crosses.add(places, self._most(train, widest + max(2, widest // 3)))

    def _most(self, train: Train, wanted: int) -> list[int]:
        """Return, per bond, the largest number of crosses."""
        if self.target_error:
            return [min(limit, wanted, self.max_rank) for limit in train.limits]
        return [min(limit, rank + self.oversampling) for limit, rank in zip(train.limits, train.ranks, strict=True)]

    def _network(self, train: Train, known: ComputedEntries, cores: list[np.ndarray]) -> Network:
        """Return the network of the cores of a pass, rounded to the ranks or to the part of the target left unused."""
        network = train.network(cores, known.dtype)
        if not self.target_error:
            return padded_network(round_network(network, ranks=list(train.structure.ranks)).network, train.structure)
        spare = max(self.target_error**2 - known.error(train.cores(network)) ** 2, 0.0) ** 0.5
        for part in (0.9, 0.5, 0.1) if spare else ():  # of the unused error: the largest rounding that stays within it
            rounded = round_network(network, target_error=min(part * spare, 0.99)).network
            if known.error(train.cores(rounded)) <= self.target_error:
                return rounded
        return network


def _pass(
    crosses: Crosses, evaluate: Callable[[np.ndarray], np.ndarray], *, forward: bool
) -> tuple[Crosses, list[np.ndarray]]:
    """Make one pass forwards or backwards; return the new crosses and the cores, both in the order of the train."""
    if forward:
        return crosses, crosses.forward(evaluate)
    turned = crosses.reversed()
    cores = turned.forward(lambda places: evaluate(places[:, ::-1]))
    return turned.reversed(), [core.transpose(2, 1, 0) for core in cores[::-1]]


def _function(data: Tensor | TensorFunction) -> TensorFunction:
    if isinstance(data, TensorFunction):
        return data
    return TensorFunction(tuple(data.shape), lambda at: data[tuple(at.T)])
