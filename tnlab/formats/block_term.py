"""Block-term format: a sum of Tucker formats."""

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats, on_circle, radius_for


@formats.register("block_term", "btd", "block_tucker")
class BlockTerm(AbstractFormat):
    """Sum of Tucker formats of equal ranks, as one network: a star, and a hyper-bond over all cores for the terms.

    Bond ``k`` joins core ``k`` to the latent core in the middle and has the multilinear rank of mode ``k``; the last
    bond joins all cores, and its rank is the number of terms. One term is Tucker; with all other ranks 1 it is CP.

    References:
        De Lathauwer 2008: https://doi.org/10.1137/070690729
    """

    label = "Block term"
    short = "BTD"
    description = "A sum of Tucker formats: a star whose cores a hyper-bond over the terms joins too."

    @override
    def topology(self, order: int) -> Topology:
        star = tuple((core, order) for core in range(order))
        rim = on_circle(order, max(1.2 * SPACING, radius_for(order, 0.8 * SPACING)))
        return Topology(bonds=(*star, tuple(range(order + 1))), positions=(*rim, (0.0, 0.0)))
