"""Tensor ring format, also known as matrix product state with periodic boundary."""

from typing_extensions import override

from tnlab.formats.base import AbstractFormat, Topology, formats, on_circle, radius_for


@formats.register("tensor_ring", "tr")
class TensorRing(AbstractFormat):
    """One core per mode on a cycle; bond ``k`` joins cores ``k`` and ``k + 1``, the last closes the ring.

    References:
        Zhao 2016: https://arxiv.org/abs/1606.05535
    """

    label = "Tensor ring"
    short = "TR"
    description = "A chain whose ends are bonded too; no mode is special."
    min_order = 3

    @override
    def topology(self, order: int) -> Topology:
        chain = tuple((core, core + 1) for core in range(order - 1))
        return Topology(bonds=(*chain, (0, order - 1)), positions=on_circle(order, radius_for(order)))
