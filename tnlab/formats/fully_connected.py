"""Fully connected tensor network (FCTN) format."""

from itertools import combinations

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats, on_circle, radius_for


@formats.register("fully_connected", "fctn", "full")
class FullyConnected(AbstractFormat):
    """One core per mode and a bond between every two cores, in the order (0, 1), (0, 2), ..., (1, 2), ...

    References:
        Zheng 2021: https://doi.org/10.1609/aaai.v35i12.17321
    """

    label = "Fully connected"
    short = "Full"
    description = "A bond between every two cores."

    @override
    def topology(self, order: int) -> Topology:
        side = SPACING * max(1.0, 0.7 + 0.08 * order)  # room for the many bonds to cross
        return Topology(
            bonds=tuple(combinations(range(order), 2)),
            positions=on_circle(order, radius_for(order, side)),
        )
