"""Completion by a race: alternating least squares and L-BFGS on the known entries, from an SVD and from random cores.

Which of the two methods is faster, and from which start the error ends lowest, is seen only after some sweeps. So they
all run for a few; the worse half leave, round after round; and from the cores of the last both methods go on in turns.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.data.observed import Observed
from tnlab.interrupt import checkpoint
from tnlab.network.structure import Structure
from tnlab.solvers.base import Init, Swept, solvers
from tnlab.solvers.completion_als import CompletionALS
from tnlab.solvers.completion_base import AbstractCompletion, start_of
from tnlab.solvers.completion_lbfgs import CompletionLBFGS
from tnlab.solvers.completion_race import Race

SECOND_RIDGE = 0.1  # first ridge of a second fit: where one ridge fails, the other often succeeds


@solvers.register("completion")
@dataclass(frozen=True)
class Completion(AbstractCompletion):
    """Alternating least squares and L-BFGS in a race on the known entries; the default where some are missing.

    Four fits start: alternating least squares from the SVD start with two ridges and from a random start, and L-BFGS
    from the SVD start. Each runs for 15 sweeps, then the two of larger errors leave; after 30 more one of the others
    does. From the cores of the last one both methods go on, in turns of 50 sweeps: each turn the one whose last turn
    lowered the error more, until neither lowers it by 0.2 %. Last, alternating least squares fits all known entries,
    also the held-out ones, for 15 sweeps at most; the held-out error is the one before that.
    An error of 1e-9 decides the race at once. A fit that starts from random cores or from a network has no further
    start.
    """

    @override
    def sweeps(
        self, tensor: Tensor | Observed, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        task = self.task(tensor, structure, generator)
        start = start_of(task.fitted, structure, init, generator)
        checkpoint()
        race = Race(task, self, als=CompletionALS(), lbfgs=CompletionLBFGS())
        second = CompletionALS(first_ridge=SECOND_RIDGE)
        race.enter(start, race.als, init)
        race.enter(start, second, init)
        race.enter(start, race.lbfgs, init)
        if init == "svd":
            race.enter(start_of(task.fitted, structure, "random", generator), second, init)
        yield from race.sweeps()
