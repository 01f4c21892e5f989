"""An array that cannot be fitted is refused with the reason; any other becomes floating point, in a unit of its own."""

import numpy as np
import pytest
import torch

from tnlab.data import Source
from tnlab.data.intake import Unit, as_data, check_modes, nonzero_data, real_data
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network


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
        (np.ones((2, 2)) * 1j, "Complex entries.*real part"),
        (np.zeros((2, 2)), "zero everywhere"),
        (np.float64(3), "single number"),
        (np.array([object()]), "must hold numbers, but is of type ndarray with entries of type object"),
        (np.array(["a"]), "must hold numbers"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "must hold numbers"),
        ([[1, 2], [3]], "not an array of numbers"),
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


def test_the_structure_or_a_network_in_the_place_of_the_tensor_is_told_as_such():
    structure = formats["tt"].build((2, 2), 1)
    with pytest.raises(DataError, match="comes first and the structure second, but a Structure"):
        as_data(structure)


def test_observed_entries_and_functions_pass():
    for data in (Observed.from_entries((2,), [[0]], [1.0]), TensorFunction((2,), lambda at: at[:, 0])):
        assert as_data(data) is data


def test_zeros_are_data_but_nothing_to_search_or_bound():
    assert not real_data(np.zeros((2, 2))).any()
    with pytest.raises(DataError, match="zero everywhere"):
        nonzero_data(np.zeros((2, 2)))


def test_data_of_another_shape_are_refused():
    structure = formats["tt"].build((3, 4), 1)
    check_modes(torch.ones(3, 4), structure)
    with pytest.raises(DataError, match="of shape 3x4, but the function has shape 4x3"):
        check_modes(TensorFunction((4, 3), lambda at: at[:, 0]), structure)


@pytest.mark.parametrize("exponent", [-1060, -900, -5, 0, 3, 1000, 1020])
def test_a_unit_brings_data_to_a_norm_near_1_and_networks_back(exponent):
    network = Network.random(formats["tt"].build((3, 4, 3), 2), generator=torch.Generator().manual_seed(0))
    tensor = network.to_tensor() * 2.0 ** (exponent // 2) * 2.0 ** (exponent - exponent // 2)
    unit = Unit(as_data(tensor))
    assert isinstance(unit.data, torch.Tensor)
    assert 0.5 <= float(unit.data.norm()) < 1
    outward = unit.outward(network)
    assert unit.outward(network) is outward
    assert relative_error(network.to_tensor(), unit.inward(outward).to_tensor()) < 1e-4  # some are below all floats


def test_the_unit_of_entries_and_of_functions_is_that_of_their_values():
    tensor = torch.full((4, 4), 2.0**900)
    entries, function = (
        Unit(Observed.random_part(tensor, 0.25)),
        Unit(TensorFunction((4, 4), lambda at: tensor[tuple(at.T)])),
    )
    assert isinstance(entries.data, Observed)
    assert isinstance(function.data, TensorFunction)
    assert entries.exponent == 903
    assert float(entries.data.values[0]) == 2.0**-3
    assert float(function.data(torch.tensor([[0, 0]]))[0]) == 2.0**-1
    assert function.exponent == 901
    assert float(function.data(torch.tensor([[0, 0], [1, 1]]))[0]) == 2.0**-1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("order", [30, 280, 320, 1100])
def test_the_unit_of_entries_loses_no_value_however_many_modes_there_are(order, dtype):
    generator = torch.Generator().manual_seed(0)
    at = torch.randint(2, (300, order), generator=generator)
    values = 3 * torch.randn(300, generator=generator, dtype=dtype)
    unit = Unit(Observed((2,) * order, at, values))
    assert isinstance(unit.data, Observed)
    assert torch.equal(unit.data.values.double() * 2.0**unit.exponent, values.double())
    assert 2**-34 < float(unit.data.values.double().square().mean().sqrt()) < 2**-13
