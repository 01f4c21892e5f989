"""A named format by its ranks or by a target error, and the solver that suits each."""

import math

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.planted_tensors import planted
from tnlab.errors import DataError, FormatError
from tnlab.formats import formats
from tnlab.solvers.base import Status
from tnlab.solvers.decompose import CLOSED_FORMS, decompose, fitting


def test_decompose_does_not_choose_ranks_where_entries_are_missing():
    whole = torch.rand(4, 4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with pytest.raises(FormatError, match="choose_rank"):
        decompose(Observed.random_part(whole, 0.5), "tt", target_error=0.1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        decompose(whole, "cp", target_error=math.nan)
    with pytest.raises(DataError, match="as_tensor"):
        decompose(whole.numpy(), "tt", rank=2)


def test_is_what_decompose_takes_for_other_formats():
    tensor = planted(formats["cp"].build((6, 7, 8), 3))
    result = decompose(tensor, "cp", target_error=0.01)
    assert result.structure.ranks[0] <= 4
    assert result.relative_error <= 0.01


def test_ranks_or_an_error_and_not_both():
    for asked in ({}, {"rank": 2, "target_error": 0.1}):
        with pytest.raises(FormatError, match="either rank=R, or target_error=E, and not both"):
            decompose(torch.ones(3, 3), "tt", **asked)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_a_target_error_is_met_in_closed_form(name):
    """The default solver of these formats: the result is direct, and its error within the target."""
    tensor = torch.randn(5, 4, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64).cumsum(0).cumsum(2)
    result = decompose(tensor, name, target_error=0.1)
    assert result.status is Status.DIRECT
    assert result.relative_error <= 0.1
    assert CLOSED_FORMS[name] in fitting(name)


def test_solvers_of_a_format_are_those_of_any_and_its_own():
    assert {"als", "hooi", "hosvd"} <= set(fitting("tucker"))
    assert "hooi" not in fitting("tt")
    assert "als" in fitting("tt")
