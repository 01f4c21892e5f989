"""Truncate a tensor to Tucker format, every mode by itself.

References:
    De Lathauwer 2000: https://doi.org/10.1137/S0895479896305696
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.closed_form import closed_form
from tnlab.network.peeling import hub
from tnlab.network.structure import Structure
from tnlab.network.truncation import Sketch
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor


@solvers.register("hosvd")
@dataclass(frozen=True)
class HOSVD(AbstractSolver):
    """Higher-order SVD: the leading subspace of every unfolding of the tensor itself; no mode is treated first.

    Attributes:
        randomised: Look for every subspace by random sampling.
        oversampling: Samples beyond the rank.
        power_iterations: Multiplications with the unfolding before its subspace is taken.
    """

    randomised: bool = False
    oversampling: int = 8
    power_iterations: int = 1

    fits: ClassVar[tuple[str, ...]] = ("tucker",)
    chooses_ranks: ClassVar[bool] = True

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        sketch = Sketch(generator, self.oversampling, self.power_iterations) if self.randomised else None
        made = closed_form(tensor, structure, self.target_error, sketch, independent=True, root=hub(structure))
        seconds = time.perf_counter() - begun
        yield Snapshot(0, made.relative_error, made.network, seconds, Status.DIRECT, made.upper_bound)
