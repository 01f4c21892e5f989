"""TT-SVD: truncate a tensor to a tensor train in closed form.

The classical algorithm splits off one core after the other from the left. Here cores are split off at both ends, the
smaller unfolding first, so that the large bonds in the middle are truncated last and get the unused error budget of
the others. With a target error several divisions of the budget are tried; the fewest parameters win.

References:
    Oseledets 2011: https://doi.org/10.1137/090752286
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor
from typing_extensions import override

from tnlab.bounds.train_orders import best_order
from tnlab.fitting.truncation.closed_form import Closed, closed_form
from tnlab.fitting.unfolding_svd import Sketch
from tnlab.network.structure import Structure
from tnlab.solvers.base import solvers
from tnlab.solvers.closed_form_base import AbstractClosedForm


@solvers.register("tt_svd")
@dataclass(frozen=True)
class TTSVD(AbstractClosedForm):
    """TT-SVD: one truncated SVD per bond of a tensor train, to given ranks or a target error.

    Attributes:
        mode_orders: ``"given"`` keeps the modes on their cores; ``"search"`` permutes them along the train by the
            spectra of the cuts (see ``best_order``).
        tries: Number of ways to divide a target error among the bonds; the result with fewest parameters is kept.
    """

    mode_orders: Literal["given", "search"] = "given"
    tries: int = 3

    fits: ClassVar[tuple[str, ...]] = ("tensor_train",)

    @override
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        if self.mode_orders == "search":
            structure = best_order(tensor, structure, self.target_error)
        return closed_form(tensor, structure, self.target_error, sketch, tries=self.tries)
