"""Tree SVD: truncate a tensor to any tree of cores in closed form, from the leaves inwards.

References:
    Grasedyck 2010: https://doi.org/10.1137/090764189
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


@solvers.register("tree_svd")
@dataclass(frozen=True)
class TreeSVD(AbstractClosedForm):
    """Tree SVD (hierarchical SVD): one truncated SVD per bond, leaves first, to given ranks or a target error.

    It fits any tree: trains, Tucker, binary trees, and trees with latent cores or with cores of several modes. All
    cores are orthonormal but one: the centre of a star, such as Tucker; else the last core that the order of the
    truncations leaves.

    Attributes:
        tries: Number of ways to divide a target error among the bonds; the result with fewest parameters is kept.
    """

    tries: int = 3

    fits: ClassVar[tuple[str, ...]] = (
        "binary_tree",
        "dimension_tree",
        "matrix_product_operator",
        "tensor_train",
        "tucker",
    )

    @override
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        centre = hub(structure)
        star = not structure.cores[centre].legs and len(structure.core_bonds[centre]) == len(structure.cores) - 1
        root = centre if star else None
        return closed_form(tensor, structure, self.target_error, sketch, tries=self.tries, root=root)
