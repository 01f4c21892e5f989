"""Truncate a tensor to any tree of cores, leaves first, in closed form.

References:
    Grasedyck 2010: https://doi.org/10.1137/090764189
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.network.closed_form import closed_form
from tnlab.network.structure import Structure
from tnlab.network.truncation import Sketch
from tnlab.solvers.base import AbstractSolver, Data, Init, Snapshot, Status, solvers, whole_tensor


@solvers.register("tree_svd")
@dataclass(frozen=True)
class TreeSVD(AbstractSolver):
    """Tree SVD (hierarchical SVD): successive truncations from the leaves inwards, by ranks or to an error.

    It fits any tree: trains, Tucker, binary trees, and trees with latent cores or with cores of several modes.

    Attributes:
        tries: With a target error: how many ways to share it out over the bonds.
        randomised: Look for every subspace by random sampling.
        oversampling: Samples beyond the rank.
        power_iterations: Multiplications with the unfolding before its subspace is taken.
    """

    tries: int = 3
    randomised: bool = False
    oversampling: int = 8
    power_iterations: int = 1

    fits: ClassVar[tuple[str, ...]] = ("binary_tree", "dimension_tree", "tensor_train", "tucker")
    chooses_ranks: ClassVar[bool] = True

    @override
    def iterate(
        self, tensor: Data, structure: Structure, *, init: Init = "svd", generator: torch.Generator
    ) -> Iterator[Snapshot]:
        tensor = whole_tensor(tensor, structure)
        begun = time.perf_counter()
        sketch = Sketch(generator, self.oversampling, self.power_iterations) if self.randomised else None
        made = closed_form(tensor, structure, self.target_error, sketch, tries=self.tries)
        seconds = time.perf_counter() - begun
        yield Snapshot(0, made.relative_error, made.network, seconds, Status.DIRECT, made.upper_bound)
