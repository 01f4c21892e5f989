"""Tucker format, also known as higher-order SVD or multilinear format."""

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats, on_circle, radius_for


@formats.register("tucker")
class Tucker(AbstractFormat):
    """Star: one core per mode around a latent core; bond ``k`` joins core ``k`` to the latent core.

    The entries of the latent core are the product of all ranks, so that at high order only small ranks save anything.

    References:
        Tucker 1966: https://doi.org/10.1007/BF02289464
    """

    label = "Tucker"
    short = "Tucker"
    description = "A star: one core per mode, all bonded to a latent core in the middle."

    @override
    def topology(self, order: int) -> Topology:
        return Topology(
            bonds=tuple((core, order) for core in range(order)),
            positions=(*on_circle(order, max(SPACING, radius_for(order, 0.7 * SPACING))), (0.0, 0.0)),
        )
