"""Residuals as pictures, against the dense difference."""

import numpy as np
import pytest

from tests.figures.samples import network, shown
from tnlab import fit
from tnlab.data import datasets
from tnlab.data.source import Source
from tnlab.errors import DataError
from tnlab.figures.residual_map import residual_map_info, residual_map_plot
from tnlab.formats import formats
from tnlab.network.network import Network


def test_residual_map_shows_the_worst_slices_first(noisy):
    model = network("cp", 1)
    residual = (noisy - model.to_tensor()).numpy()
    info = residual_map_info(noisy, model, modes=(2, 0), most=2)
    squares = np.square(residual).sum(axis=(0, 2))
    worst = np.argsort(-squares)[:2]
    assert [panel.label for panel in info.panels] == [f"mode 1 at {index}" for index in worst]
    for panel, index in zip(info.panels, worst, strict=True):
        assert np.allclose(panel.residual, residual[:, index].T)
        assert panel.share == pytest.approx(squares[index] / squares.sum())
    assert info.error == pytest.approx(np.linalg.norm(residual) / float(noisy.norm()))
    assert (info.rows, info.columns) == ("mode 2", "mode 0")
    for modes in ((0,), (0, 0), (0, 3)):
        with pytest.raises(DataError, match="two of the modes"):
            residual_map_info(noisy, model, modes=modes)
    with pytest.raises(DataError, match="shape"):
        residual_map_info(noisy[:2], model)


def test_residual_of_a_source_is_on_its_own_axes():
    source = datasets["camera"].source()
    model = fit(source.tensor, formats["tt"].build(source.modes, 2), max_sweeps=3).network
    (panel,) = residual_map_info(source, model).panels
    assert panel.residual.shape == (256, 256)
    assert np.allclose(panel.residual, source.array - source.restore(model.to_tensor()))
    assert panel.share == pytest.approx(1)
    curve = Source.of(np.sin(np.arange(16.0)), modes=(4, 4))
    model = network("tt", 1, (4, 4))
    assert residual_map_info(curve, model).panels[0].residual.shape == (1, 16)


def test_it_is_drawn(noisy):
    pytest.importorskip("plotly")
    figure = residual_map_plot(residual_map_info(noisy, network("cp")))
    assert len(shown(figure)["data"]) == 4
    assert figure.layout.coloraxis.cmin == -figure.layout.coloraxis.cmax


@pytest.mark.parametrize("exponent", [-560, 560])
def test_the_shares_are_those_of_the_same_data_in_another_unit(noisy, exponent):
    result = fit(noisy, formats["tt"].build(tuple(noisy.shape), 2), max_sweeps=2)
    scaled = Network(result.structure, (result.network.cores[0] * 2.0**exponent, *result.network.cores[1:]))
    plain = residual_map_info(noisy, result.network)
    other = residual_map_info(noisy * 2.0**exponent, scaled)
    assert [panel.label for panel in other.panels] == [panel.label for panel in plain.panels]
    assert [panel.share for panel in other.panels] == pytest.approx([panel.share for panel in plain.panels])
