"""The singular values of one unfolding, against LAPACK."""

import numpy as np
import pytest
import torch

from tests.figures.samples import shown
from tnlab.figures.unfolding_spectrum import unfolding_spectrum_info, unfolding_spectrum_plot


def test_unfolding_spectrum(random_tensor, spectra):
    info = unfolding_spectrum_info(spectra, (3, 0), 5)
    assert (info.cut, info.rest) == ((0, 3), (1, 2))
    values = torch.linalg.svdvals(random_tensor.permute(0, 3, 1, 2).reshape(12, 12)) / random_tensor.norm()
    assert np.allclose(info.values, values, atol=1e-7)
    assert info.error == pytest.approx(float(values[5:].norm()))
    assert unfolding_spectrum_info(spectra, (0,), 99).error == pytest.approx(0, abs=1e-7)
    assert unfolding_spectrum_info(spectra, (0,), 0).error == pytest.approx(1)
    with pytest.raises(ValueError, match="at least 0"):
        unfolding_spectrum_info(spectra, (0,), -1)


def test_it_is_drawn(spectra):
    pytest.importorskip("plotly")
    figure = unfolding_spectrum_plot(unfolding_spectrum_info(spectra, (0, 1), 3))
    shown(figure)
    kept, lost = figure.data
    assert list(kept.x) == [1, 2, 3]
    assert list(lost.x) == list(range(4, 13))
