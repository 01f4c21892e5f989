"""A function of the indices gives finite floating-point entries, or is refused."""

import pytest
import torch

from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError

PLACES = torch.tensor([[0, 0], [1, 2], [1, 0]])


def test_entries_are_those_of_the_function_in_floating_point():
    function = TensorFunction((2, 3), lambda at: 10 * at[:, 0] + at[:, 1])
    values = function(PLACES)
    assert function.size == 6
    assert values.tolist() == [0, 12, 10]
    assert values.dtype == torch.float64


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
        (torch.float16, torch.float32),
        (torch.int64, torch.float64),
    ],
)
def test_float32_stays(given, kept):
    assert TensorFunction((2, 3), lambda at: at[:, 0].to(given))(PLACES).dtype == kept


def test_another_number_of_values_is_refused():
    with pytest.raises(DataError, match=r"one value per index row, 3, but returned \(3, 2\)"):
        TensorFunction((2, 3), lambda at: at)(PLACES)


def test_the_first_place_that_is_not_finite_is_named():
    with pytest.raises(DataError, match=r"at \[1, 2\] it is inf"):
        TensorFunction((2, 3), lambda at: torch.tensor([1.0, torch.inf, torch.nan]))(PLACES)
