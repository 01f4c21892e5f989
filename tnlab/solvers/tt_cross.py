"""Cross approximation: a tensor train of a function of the indices, from some of its fibres instead of all entries.

A cross is a choice of rows and columns of an unfolding. A pass along the train evaluates, at every core, the fibres
through the crosses chosen so far, and chooses the next crosses among them by maximal volume. Between two passes the
random entries of largest error become new crosses. The error of a large tensor is estimated from random entries that
no cross uses: values that are nonzero only in a few entries can be missed by the crosses and by the estimate.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from typing_extensions import override

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.fitting.cross.passes import Crosses, train_values
from tnlab.fitting.cross.train import Train
from tnlab.interrupt import checkpoint
from tnlab.network.core_arrays import padded_network
from tnlab.network.network import Network
from tnlab.network.rounding.network import round_network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Data, Ending, Init, Swept, solvers, whole_tensor

WHOLE = 2**14  # entries of a tensor up to which all of them measure the error, not a random sample
SCOUTS = 500  # random entries per pass; those of largest error become crosses


@solvers.register("tt_cross")
@dataclass(frozen=True)
class TTCross(AbstractSolver):
    """Cross approximation of a function by a tensor train, of given ranks or, with a target error, of least ranks.

    The relative error is that of all entries of a small tensor, else of ``samples`` random ones; these are held out
    from the crosses, so that it is the held-out error too. A sweep is one pass along the train, in turn forwards and
    backwards.

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
    def sweeps(self, tensor: Data, structure: Structure, *, init: Init, generator: torch.Generator) -> Iterator[Swept]:
        if init not in ("svd", "random"):
            raise ValueError(
                f"Cross approximation chooses its own start: init must be 'svd' or 'random', not {init!r}."
            )
        train = Train(structure)
        known = _Known(_function(tensor, structure), train, samples=self.samples, generator=generator)
        crosses = Crosses.at(train.modes, known.random(1 if self.target_error else max(self._most(train, 1))))
        forward = True
        while True:
            crosses, cores = _pass(crosses, known.evaluate, forward=forward)
            forward = not forward
            network, error = self._network(train, known, cores)
            held_out = None if known.whole else error
            yield Swept(network, error, held_out_error=held_out, evaluations=known.evaluations)
            widest = max(len(places) for places in crosses.before)
            places = known.worst(cores, max(2, widest // 3) if self.target_error else widest)
            crosses.add(places, self._most(train, widest + max(2, widest // 3)))

    def _most(self, train: Train, wanted: int) -> list[int]:
        """Return, per bond, the largest number of crosses."""
        if self.target_error:
            return [min(limit, wanted, self.max_rank) for limit in train.limits]
        return [min(limit, rank + self.oversampling) for limit, rank in zip(train.limits, train.ranks, strict=True)]

    def _network(self, train: Train, known: "_Known", cores: list[np.ndarray]) -> tuple[Network, float]:
        network = train.network(cores, known.dtype)
        if not self.target_error:
            network = padded_network(round_network(network, ranks=list(train.structure.ranks)).network, train.structure)
            return network, known.error(train.cores(network))
        error = known.error(train.cores(network))
        spare = (max(self.target_error**2 - error**2, 0.0)) ** 0.5
        for part in (0.9, 0.5, 0.1) if spare else ():  # of the unused error: the largest rounding that stays within it
            rounded = round_network(network, target_error=min(part * spare, 0.99)).network
            after = known.error(train.cores(rounded))
            if after <= self.target_error:
                return rounded, after
        return network, error


class _Known:
    """The function with its indices in the order of the train, a count of evaluations, and the entries of the error."""

    def __init__(self, function: TensorFunction, train: Train, *, samples: int, generator: torch.Generator) -> None:
        self._function, self._train, self._generator = function, train, generator
        self.evaluations = 0
        self.dtype = torch.float64
        self.whole = function.size <= WHOLE
        self.places = np.indices(train.modes).reshape(len(train.modes), -1).T if self.whole else self.random(samples)
        self.values = self.evaluate(self.places)
        self._norm = float(np.linalg.norm(self.values))
        if not self._norm:
            raise DataError(
                f"The function is zero at all of {len(self.places)} entries, so the relative error is undefined."
            )

    def random(self, count: int) -> np.ndarray:
        """Return the indices of random entries in the order of the train, (count, order)."""
        columns = [torch.randint(size, (count,), generator=self._generator) for size in self._train.modes]
        return torch.stack(columns, dim=1).numpy()

    def evaluate(self, places: np.ndarray) -> np.ndarray:
        """Return the function's values at indices that are in the order of the train, and count them."""
        checkpoint()  # a fit that has ended calls the function of the user no more
        indices = torch.from_numpy(np.ascontiguousarray(places[:, self._train.back]))
        values = self._function(indices).detach().cpu()
        self.evaluations += len(values)
        self.dtype = values.dtype
        return values.to(torch.float64).numpy()

    def error(self, cores: list[np.ndarray]) -> float:
        """Return the relative error of a train's cores over the entries that measure it."""
        return float(np.linalg.norm(train_values(cores, self.places) - self.values)) / self._norm

    def worst(self, cores: list[np.ndarray], count: int) -> np.ndarray:
        """Return the indices, among ``SCOUTS`` random entries, at which the train's error is largest."""
        places = self.random(SCOUTS)
        error = np.abs(train_values(cores, places) - self.evaluate(places))
        return places[np.argsort(-error, kind="stable")[:count]]


def _pass(
    crosses: Crosses, evaluate: Callable[[np.ndarray], np.ndarray], *, forward: bool
) -> tuple[Crosses, list[np.ndarray]]:
    """Make one pass forwards or backwards; return the new crosses and the cores, both in the order of the train."""
    if forward:
        return crosses, crosses.forward(evaluate)
    turned = crosses.reversed()
    cores = turned.forward(lambda places: evaluate(places[:, ::-1]))
    return turned.reversed(), [core.transpose(2, 1, 0) for core in cores[::-1]]


def _function(data: Data, structure: Structure) -> TensorFunction:
    if isinstance(data, Observed):
        raise DataError("Cross approximation chooses the entries it needs; for observed entries take completion_als.")
    if isinstance(data, TensorFunction):
        if data.modes != structure.modes:
            needed, given = "x".join(map(str, structure.modes)), "x".join(map(str, data.modes))
            raise DataError(f"The structure is for a tensor of shape {needed}, but the function has shape {given}.")
        return data
    whole = whole_tensor(data, structure).detach()
    return TensorFunction(structure.modes, lambda at: whole[tuple(at.T)])
