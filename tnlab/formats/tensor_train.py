"""Tensor train format, also known as matrix product state."""

from typing_extensions import override

from tnlab.formats.base import AbstractFormat, Topology, formats, in_rows


@formats.register("tensor_train", "tt", "mps")
class TensorTrain(AbstractFormat):
    """One core per mode in a chain; bond ``k`` joins cores ``k`` and ``k + 1``.

    References:
        Oseledets 2011: https://doi.org/10.1137/090752286
    """

    label = "Tensor train"
    short = "TT"
    description = "A chain: each core is bonded to the next."
    min_order = 1

    @override
    def topology(self, order: int) -> Topology:
        return Topology(
            bonds=tuple((core, core + 1) for core in range(order - 1)),
            positions=in_rows(order),
        )
