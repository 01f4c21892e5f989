"""The tensor and the structure that arguments name: read from files, or refused with one sentence."""

import json

import numpy as np
import pytest

from tests.cli.command_line import refused, run
from tnlab.cli.inputs import source_of, table, tensor_and_structure, tensor_text
from tnlab.errors import DataError, FormatError
from tnlab.formats import formats
from tnlab.network import structure_json


def test_a_structure_file_brings_its_modes(array, ring):
    record = json.loads(run("fit", array, "--structure", ring, "--json"))
    assert structure_json.from_dict(record["structure"]) == structure_json.loads(ring.read_bytes())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', "\xff", '{"version": 1, "modes": [4], "x": 0}'])
def test_bad_structure_files(text, tmp_path, capsys):
    path = tmp_path / "s.json"
    path.write_bytes(text.encode("latin-1"))
    refused(capsys, "fit", "camera", "--structure", path)


def test_a_structure_of_other_modes(ring, capsys):
    assert "Modes 4x4x4x4 need 256 entries" in refused(capsys, "fit", "camera", "--structure", ring)
    assert "is for" in refused(capsys, "fit", "camera", "--shape", "16^4", "--structure", ring)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (np.array([1.0, np.nan]), "1 NaN"),
        (np.zeros((4, 4)), "zero everywhere"),
        (np.ones((4, 4)) * 1j, "Complex"),
        (np.ones((4, 0)), "empty"),
    ],
)
def test_bad_arrays(content, sentence, tmp_path, capsys):
    path = tmp_path / "x.npy"
    np.save(path, content)
    assert sentence in refused(capsys, "fit", path, "--format", "tt", "--rank", 2)


def test_quantised_needs_a_shape_for_a_file(array, capsys):
    assert "--shape 4^4" in refused(
        capsys, "fit", array, "--format", "tt", "--rank", 2, "--order", "quantised"
    ).replace("4x4x4x4", "4^4")


def test_one_rank_or_one_for_every_bond(array):
    ask = {"file": None, "name": "tt", "verb": "fit"}
    for rank, ranks in (("3", (3, 3, 3)), ("2,3,4", (2, 3, 4))):
        source, structure = tensor_and_structure(str(array), "4^4", "", rank=rank, **ask)
        assert structure == formats["tt"].build((4, 4, 4, 4), ranks)
        assert source.modes == structure.modes
    with pytest.raises(FormatError, match="needs 3 ranks"):
        tensor_and_structure(str(array), "4^4", "", rank="2,3", **ask)


def test_without_a_shape_a_file_has_its_own_axes_and_a_data_set_its_own_modes(array):
    source = source_of(str(array), "", "")
    assert (source.modes, source.order) == ((16, 16), "plain")
    assert np.array_equal(source.tensor.numpy(), np.load(array))
    assert tensor_text(source_of("camera", "", "")) == "Camera as 16x16x16x16, quantised"
    assert source_of("camera", "256x256", "").order == "plain"


def test_an_array_is_prepared_before_it_is_checked(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.array([[1.0, np.nan], [2.0, 3.0]]))
    assert source_of(str(path), "", "", prepare=np.nan_to_num).tensor.tolist() == [[1, 0], [2, 3]]
    with pytest.raises(DataError, match="1 NaN"):
        source_of(str(path), "", "")


def test_a_table_has_one_row_for_every_name():
    assert table({"tensor": "x", "compression ratio": "2"}) == "tensor             x\ncompression ratio  2"
