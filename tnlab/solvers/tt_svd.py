"""Truncate a tensor to a train, in closed form.

The classical algorithm splits off one core after the other from the left. Here the train is taken from both ends, the
smaller unfolding first, so that the large bonds in the middle come last and may spend what the others left of the
error budget; several ways to share it out are tried, and the fewest parameters win.

References:
    Oseledets 2011: https://doi.org/10.1137/090752286
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor
from typing_extensions import override

from tnlab.bounds.train_orders import best_order
from tnlab.fitting.truncation.closed_form import Closed, closed_form
from tnlab.fitting.truncation.unfolding import Sketch
from tnlab.network.structure import Structure
from tnlab.solvers.base import solvers
from tnlab.solvers.closed_form_base import AbstractClosedForm


@solvers.register("tt_svd")
@dataclass(frozen=True)
class TTSVD(AbstractClosedForm):
    """TT-SVD: successive truncations of a train, of given ranks or to a given error.

    Attributes:
        mode_orders: ``"given"`` keeps the modes on their cores; ``"search"`` looks for the order along the train that
            the spectra of the cuts favour, and the result is a train whose cores carry other modes.
        tries: With a target error: how many ways to share it out over the bonds.
    """

    mode_orders: Literal["given", "search"] = "given"
    tries: int = 3

    fits: ClassVar[tuple[str, ...]] = ("tensor_train",)

    @override
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        if self.mode_orders == "search":
            structure = best_order(tensor, structure, self.target_error)
        return closed_form(tensor, structure, self.target_error, sketch, tries=self.tries)
