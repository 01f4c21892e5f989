"""An array that cannot be fitted is refused with the reason; any other becomes floating point."""

import numpy as np
import pytest
import torch

from tnlab.data import Source
from tnlab.errors import DataError


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.longdouble, ">f8"])
def test_real_numbers_of_every_type_become_floats(dtype):
    source = Source.of(np.ones((2, 3)).astype(dtype))
    assert source.tensor.dtype in (torch.float32, torch.float64)
    assert source.tensor.tolist() == [[1.0] * 3] * 2


def test_a_torch_tensor_and_a_list_are_welcome():
    assert Source.of(torch.ones(2, 3, requires_grad=True)).modes == (2, 3)
    assert Source.of(torch.ones(2, 3, dtype=torch.bfloat16)).modes == (2, 3)
    assert Source.of([[1, 2], [3, 4]]).modes == (2, 2)


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.array([[1, np.nan, np.inf], [np.nan, 1, 1]]), r"2 NaN and 1 infinite entries, the first at \[0, 1\]"),
        (np.array([1.0, -np.inf]), "0 NaN and 1 infinite"),
        (np.ones((3, 0)), r"is empty: its shape is \(3, 0\)"),
        (np.ones((2, 2)) * 1j, "complex entries.*real part"),
        (np.zeros((2, 2)), "zero everywhere"),
        (np.float64(3), "single number"),
        (np.array([object()]), "must hold numbers, but its entries have type object"),
        (np.array(["a"]), "must hold numbers"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "must hold numbers"),
        ([[1, 2], [3]], "not an array of numbers"),
        (np.array([1e300, 1]), "rescale"),
        (np.array([1e-300, 0]), "rescale"),
        (np.ma.masked_array([1.0, 2.0], mask=[True, False]), "masked"),
    ],
)
def test_bad_arrays_get_a_sentence(array, sentence):
    with pytest.raises(DataError, match=sentence):
        Source.of(array)


def test_too_many_entries():
    with pytest.raises(DataError, match="has 100 entries, but at most 99 are taken"):
        Source.of(np.ones((10, 10)), max_entries=99)
    assert Source.of(np.ones((10, 10)), max_entries=None).modes == (10, 10)
