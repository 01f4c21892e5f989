"""Canonical polyadic format, also known as CANDECOMP/PARAFAC."""

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats, on_circle, radius_for


@formats.register("cp", "canonical_polyadic", "parafac", "candecomp")
class CanonicalPolyadic(AbstractFormat):
    """One core per mode and a single hyper-bond over all of them: a sum of ``rank`` outer products.

    References:
        Kolda 2009: https://doi.org/10.1137/07070111X
    """

    label = "CP"
    short = "CP"
    description = "A sum of outer products: one hyper-bond joins all cores."

    @override
    def topology(self, order: int) -> Topology:
        radius = SPACING / 2 if order == 2 else max(0.75 * SPACING, radius_for(order, 0.7 * SPACING))
        return Topology(bonds=(tuple(range(order)),), positions=on_circle(order, radius))
