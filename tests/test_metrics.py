"""Norms and relative errors, evaluated in float64 block by block, and the compression ratio."""

import math

import pytest
import torch

from tnlab.errors import DataError
from tnlab.metrics import binary_exponent, compression_ratio, in_safe_range, relative_error, shifted, squared_norm


def test_norms_and_errors_by_blocks():
    generator = torch.Generator().manual_seed(0)
    tensor = torch.randn(1030, 1030, generator=generator).T  # more than one block, and transposed
    other = torch.randn(1030, 1030, generator=generator)
    double = tensor.double()
    assert squared_norm(tensor) == pytest.approx(float(double.square().sum()), rel=1e-13)
    expected = float((double - other).norm() / double.norm())
    assert relative_error(tensor, other) == pytest.approx(expected, rel=1e-13)


def test_known_values():
    tensor = torch.tensor([[3.0, 0.0], [0.0, 4.0]])
    assert squared_norm(tensor) == 25.0
    assert relative_error(tensor, torch.zeros(2, 2)) == 1.0
    assert relative_error(tensor, torch.tensor([[3.0, 0.0], [3.0, 4.0]])) == pytest.approx(0.6)
    assert compression_ratio(120, 30) == 4.0
    assert compression_ratio(2**1100, 4400) == math.inf


def test_float32_is_measured_in_float64():
    """A change in the last bits of float32 is smaller than its rounding unit times the norm, and still measured."""
    tensor = torch.ones(1000, dtype=torch.float32)
    other = tensor.clone()
    other[0] += 2**-20
    assert relative_error(tensor, other) == pytest.approx(2**-20 / 1000**0.5, rel=1e-12)


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 2\)"):
        relative_error(torch.ones(2, 3), torch.ones(3, 2))


@pytest.mark.parametrize("exponent", [-1040, -996, -200, 0, 200, 996, 1020])
def test_errors_and_norms_are_those_of_every_scale(exponent):
    tensor, other = torch.linspace(1, 2, 24).reshape(4, 6), torch.linspace(1, 2.1, 24).reshape(4, 6)
    far = shifted(tensor, exponent), shifted(other, exponent)
    assert relative_error(*far) == pytest.approx(relative_error(tensor, other), rel=1e-6 if exponent < -1000 else 1e-14)
    assert binary_exponent(far[0]) == binary_exponent(tensor) + exponent
    assert 2.0**-800 < squared_norm(in_safe_range(far[0])) < 2.0**800


def test_zeros_and_what_is_not_finite_have_no_exponent():
    assert [binary_exponent(torch.tensor([value])) for value in (0.0, math.inf, math.nan)] == [None] * 3
    assert relative_error(torch.zeros(2), torch.zeros(2)) == 0
    assert relative_error(torch.zeros(2), torch.ones(2)) == math.inf
    assert relative_error(torch.zeros(2), [1e-200, 0.0]) == math.inf


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_an_error_relative_to_what_is_not_finite_is_refused_and_of_it_is_not_finite(bad):
    with pytest.raises(DataError, match="needs a tensor of finite entries"):
        relative_error([bad, 1.0], [0.0, 0.0])
    assert not math.isfinite(relative_error([1.0, 1.0], [0.0, bad]))


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e100])
@pytest.mark.parametrize("error", [1e-200, 1e-7, 1e190])
def test_errors_of_any_size_are_measured(size, error):
    other = [size, 0.0, size * error]  # the last is 0 where it is below all floats
    expected = error if size * error else 0.0
    assert relative_error([size, 0.0, 0.0], other) == pytest.approx(expected, rel=1e-14, abs=0)
