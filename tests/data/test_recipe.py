"""A source comes back from its recipe, and a recipe whose data is gone is refused."""

import json

import numpy as np
import pytest

from tnlab.data import datasets
from tnlab.data.files import read_source
from tnlab.data.recipe import LONGEST, recipe_of, source_from_recipe
from tnlab.data.source import Source
from tnlab.errors import DataError


def test_a_data_set_comes_back_in_other_modes():
    source = datasets["hilbert"].source().with_modes((256, 256), "quantised")
    again = source_from_recipe(json.loads(json.dumps(recipe_of(source))))
    assert (again.name, again.modes, again.order) == ("hilbert", (256, 256), "quantised")
    np.testing.assert_array_equal(again.tensor, source.tensor)


def test_a_file_comes_back_by_its_whole_path(tmp_path, monkeypatch):
    array = np.arange(1.0, 13.0).reshape(3, 4)
    np.save(tmp_path / "x.npy", array)
    monkeypatch.chdir(tmp_path)
    recipe = recipe_of(read_source("x.npy", tmp_path / "x.npy").with_modes((2, 6)))
    monkeypatch.chdir("/")
    assert recipe is not None
    again = source_from_recipe(recipe)
    assert (again.modes, again.name) == ((2, 6), str(tmp_path / "x.npy"))
    np.testing.assert_array_equal(again.array, array)


def test_an_array_of_no_file_has_no_recipe():
    assert recipe_of(Source.of(np.ones((2, 2)), name="made here")) is None


def test_a_label_is_cut(tmp_path):
    np.save(tmp_path / "x.npy", np.ones(4))
    recipe = {"name": str(tmp_path / "x.npy"), "modes": [4], "order": "plain", "label": "x" * 1000}
    assert source_from_recipe(recipe).label == "x" * LONGEST


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        ({}, "needs a name, modes and an order"),
        ({"name": "hilbert", "modes": [256, 256], "order": "diagonal"}, "needs a name, modes and an order"),
        ({"name": "/nowhere/x.npy", "modes": [4], "order": "plain"}, "The data is gone: there is no file"),
        ({"name": "hilbert", "modes": [5], "order": "plain"}, "Modes 5 need 5 entries"),
    ],
)
def test_what_leads_to_no_data_is_refused(recipe, sentence):
    with pytest.raises(DataError, match=sentence):
        source_from_recipe(recipe)
