"""Kronecker sum format: a matrix as a sum of Kronecker products."""

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats, on_circle, radius_for


@formats.register("kronecker_sum", "kron", "kronecker")
class KroneckerSum(AbstractFormat):
    """A matrix as a sum of ``rank`` Kronecker products: core ``k`` holds the k-th factor of every term.

    Core ``k`` carries row ``i_k`` and column ``j_k``, that is modes ``k`` and ``m + k`` of 2m: CP over pairs of modes.

    References:
        Van Loan 1993: https://doi.org/10.1007/978-94-015-8196-7_17
        Hameed 2022: https://arxiv.org/abs/2109.14710
    """

    label = "Kronecker sum"
    short = "Kron"
    description = "A matrix as a sum of Kronecker products: one hyper-bond joins a core for each pair of modes."
    min_order = 4
    paired = True

    @override
    def topology(self, order: int) -> Topology:
        half = order // 2
        radius = SPACING / 2 if half == 2 else max(0.85 * SPACING, radius_for(half, 0.8 * SPACING))
        return Topology(
            bonds=(tuple(range(half)),),
            positions=on_circle(half, radius),
            legs=tuple((core, half + core) for core in range(half)),
        )
