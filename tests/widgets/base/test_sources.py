"""Data by name, by value and by path, and their description for the page."""

import json
from pathlib import Path

import numpy as np
import pytest

from tnlab.data import datasets
from tnlab.errors import DataError, UnknownNameError
from tnlab_widgets.base.sources import as_source, catalogue, describe

ARRAY = np.random.default_rng(0).normal(size=(4, 6))


def test_data_are_given_by_name_value_or_path(tmp_path):
    np.save(tmp_path / "mine.npy", ARRAY)
    path = tmp_path / "mine.npy"
    for given in (ARRAY, path, str(path)):
        source = as_source(given, (4, 2, 3), None)
        assert source.modes == (4, 2, 3)
        assert np.array_equal(source.tensor.numpy().ravel(), ARRAY.ravel())
    assert as_source("camera", None, None).name == "camera"
    source = as_source(ARRAY, None, None)
    assert (source.modes, source.order) == source.suggested_modes[0]
    assert as_source(source, None, None) is source


def test_what_cannot_be_data_is_refused():
    with pytest.raises(UnknownNameError, match="camera"):
        as_source("camra", None, None)
    with pytest.raises(DataError):
        as_source(ARRAY, (5, 5), None)
    with pytest.raises(DataError, match="nowhere"):
        as_source(Path("nowhere.npy"), None, None)


def test_the_menu_lists_every_built_in_data_set():
    assert [entry["name"] for entry in catalogue()] == list(datasets)


def test_a_description_offers_the_modes_that_are_chosen_among_its_suggestions():
    source = as_source(ARRAY, (2, 2, 6), "plain")
    shown = describe(source)
    assert (shown["shape"], shown["modes"], shown["size"]) == ([4, 6], [2, 2, 6], 24)
    assert {"modes": [2, 2, 6], "order": "plain", "label": "2x2x6 plain"} in shown["suggestions"]
    json.dumps(shown)
