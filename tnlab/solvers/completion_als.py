"""Alternating least squares on the known entries of a tensor, on any structure.

With all cores but one fixed, the tensor's entries that use one row of that core are linear in the row. So every row
has normal equations of its own, from the environment evaluated at the known entries. A ridge keeps rows with too few
entries small; it starts large and falls from sweep to sweep, because without it the fit often stalls.

The ridge is a multiple of the mean of all rows' Gram matrices: it penalises the size of what a row adds to the tensor,
not the size of its numbers. So it does not depend on how the cores share their norm or on the basis of a bond. A
multiple of the identity would weigh most on the weakest component, sweep after sweep, until that is exactly zero.

Where components are nearly alike, sweeps go on by small steps in one direction. So once the ridge has fallen and a
sweep lowers the squared error by less than half, a step farther along the sweep's change of all cores is tried, and
kept if it lowers the error; its length grows while it does. Planted block terms of positive cores then take a third of
the sweeps.

References:
    Grasedyck 2015 (tensor train completion): https://doi.org/10.1137/130942401
    Rajih 2008 (steps farther along a sweep): https://doi.org/10.1137/06065577
    Tomasi 2005 (CP with missing values): https://doi.org/10.1016/j.chemolab.2004.07.003
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.entries.sweep import EntrySweep, Environment
from tnlab.solvers.base import Ending, solvers
from tnlab.solvers.completion_base import AbstractCompletion

FALL = 0.6  # factor of the ridge from one sweep to the next
SLOW = 0.5  # ratio of a sweep's squared error to the one before above which a step farther is tried
LONGER = 1.5  # factor of that step's length, in units of the sweep's change, where it lowers the error
FLAT = 1e-15  # of the trace, per equation: added to the diagonal against equations that are singular to rounding
TINY = 1e-280  # absolute ridge, against singular equations where an environment is zero


@solvers.register("completion_als")
@dataclass(frozen=True)
class CompletionALS(AbstractCompletion):
    """Alternating least squares on the known entries of a tensor.

    Rows of cores that no known entry uses become zero.

    Attributes:
        ridge: Final value of the falling ridge, relative to the mean of the normal equations of all rows.
        first_ridge: Value in the first sweep. A larger one helps where few entries are known; a smaller one keeps apart
            components that are nearly alike.
    """

    ridge: float = 1e-10
    first_ridge: float = 0.01

    ending: ClassVar[Ending] = Ending(warm_up=14)

    @override
    def steps(self, sweep: EntrySweep, values: Any, wanted: Any, *, warm: bool) -> Iterator[Any]:
        ridge = self.ridge if warm else max(self.first_ridge, self.ridge)
        before, error, length = list(sweep.cores), math.inf, 1.0
        while True:
            values = sweep.walk(lambda environment, ridge=ridge: best_core(sweep, environment, wanted, ridge))
            last, error = error, _square(values - wanted)
            after = list(sweep.cores)
            if ridge == self.ridge and SLOW * last < error < last:
                sweep.cores = [core + length * (core - old) for core, old in zip(after, before, strict=True)]
                farther = sweep.values()
                lower = _square(farther - wanted) < error
                length = LONGER * length if lower else max(1.0, length / LONGER**2)
                if not lower:
                    sweep.cores = list(after)
                values = farther if lower else sweep.values()
                error = _square(values - wanted)
            before = list(sweep.cores)
            yield values
            ridge = max(self.ridge, FALL * ridge)


def best_core(sweep: EntrySweep, environment: Environment, wanted: Any, ridge: float) -> Any:
    """Return the core that fits the wanted values at the known entries best (ridge included), all others fixed.

    The equations are solved for the step from the old core: rows stay where they do not determine them, and what is
    added to their diagonal against rounding does not move the solution.
    """
    old = sweep.cores[environment.core]
    groups = sweep.entries.groups(environment.core)
    width = math.prod(old.shape[len(sweep.structure.cores[environment.core].legs) :])
    rows = old.reshape(-1, width)
    new = rows * 0.0
    for pieces in groups.pieces(width + 1):
        grams: Any = 0.0
        for bucket in pieces:
            matrix = sweep.matrix(environment, bucket, wanted)
            grams = grams + _gram(matrix)
        left, right = grams[:, :width, :width], grams[:, :width, width:]
        mean = left.sum(0) * (groups.mean_count / sum(bucket.entries for bucket in pieces))
        left, before = left + ridge * mean, rows[pieces[0].rows]
        new[pieces[0].rows] = before + _solve(left, right - left @ before[:, :, None])[:, :, 0]
    return new.reshape(old.shape)


def _square(values: Any) -> float:
    return float((values * values).sum())


def _gram(matrix: Any) -> Any:
    """Return the Gram matrix of each row over its entries, (rows, width, width)."""
    if isinstance(matrix, Tensor):
        return matrix.permute(1, 0, 2) @ matrix.permute(1, 2, 0)
    return matrix.transpose(1, 0, 2) @ matrix.transpose(1, 2, 0)


def _solve(grams: Any, right: Any) -> Any:
    width = grams.shape[-1]
    if isinstance(grams, Tensor):
        identity, traces = torch.eye(width).to(grams), grams.diagonal(dim1=1, dim2=2).sum(1)
        return torch.linalg.solve(grams + (FLAT * width * traces + TINY)[:, None, None] * identity, right)
    identity, traces = np.eye(width), grams.trace(axis1=1, axis2=2)
    return np.linalg.solve(grams + (FLAT * width * traces + TINY)[:, None, None] * identity, right)
