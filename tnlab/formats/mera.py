"""MERA format (multi-scale entanglement renormalisation ansatz): a layered tree with disentanglers."""

import math
from dataclasses import dataclass, field

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats
from tnlab.network.structure import Position


@formats.register("mera")
class Mera(AbstractFormat):
    """Alternating layers of disentanglers on neighbouring pairs of sites and isometries that halve their number.

    The sites of the first layer are the modes, so a core of it carries two legs. A disentangler joins sites (0, 1),
    (2, 3), ... and hands on two; an isometry joins (1, 2), (3, 4), ... and hands on one. An even number of sites
    closes to a ring, (last, 0); with an odd number the last skips the disentanglers and the first the isometries. When
    two sites remain they are bonded; three are joined by a core at the top. A fit does not keep the cores unitary, so
    that the format contains every MERA.

    References:
        Vidal 2007: https://arxiv.org/abs/cond-mat/0512165
        Evenbly 2009: https://arxiv.org/abs/0707.1454
    """

    label = "MERA"
    short = "MERA"
    description = "Layers of cores on neighbouring pairs and on the pairs between them, halving until two are left."
    min_order = 4

    @override
    def topology(self, order: int) -> Topology:
        layers = _Layers()
        sites = [_Site(0.6 * SPACING * (place - (order - 1) / 2), mode=place) for place in range(order)]
        while len(sites) > 3:
            odd = len(sites) % 2
            pairs = layers.add(sites[: len(sites) - odd])
            spread = [half for pair in pairs for half in (pair, pair)] + sites[len(sites) - odd :]
            sites = spread[:odd] + layers.add(spread[1:] + spread[: 1 - odd])
        return layers.topology(sites)


@dataclass(frozen=True)
class _Site:
    """An open end of the network under construction: a mode, or an open bond of a core, with its x position."""

    x: float
    core: int = -1
    mode: int = -1


@dataclass
class _Layers:
    """Cores and bonds of a MERA under construction, added layer by layer from the modes upwards."""

    legs: list[tuple[int, ...]] = field(default_factory=list)
    places: list[Position] = field(default_factory=list)
    bonds: list[tuple[int, int]] = field(default_factory=list)
    height: float = 0.0

    def add(self, sites: list[_Site], size: int = 2) -> list[_Site]:
        """Add a layer of cores, each over ``size`` neighbouring sites; return the sites that the cores open."""
        added: list[_Site] = []
        for at in range(0, len(sites), size):
            below = sites[at : at + size]
            core, first, last = len(self.legs), below[0].x, below[-1].x
            x = sum(site.x for site in below) / size if last > first else first + 0.6 * SPACING  # over the ring's end
            self.legs.append(tuple(site.mode for site in below if site.mode >= 0))
            self.places.append((x, self.height))
            self.bonds.extend((site.core, core) for site in below if site.mode < 0)
            added.append(_Site(x, core))
        self.height -= SPACING
        return added

    def topology(self, sites: list[_Site]) -> Topology:
        """Join the last two or three sites and return the topology, renumbered so that cores with modes come first."""
        if len(sites) == 2:
            self.bonds.append((sites[0].core, sites[1].core))
        else:
            self.add(sites, size=3)
        order = sorted(range(len(self.legs)), key=lambda core: self.legs[core] or (math.inf,))
        number = {core: place for place, core in enumerate(order)}
        joined = [(number[one], number[other]) for one, other in self.bonds]
        return Topology(
            bonds=tuple((min(pair), max(pair)) for pair in joined),
            positions=tuple(self.places[core] for core in order),
            legs=tuple(self.legs[core] for core in order if self.legs[core]),
        )
