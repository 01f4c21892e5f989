"""The tensors of a comparison are loaded from files, or planted from a structure that is known."""

import numpy as np
import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.structure_search.comparison.tensors import Origin, origin_of
from tnlab.structure_search.comparison.toml_tables import Table


def read(folder, **values) -> Origin:
    return origin_of(Table("x.toml, datasets[1]", values), folder)


def test_a_file_is_reshaped(tmp_path):
    array = np.arange(1.0, 25.0).reshape(4, 6)
    np.save(tmp_path / "own.npy", array)
    plain, reshaped = read(tmp_path, file="own.npy"), read(tmp_path, file="own.npy", shape=[2, 3, 4])
    assert np.array_equal(plain.load().tensor.numpy(), array)
    assert np.array_equal(reshaped.load().tensor.numpy(), array.reshape(2, 3, 4))
    assert plain.truth() is None
    assert plain.digest() != reshaped.digest()  # the same entries in another shape
    assert reshaped.digest() == read(tmp_path, file="own.npy", shape="2x3x4", label="other").digest()


def test_a_planted_tensor_has_a_known_structure(tmp_path):
    found = read(tmp_path, planted="tt", shape="3x4x3", ranks=2, seed=5)
    truth = formats["tt"].build((3, 4, 3), 2)
    assert found.truth() == truth
    assert torch.equal(found.load().tensor, planted(truth, noise=0.0, seed=5))
    (tmp_path / "s.json").write_text(structure_json.dumps(truth))
    from_file = read(tmp_path, planted="s.json", seed=5)
    assert from_file.truth() == truth
    assert from_file.digest() == found.digest() != read(tmp_path, planted="s.json", seed=6).digest()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "there is none"),
        ({"name": "camera", "file": "x.npy"}, "there is name and file"),
        ({"file": "none.npy"}, "datasets.1.: file: "),
        ({"planted": "tt", "ranks": 2}, "shape is missing"),
        ({"planted": "tt", "shape": [3, 0], "ranks": 2}, "shape must be mode sizes"),
        ({"planted": "tt", "shape": "3x4x3", "ranks": []}, "ranks must be"),
    ],
)
def test_what_is_no_tensor_is_refused(tmp_path, values, words):
    with pytest.raises(DataError, match=words):
        read(tmp_path, **values)
