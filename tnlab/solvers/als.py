"""Alternating least squares on any structure, along a dimension tree.

With all cores but one fixed, the best core A solves a linear least-squares problem, here by its normal equations
``A G = B``: G is the Gram matrix of the core's environment, B the tensor contracted with the environment.

On a graph with loops the error can fall very slowly while large terms cancel (a swamp). A ridge,
``A (G + lambda I) = B``, keeps the terms small; its weight lambda decays from sweep to sweep to zero.

References:
    Phan 2013 (dimension trees): https://doi.org/10.1109/TSP.2013.2269903
    Zhao 2016 (tensor ring ALS): https://arxiv.org/abs/1606.05535
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.memory import require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.evened import swept
from tnlab.fitting.sweep.fading_ridge import DECAY, faded, first_ridge, quick_enough
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Init, Swept, solvers


@solvers.register("als")
@dataclass(frozen=True)
class ALS(AbstractSolver):
    """Alternating least squares: replace one core after the other by the best one with all others fixed.

    Attributes:
        ridge: Weight lambda of the ridge in the first sweep, relative to the mean diagonal of G; ``"auto"`` sets one
            for rings and other loops of cores with legs, and none for trees, hyper-bonds and warm starts.
        decay: Factor of lambda from one sweep to the next, below 1. A larger one (0.97) finds an exact solution more
            often where that is hard, and takes more sweeps.
    """

    ridge: float | Literal["auto"] = "auto"
    decay: float = DECAY

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        require_memory(plan_sweep(structure), tensor, svd=init == "svd")
        start = starting_network(tensor, structure, init, generator=generator)
        fit = NormalEquations(tensor, ridge=first_ridge(self.ridge, structure, init))
        decay = quick_enough(self.decay, fit.ridge, self.max_sweeps)
        yield Swept(start, compared=False)
        for network, error in swept(fit, start):
            yield Swept(network, error, fit.doubt, settled=False if fit.ridge else None)
            fit.ridge = faded(fit.ridge, decay)
