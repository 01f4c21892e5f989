"""Parameter bounds by target error, and fits beside them."""

import pytest

from tests.figures.samples import TRAIN, shown
from tnlab import fit, parameter_bound
from tnlab.figures.proved_minimum import proved_minimum_info, proved_minimum_plot


def test_proved_minimum(random_tensor, spectra):
    bounds = {target: parameter_bound(spectra, target, family="ring") for target in (0.8, 0.5)}
    info = proved_minimum_info(bounds, {"train": [fit(random_tensor, TRAIN, max_sweeps=5)]})
    assert info.targets == (0.5, 0.8)
    assert info.minima == (bounds[0.5].parameters, bounds[0.8].parameters)
    assert info.family == "ring"
    assert info.fits["train"][0][0] == TRAIN.parameters
    with pytest.raises(ValueError, match="one family"):
        proved_minimum_info({}, {})
    with pytest.raises(ValueError, match="one family"):
        proved_minimum_info(bounds | {0.3: parameter_bound(spectra, 0.3, family="tree")}, {})


def test_it_is_drawn(random_tensor, spectra):
    pytest.importorskip("plotly")
    bounds = {target: parameter_bound(spectra, target, family="ring") for target in (0.8, 0.5)}
    info = proved_minimum_info(bounds, {"train": [fit(random_tensor, TRAIN, max_sweeps=5)]})
    region, found = shown(proved_minimum_plot(info))["data"]
    assert max(region["y"]) == info.minima[0]
    assert list(found["y"]) == [TRAIN.parameters]
