"""Tensors of a safetensors file come back; a network is not data."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save

from tests.data.file_kinds.opened_bytes import ARRAY, check_damage
from tnlab.data.files import read_array
from tnlab.errors import DataError


def test_a_tensor_comes_back():
    content = save({"small": torch.ones(2, dtype=torch.bfloat16), "x": torch.from_numpy(ARRAY)})
    np.testing.assert_array_equal(read_array("x.safetensors", content), ARRAY)
    assert read_array("x.safetensors", content, key="small").dtype == np.float32
    check_damage("x.safetensors", content)


def test_a_network_is_not_data():
    content = save({"core.0": torch.ones(2)}, {"structure": "{}"})
    with pytest.raises(DataError, match=r"cores of a tensor network.*Network\.load.*'x\.safetensors:core\.0'"):
        read_array("x.safetensors", content)
    assert read_array("x.safetensors", content, key="core.0").tolist() == [1, 1]


def test_a_huge_header():
    header = json.dumps({"x": {"dtype": "F64", "shape": [2**40], "data_offsets": [0, 2**43]}}).encode()
    with pytest.raises(DataError, match="damaged"):
        read_array("x", len(header).to_bytes(8, "little") + header)
