"""What the figures show, as data; and that plotly takes it, where plotly is installed."""

import builtins
import math

import numpy as np
import pytest
import torch

from tnlab import CutSpectra, error_bound, fit, parameter_bound
from tnlab.errors import TnlabError
from tnlab.figures import style
from tnlab.figures.bound_against_error import bound_against_error_info, bound_against_error_plot
from tnlab.figures.cut_tails import cut_tails_info, cut_tails_plot
from tnlab.figures.network_cut import EITHER, INSIDE, OUTSIDE, network_cut_info, network_cut_plot
from tnlab.figures.proved_minimum import proved_minimum_info, proved_minimum_plot
from tnlab.figures.unfolding_spectrum import unfolding_spectrum_info, unfolding_spectrum_plot
from tnlab.formats import formats

MODES = (3, 4, 3, 4)
TRAIN = formats["tt"].build(MODES, 2)
RING = formats["tr"].build(MODES, 2)


@pytest.fixture(scope="module")
def tensor():
    return torch.randn(MODES, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.fixture(scope="module")
def spectra(tensor):
    return CutSpectra(tensor)


def test_unfolding_spectrum(tensor, spectra):
    info = unfolding_spectrum_info(spectra, (3, 0), 5)
    assert (info.cut, info.rest) == ((0, 3), (1, 2))
    values = torch.linalg.svdvals(tensor.permute(0, 3, 1, 2).reshape(12, 12)) / tensor.norm()
    assert np.allclose(info.values, values, atol=1e-7)
    assert info.error == pytest.approx(float(values[5:].norm()))
    assert unfolding_spectrum_info(spectra, (0,), 99).error == pytest.approx(0, abs=1e-7)
    assert unfolding_spectrum_info(spectra, (0,), 0).error == pytest.approx(1)
    with pytest.raises(ValueError, match="at least 0"):
        unfolding_spectrum_info(spectra, (0,), -1)


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


def test_network_cut_colours_the_sides_and_marks_the_bonds(spectra):
    certificate = error_bound(spectra, RING)
    info = network_cut_info(RING, certificate)
    assert [core.side == INSIDE for core in info.cores] == [k in certificate.cut for k in range(4)]
    assert math.prod(bond.rank for bond in info.bonds if bond.crosses) == certificate.cut_rank
    tucker = formats["tucker"].build(MODES, 2)
    sides = [core.side for core in network_cut_info(tucker, error_bound(spectra, tucker)).cores]
    assert sides.count(EITHER) == 1
    assert {INSIDE, OUTSIDE} < set(sides)


def test_bound_against_error(tensor, spectra):
    fits = [fit(tensor, formats["tt"].build(MODES, rank), max_sweeps=30) for rank in (2, 1)]
    info = bound_against_error_info(spectra, {"train": fits, "ring": [fit(tensor, RING, max_sweeps=30)]})
    assert [point.parameters for point in info.series["train"]] == [fits[1].parameters, fits[0].parameters]
    for point in info.series["train"]:
        assert point.upper is not None
        assert point.lower <= point.error <= point.upper + 1e-9
    assert info.series["ring"][0].upper is None


def test_proved_minimum(tensor, spectra):
    bounds = {target: parameter_bound(spectra, target, family="ring") for target in (0.8, 0.5)}
    info = proved_minimum_info(bounds, {"train": [fit(tensor, TRAIN, max_sweeps=5)]})
    assert info.targets == (0.5, 0.8)
    assert info.minima == (bounds[0.5].parameters, bounds[0.8].parameters)
    assert info.family == "ring"
    assert info.fits["train"][0][0] == TRAIN.parameters
    with pytest.raises(ValueError, match="one family"):
        proved_minimum_info({}, {})
    with pytest.raises(ValueError, match="one family"):
        proved_minimum_info(bounds | {0.3: parameter_bound(spectra, 0.3, family="tree")}, {})


def test_plotly_draws_them_all(tensor, spectra):
    pytest.importorskip("plotly")
    fits = {"train": [fit(tensor, TRAIN, max_sweeps=5)]}
    bounds = {target: parameter_bound(spectra, target, family="ring") for target in (0.8, 0.5)}
    cp = formats["cp"].build(MODES, 2)  # a hyper-bond is drawn as spokes
    for figure in (
        unfolding_spectrum_plot(unfolding_spectrum_info(spectra, (0, 1), 3)),
        cut_tails_plot(cut_tails_info(spectra, RING)),
        cut_tails_plot(cut_tails_info(spectra, formats["fctn"].build(MODES, 9))),  # no bound
        network_cut_plot(network_cut_info(cp, error_bound(spectra, cp))),
        bound_against_error_plot(bound_against_error_info(spectra, fits)),
        proved_minimum_plot(proved_minimum_info(bounds, fits)),
    ):
        shown = figure.to_plotly_json()
        assert shown["data"]
        assert shown["layout"]["paper_bgcolor"] == "rgba(0, 0, 0, 0)"
        assert shown["layout"]["title"]["text"]


def test_without_plotly(monkeypatch, spectra):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("plotly"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TnlabError, match=r"pip install 'tnlab\[lab\]'"):
        style.plotly_objects()
    with pytest.raises(TnlabError, match="plotly"):
        cut_tails_plot(cut_tails_info(spectra, RING))
