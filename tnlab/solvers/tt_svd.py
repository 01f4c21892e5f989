"""Truncate a tensor to a train, in closed form.

The classical algorithm splits off one core after the other from the left. Here the train is taken from both ends, the
smaller unfolding first, so that the large bonds in the middle come last and may spend what the others left of the
error budget; several ways to share it out are tried, and the fewest parameters win.

References:
    Oseledets 2011: https://doi.org/10.1137/090752286
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from typing_extensions import override

from tnlab.bounds.train_orders import best_order
from tnlab.network.closed_form import closed_form
from tnlab.network.structure import Structure
from tnlab.network.truncation import Sketch
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor


@solvers.register("tt_svd")
@dataclass(frozen=True)
class TTSVD(AbstractSolver):
    """TT-SVD: successive truncations of a train, of given ranks or to a given error.

    Attributes:
        mode_orders: ``"given"`` keeps the modes on their cores; ``"search"`` looks for the order along the train that
            the spectra of the cuts favour, and the result is a train whose cores carry other modes.
        tries: With a target error: how many ways to share it out over the bonds.
        randomised: Look for every subspace by random sampling.
        oversampling: Samples beyond the rank.
        power_iterations: Multiplications with the unfolding before its subspace is taken.
    """

    mode_orders: Literal["given", "search"] = "given"
    tries: int = 3
    randomised: bool = False
    oversampling: int = 8
    power_iterations: int = 1

    fits: ClassVar[tuple[str, ...]] = ("tensor_train",)
    chooses_ranks: ClassVar[bool] = True

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        if self.mode_orders == "search":
            structure = best_order(tensor, structure, self.target_error)
        sketch = Sketch(generator, self.oversampling, self.power_iterations) if self.randomised else None
        made = closed_form(tensor, structure, self.target_error, sketch, tries=self.tries)
        seconds = time.perf_counter() - begun
        yield Snapshot(0, made.relative_error, made.network, seconds, Status.DIRECT, made.upper_bound)
