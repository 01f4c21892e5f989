"""Matrix product operator format, also known as TT-matrix."""

from typing_extensions import override

from tnlab.formats.base import AbstractFormat, Topology, formats, in_rows


@formats.register("matrix_product_operator", "mpo", "tt_matrix", "ttm")
class MatrixProductOperator(AbstractFormat):
    """A matrix as a chain: core ``k`` carries row ``i_k`` and column ``j_k``, that is modes ``k`` and ``m + k`` of 2m.

    References:
        Verstraete 2004: https://arxiv.org/abs/cond-mat/0406426
        Oseledets 2010: https://doi.org/10.1137/090757861
    """

    label = "Matrix product operator"
    short = "MPO"
    description = "A matrix as a chain: each core carries a row mode and a column mode."
    min_order = 4
    paired = True

    @override
    def topology(self, order: int) -> Topology:
        half = order // 2
        return Topology(
            bonds=tuple((core, core + 1) for core in range(half - 1)),
            positions=in_rows(half),
            legs=tuple((core, half + core) for core in range(half)),
        )
