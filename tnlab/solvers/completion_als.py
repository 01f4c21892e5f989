"""Alternating least squares on the known entries of a tensor, on any structure.

With all cores but one fixed, the tensor's entries that use one row of that core are linear in the row. So every row
has normal equations of its own, from the environment evaluated at the known entries. A ridge keeps rows with too few
entries small; it starts large and falls from sweep to sweep, because without it the fit often stalls.

References:
    Grasedyck 2015 (tensor train completion): https://doi.org/10.1137/130942401
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

FIRST_RIDGE = 0.1  # of the mean diagonal; with FALL the fastest at which every seed found planted CP and trains
FALL = 0.6  # factor of the ridge from one sweep to the next
TINY = 1e-280  # absolute ridge, against singular equations where an environment is zero


@solvers.register("completion_als")
@dataclass(frozen=True)
class CompletionALS(AbstractCompletion):
    """Alternating least squares on the known entries of a tensor; the default where some are missing.

    Rows of cores that no known entry uses become zero.

    Attributes:
        ridge: Final value of the falling ridge, relative to the mean diagonal of the normal equations.
    """

    ridge: float = 1e-10

    ending: ClassVar[Ending] = Ending(warm_up=14)

    @override
    def _steps(self, sweep: EntrySweep, values: Any, wanted: Any, *, warm: bool) -> Iterator[Any]:
        ridge = self.ridge if warm else max(FIRST_RIDGE, self.ridge)
        while True:
            yield sweep.walk(lambda environment, ridge=ridge: best_core(sweep, environment, wanted, ridge))
            ridge = max(self.ridge, FALL * ridge)


def best_core(sweep: EntrySweep, environment: Environment, wanted: Any, ridge: float) -> Any:
    """Return the core that fits the wanted values at the known entries best (ridge included), all others fixed."""
    old = sweep.cores[environment.core]
    groups = sweep.entries.groups(environment.core)
    width = math.prod(old.shape[len(sweep.structure.cores[environment.core].legs) :])
    new = old.reshape(-1, width) * 0.0
    for pieces in groups.pieces(width + 1):
        grams: Any = 0.0
        for bucket in pieces:
            matrix = sweep.matrix(environment, bucket, wanted)
            grams = grams + _gram(matrix)
        energy = float(grams[:, range(width), range(width)].sum()) / sum(bucket.entries for bucket in pieces)
        shift = ridge * energy * groups.mean_count / width + TINY
        new[pieces[0].rows] = _solve(grams[:, :width, :width], grams[:, :width, width:], shift)[:, :, 0]
    return new.reshape(old.shape)


def _gram(matrix: Any) -> Any:
    """Return the Gram matrix of each row over its entries, (rows, width, width)."""
    if isinstance(matrix, Tensor):
        return matrix.permute(1, 0, 2) @ matrix.permute(1, 2, 0)
    return matrix.transpose(1, 0, 2) @ matrix.transpose(1, 2, 0)


def _solve(grams: Any, right: Any, shift: float) -> Any:
    width = grams.shape[-1]
    if isinstance(grams, Tensor):
        return torch.linalg.solve(grams + shift * torch.eye(width).to(grams), right)
    return np.linalg.solve(grams + shift * np.eye(width), right)
