"""What every cut of a network loses, and which one binds."""

import numpy as np
import pytest

from tests.figures.samples import FOUR, RING, shown
from tnlab import error_bound
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import rounded_down
from tnlab.data.planted_tensors import planted
from tnlab.figures.cut_tails import cut_tails_info, cut_tails_plot
from tnlab.formats import formats


def test_cut_tails_end_with_the_one_that_binds(spectra):
    certificate = error_bound(spectra, RING)
    info = cut_tails_info(spectra, RING)
    assert info.bound == certificate.error_bound
    assert len(info.cuts) == 7
    assert info.cuts[-1].cut == certificate.cut
    assert info.cuts[-1].cut_rank == certificate.cut_rank
    assert info.cuts[-1].loss == pytest.approx(info.bound)
    for tail in info.cuts:
        assert (np.diff(tail.losses) <= 1e-12).all()
        assert tail.loss == pytest.approx(tail.losses[min(tail.cut_rank, len(tail.losses)) - 1])
    assert len(cut_tails_info(spectra, RING, cuts=[(0,)]).cuts) == 1


def test_they_are_drawn(spectra):
    pytest.importorskip("plotly")
    bound = cut_tails_info(spectra, RING)
    figure = shown(cut_tails_plot(bound))
    assert len(figure["data"]) == len(bound.cuts) + 1
    assert f"no fit of this structure is below {rounded_down(bound.bound, 4)}" in [
        note["text"] for note in figure["layout"]["annotations"]
    ]
    free = shown(cut_tails_plot(cut_tails_info(spectra, formats["fctn"].build(FOUR, 9))))
    assert "annotations" not in free["layout"]


def test_no_cut_is_said_to_lose_what_rounding_alone_does():
    train = formats["tt"].build((6, 6, 6, 6), 2)
    exact = planted(train)
    info = cut_tails_info(CutSpectra(exact), train)
    assert info.bound == 0
    assert all(tail.loss == 0 for tail in info.cuts)
