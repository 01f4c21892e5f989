"""Monarch format: products of permuted block-diagonal matrices, also known as block tensor-train."""

import itertools

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats

GAP = 1.5 * SPACING  # diagram units between neighbouring factors, room for the copy cores


@formats.register("monarch", "btt", "block_tensor_train")
class Monarch(AbstractFormat):
    """A matrix as a product of m permuted block-diagonal matrices, whose factors share modes.

    On modes ``i_1, ..., i_m, j_1, ..., j_m`` factor ``t`` is a tensor over ``i_t, ..., i_m``, ``j_1, ..., j_t`` and its
    bonds in a chain of factors. For m = 2, with L the left and R the right factor and r the rank::

        M[i1 i2, j1 j2] = sum_r L[i1, i2, j1, r] R[i2, j1, j2, r]

    Rank 1 is a Monarch matrix, more is a block tensor-train. All modes but ``i_1`` and ``j_m`` occur in several
    factors. A network carries each mode once: such a mode is the leg of a small *copy core*, which a hyper-bond of the
    mode's size joins to all those factors. Copy cores that are identities give the formula above.

    Here they are free matrices, which is more general: for m = 2 the networks are ``(I x C) M (D x I)``, Monarch
    matrices in another basis of ``i_2`` and ``j_1``. That adds the square of the size of every copied mode to the
    parameters, ``n^2`` each for sizes n. ``build(modes, rank)`` gives the bonds between factors the rank, and the
    hyper-bonds the sizes of their modes; ``build(modes, ranks)`` takes first the m - 1 bonds between factors, then the
    hyper-bonds of ``i_2, ..., i_m``, then those of ``j_1, ..., j_(m-1)``.

    References:
        Dao 2022 (Monarch): https://arxiv.org/abs/2204.00595
        Qiu 2024 (block tensor-train): https://arxiv.org/abs/2406.06248
    """

    label = "Monarch"
    short = "Monarch"
    description = "A matrix as a product of permuted block-diagonal ones, joined by a bond (block tensor-train)."
    min_order = 4
    paired = True

    @override
    def topology(self, order: int) -> Topology:
        half = order // 2
        factors = (0, *range(order, order + half - 2), order - 1)  # the outer ones carry i_1 and j_m, the others no leg
        rows = tuple((factors[: k + 1], k) for k in range(1, half))
        columns = tuple((factors[k:], half + k) for k in range(half - 1))
        chain = tuple((min(pair), max(pair)) for pair in itertools.pairwise(factors))
        copies = tuple(tuple(sorted((*joined, mode))) for joined, mode in (*rows, *columns))
        places = {core: ((turn - (half - 1) / 2) * GAP, 0.0) for turn, core in enumerate(factors)}
        for k in range(1, half):
            high = (0.4 + 0.6 * k) * SPACING
            places[k] = ((k - half + 1) * GAP / 2, -high)
            places[order - 1 - k] = ((half - 1 - k) * GAP / 2, high)
        return Topology(
            bonds=(*chain, *copies),
            positions=tuple(places[core] for core in range(order + half - 2)),
            copies=tuple(mode for _, mode in (*rows, *columns)),
        )
