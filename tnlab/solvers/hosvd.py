"""Higher-order SVD (HOSVD): truncate a tensor to Tucker format, every mode independently.

References:
    De Lathauwer 2000: https://doi.org/10.1137/S0895479896305696
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


@solvers.register("hosvd")
@dataclass(frozen=True)
class HOSVD(AbstractClosedForm):
    """Higher-order SVD: project each mode on the leading subspace of its unfolding of the whole tensor."""

    fits: ClassVar[tuple[str, ...]] = ("tucker",)

    @override
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        return closed_form(tensor, structure, self.target_error, sketch, independent=True, root=hub(structure))
