"""A network with the cut of a certificate: the sides of its cores and the bonds that cross."""

import math

import pytest

from tests.figures.samples import FOUR, RING, shown
from tnlab import error_bound
from tnlab.figures.network_cut import EITHER, INSIDE, OUTSIDE, network_cut_info, network_cut_plot
from tnlab.formats import formats


def test_network_cut_colours_the_sides_and_marks_the_bonds(spectra):
    certificate = error_bound(spectra, RING)
    info = network_cut_info(RING, certificate)
    assert [core.side == INSIDE for core in info.cores] == [k in certificate.cut for k in range(4)]
    assert math.prod(bond.rank for bond in info.bonds if bond.crosses) == certificate.cut_rank
    tucker = formats["tucker"].build(FOUR, 2)
    sides = [core.side for core in network_cut_info(tucker, error_bound(spectra, tucker)).cores]
    assert sides.count(EITHER) == 1
    assert {INSIDE, OUTSIDE} < set(sides)


def test_a_hyper_bond_is_drawn_as_spokes(spectra):
    pytest.importorskip("plotly")
    cp = formats["cp"].build(FOUR, 2)
    lines = shown(network_cut_plot(network_cut_info(cp, error_bound(spectra, cp))))["data"]
    assert [len(line["x"]) for line in lines if line["mode"] == "lines"] == [0, 3 * 4]  # all four cross the cut
