"""Fits between their bounds."""

import pytest

from tests.figures.samples import FOUR, RING, TRAIN, shown
from tnlab import fit
from tnlab.figures.bound_against_error import bound_against_error_info, bound_against_error_plot
from tnlab.formats import formats


def test_bound_against_error(random_tensor, spectra):
    fits = [fit(random_tensor, formats["tt"].build(FOUR, rank), max_sweeps=30) for rank in (2, 1)]
    info = bound_against_error_info(spectra, {"train": fits, "ring": [fit(random_tensor, RING, max_sweeps=30)]})
    assert [point.parameters for point in info.series["train"]] == [fits[1].parameters, fits[0].parameters]
    for point in info.series["train"]:
        assert point.upper is not None
        assert point.lower <= point.error <= point.upper + 1e-9
    assert info.series["ring"][0].upper is None


def test_it_is_drawn(random_tensor, spectra):
    pytest.importorskip("plotly")
    fits = {"train": [fit(random_tensor, TRAIN, max_sweeps=5)], "ring": [fit(random_tensor, RING, max_sweeps=5)]}
    lines = shown(bound_against_error_plot(bound_against_error_info(spectra, fits)))["data"]
    parts = [
        "train: fit",
        "train: no fit of it is below",
        "train: the best reaches",
        "ring: fit",
        "ring: no fit of it is below",
    ]
    assert [line["name"] for line in lines] == parts
