"""Norms and relative errors, evaluated in float64 block by block, and the compression ratio."""

import pytest
import torch

from tnlab.metrics import compression_ratio, relative_error, squared_norm


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


def test_float32_is_measured_in_float64():
    """A change in the last bits of float32 is smaller than its rounding unit times the norm, and still measured."""
    tensor = torch.ones(1000, dtype=torch.float32)
    other = tensor.clone()
    other[0] += 2**-20
    assert relative_error(tensor, other) == pytest.approx(2**-20 / 1000**0.5, rel=1e-12)


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 2\)"):
        relative_error(torch.ones(2, 3), torch.ones(3, 2))
