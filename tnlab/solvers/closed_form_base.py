"""The base class of closed-form solvers, which truncate a tensor by singular value decompositions in one step."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.truncation.closed_form import Closed
from tnlab.fitting.unfolding_svd import Sketch
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept


@dataclass(frozen=True)
class AbstractClosedForm(AbstractSolver):
    """Base class of closed forms: truncate a tensor without iterating, to given ranks or to a target error.

    Attributes:
        randomised: Whether the leading subspaces come from random sampling instead of a full decomposition.
        oversampling: Number of random samples beyond the rank.
        power_iterations: Multiplications of the samples with the unfolding, which sharpen the subspace.
    """

    randomised: bool = False
    oversampling: int = 8
    power_iterations: int = 1

    chooses_ranks: ClassVar[bool] = True
    ending: ClassVar[Ending] = Ending(direct=True)

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        sketch = Sketch(generator, self.oversampling, self.power_iterations) if self.randomised else None
        made = self._truncated(tensor, structure, sketch)
        yield Swept(made.network, made.relative_error if made.measured else None, upper_bound=made.upper_bound)

    @abstractmethod
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        """Return the truncated network with its error and a proved bound on it.

        With a sketch the leading subspaces come from random samples, without one they are exact.
        """
