"""Sequentially truncated HOSVD: truncate a tensor to Tucker format, each mode after projecting on those before it.

References:
    Vannieuwenhoven 2012: https://doi.org/10.1137/110836067
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from typing_extensions import override

from tnlab.fitting.truncation.closed_form import Closed, closed_form
from tnlab.fitting.truncation.tree_svd import hub
from tnlab.fitting.unfolding_svd import Sketch
from tnlab.network.structure import Structure
from tnlab.solvers.base import solvers
from tnlab.solvers.closed_form_base import AbstractClosedForm


@solvers.register("st_hosvd")
@dataclass(frozen=True)
class STHOSVD(AbstractClosedForm):
    """Sequentially truncated higher-order SVD (ST-HOSVD), smallest mode first, to given ranks or a target error.

    Attributes:
        tries: Number of ways to divide a target error among the modes; the result with fewest parameters is kept.
    """

    tries: int = 3

    fits: ClassVar[tuple[str, ...]] = ("tucker",)

    @override
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        return closed_form(tensor, structure, self.target_error, sketch, tries=self.tries, root=hub(structure))
