"""What the suite of tntorch asserts of its tensors, in our own words and data.

Subjects of tntorch 1.1 (``tests/test_ops``, ``test_tensor``, ``test_indexing``, ``test_round``, ``test_tools``,
``test_cross``, ``test_init``): arithmetic and inner products of every format, also of two formats, parts of a tensor,
rounding, linear maps along a mode, interpolation of functions.
"""

import itertools

import pytest
import torch

from tests.peers.planted import FORMATS, MODES, TREES, network, seeded
from tnlab import TensorFunction, arithmetic, decompose, round_network
from tnlab.errors import DataError, StructureError
from tnlab.network.entries import entries


@pytest.mark.parametrize("format_name", FORMATS)
def test_arithmetic_of_every_format(format_name):
    a, b = network(format_name, rank=3), network(format_name, rank=2, seed=1)
    x, y = a.to_tensor(), b.to_tensor()
    for found, wanted in (
        (arithmetic.add(a, b), x + y),
        (arithmetic.subtract(a, b), x - y),
        (arithmetic.multiply(a, b), x * y),
        (arithmetic.add(arithmetic.scale(a, -1.0), b), y - x),
        (arithmetic.add(a, arithmetic.scale(a, 2.0)), 3 * x),
    ):
        torch.testing.assert_close(found.to_tensor(), wanted, atol=1e-13, rtol=1e-10)
    assert set(arithmetic.add(a, b).structure.ranks) == {5}
    assert set(arithmetic.multiply(a, b).structure.ranks) == {6}


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(FORMATS, 2)])
def test_inner_products_and_distances_of_two_formats(one, other):
    a, b = network(one), network(other, seed=1)
    x, y = a.to_tensor(), b.to_tensor()
    assert arithmetic.inner(a, b) == pytest.approx(float((x * y).sum()), rel=1e-9, abs=1e-13)
    assert arithmetic.distance(a, b) == pytest.approx(float((x - y).norm()), rel=1e-7)
    assert arithmetic.relative_distance(a, b) == pytest.approx(float((x - y).norm() / x.norm()), rel=1e-7)
    with pytest.raises(StructureError, match="same modes, legs and bonds"):
        arithmetic.add(a, b)


PARTS = [
    {0: 1},
    {0: -1, 3: 0},
    {2: slice(1, 4)},
    {1: slice(None, None, 2), 2: slice(-3, None)},
    {0: 0, 1: 2, 2: slice(0, 1)},
    {0: 3, 1: 1, 3: 1},
    {},
]


@pytest.mark.parametrize("at", PARTS)
@pytest.mark.parametrize("format_name", FORMATS)
def test_parts_are_those_of_the_tensor(format_name, at):
    held = network(format_name)
    wanted = held.to_tensor()[tuple(at.get(mode, slice(None)) for mode in range(4))]
    torch.testing.assert_close(arithmetic.select(held, at).to_tensor(), wanted, atol=1e-14, rtol=1e-11)


@pytest.mark.parametrize(
    "at", [{4: 0}, {0: 4}, {0: -5}, {1: slice(3, 3)}, {2: slice(None, None, -1)}, {0: 0, 1: 0, 2: 0, 3: 0}]
)
def test_parts_that_are_none_are_refused(at):
    with pytest.raises(DataError):
        arithmetic.select(network("tensor_train"), at)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("mode", range(4))
def test_running_sums_differences_and_joins_are_matrices_along_a_mode(format_name, mode):
    """Their ``cumsum``, derivatives and ``cat`` of a tensor with itself are one mode product each."""
    held, size = network(format_name), MODES[mode]
    tensor = held.to_tensor()
    one = torch.eye(size, dtype=torch.float64)
    for matrix, wanted in (
        (one.new_ones(size, size).tril(), tensor.cumsum(mode)),
        (one[1:] - one[:-1], tensor.diff(dim=mode)),
        (torch.cat([one, -one]), torch.cat([tensor, -tensor], dim=mode)),
        (one.flip(0), tensor.flip(mode)),
        (one.new_full((1, size), 1 / size), tensor.mean(mode, keepdim=True)),
    ):
        found = arithmetic.mode_product(held, mode, matrix).to_tensor()
        torch.testing.assert_close(found, wanted, atol=1e-13, rtol=1e-10)


@pytest.mark.parametrize("format_name", TREES)
@pytest.mark.parametrize("target", [1e-8, 0.2, 0.6])
def test_rounding_keeps_to_its_error(format_name, target):
    held = arithmetic.add(network(format_name), arithmetic.scale(network(format_name, seed=1), 0.3))
    rounded = round_network(held, target_error=target)
    tensor = held.to_tensor()
    true = float((tensor - rounded.network.to_tensor()).norm() / tensor.norm())
    assert true <= target
    assert rounded.relative_error == pytest.approx(true, rel=1e-5, abs=1e-12)
    assert rounded.network.parameters <= held.parameters


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_sum_with_itself_rounds_to_itself(format_name):
    held = network(format_name)
    doubled = arithmetic.add(held, held)
    assert doubled.parameters > held.parameters
    rounded = round_network(doubled, target_error=1e-6).network
    torch.testing.assert_close(rounded.to_tensor(), 2 * held.to_tensor(), atol=1e-5, rtol=1e-4)
    assert rounded.parameters < doubled.parameters


@pytest.mark.parametrize("format_name", FORMATS)
def test_sizes_are_those_of_the_cores(format_name):
    held = network(format_name)
    assert held.structure.size == held.to_tensor().numel() == 120
    assert held.parameters == sum(core.numel() for core in held.cores)
    assert held.structure.compression_ratio == pytest.approx(120 / held.parameters)


def test_several_variables_of_a_function_are_interpolated_together():
    """A product of Gaussians has rank 1, the root of a sum of squares a small one; both on a grid of 30^4 points."""
    points = torch.linspace(0.1, 1, 30, dtype=torch.float64)
    at = torch.randint(30, (300, 4), generator=seeded())
    for function, most in (
        (lambda rows: torch.exp(-points[rows].square().sum(1)), 1),
        (lambda rows: points[rows].square().sum(1).sqrt(), 9),
    ):
        found = decompose(TensorFunction((30,) * 4, function), "tensor_train", target_error=1e-6)
        assert max(found.structure.ranks) <= most
        from_network = arithmetic.select(found.network, {0: 5, 1: 6}).to_tensor()
        rows = torch.cartesian_prod(torch.tensor([5]), torch.tensor([6]), torch.arange(30), torch.arange(30))
        torch.testing.assert_close(from_network.flatten(), function(rows), rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(entries(found.network, at), function(at), rtol=1e-3, atol=1e-4)
