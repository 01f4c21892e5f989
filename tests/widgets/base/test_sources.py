"""Data by name, by value and by path, and their description for the page."""

import gc
import json
import weakref
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from tnlab.data import datasets
from tnlab.data.dataset import GROUPS, SUITED
from tnlab.errors import DataError, UnknownNameError
from tnlab_widgets.base.sources import as_source, catalogue, describe, shared_tensor

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
    entries = catalogue()
    assert sorted(entry["name"] for entry in entries) == sorted(datasets)
    assert [heading for heading, _ in groupby(entry["group"] for entry in entries)] == list(GROUPS)
    assert entries[0]["group"] == SUITED, "what networks suit stands first"


def test_a_description_says_what_the_data_is_and_what_there_is_to_find():
    assert describe(as_source("spin_chain", None, None))["what"] == "a quantum state"
    assert "train" in describe(as_source("spin_chain", None, None))["find"]
    assert (describe(as_source(ARRAY, None, None))["what"], describe(as_source(ARRAY, None, None))["find"]) == (
        "a picture",
        "",
    )


def test_a_description_offers_the_modes_that_are_chosen_among_its_suggestions():
    source = as_source(ARRAY, (2, 2, 6), "plain")
    shown = describe(source)
    assert (shown["shape"], shown["modes"], shown["size"]) == ([4, 6], [2, 2, 6], 24)
    assert {"modes": [2, 2, 6], "order": "plain", "label": "2x2x6 plain"} in shown["suggestions"]
    json.dumps(shown)


def test_equal_data_are_held_once_and_freed_when_forgotten():
    array = np.arange(16.0).reshape(4, 4)
    first, again = as_source(array, (4, 4), None), as_source(array.copy(), (4, 4), None)
    assert first is again
    assert shared_tensor(first) is shared_tensor(again)
    array[0] = 7  # the caller's own array stays the caller's
    assert first.array[0, 0] == 0
    assert as_source(array, (4, 4), None) is not first
    assert as_source("camera", None, None) is as_source("camera", None, None)
    assert as_source("camera", (256, 256), "plain") is not as_source("camera", None, None)
    assert as_source(first, None, None) is first
    gone = weakref.ref(first), weakref.ref(shared_tensor(first))
    del first, again
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


def test_nan_are_missing_and_an_array_is_named_behind_a_colon(tmp_path):
    array = ARRAY.copy()
    array[1, 2] = np.nan
    shown = describe(as_source(array, None, None))
    assert (shown["missing"], describe(as_source(ARRAY, None, None))["missing"]) == (1, 0)
    assert "1 of 24 entries are missing" in shown["note"]
    np.savez(tmp_path / "x.npz", a=array, b=np.ones(6))
    source = as_source(f"{tmp_path / 'x.npz'}:b", None, None)
    assert (source.name, source.shape) == ("x.npz:b", (6,))
    assert as_source(tmp_path / "x.npz", None, None).known is not None


def test_gaps_make_other_data():
    array = ARRAY.copy()
    array[1, 2] = np.nan
    gaps = as_source(array, None, None)
    assert as_source(gaps.array.copy(), gaps.modes, gaps.order) is not gaps
