"""Quantised order: factors of modes and axes, and a permutation that its inverse undoes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tnlab.data import quantise as quantise_module
from tnlab.data.quantise import mixes_axes, mode_factors, prime_factors, quantise, unquantise


@st.composite
def shapes_and_modes(draw):
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 4, 6, 8, 10, 12]), min_size=1, max_size=4)))
    primes = draw(st.permutations([prime for length in shape for prime in prime_factors(length)]))
    cuts = sorted(draw(st.lists(st.integers(0, len(primes)), max_size=5)))
    bounds = [0, *cuts, len(primes)]
    modes = tuple(math.prod(primes[a:b]) for a, b in itertools.pairwise(bounds))
    return shape, modes


@given(shapes_and_modes())
def test_factors_multiply_to_modes_and_axes(case):
    shape, modes = case
    factors = mode_factors(shape, modes)
    assert tuple(map(math.prod, factors)) == modes
    assert tuple(math.prod(share[axis] for share in factors) for axis in range(len(shape))) == shape


@pytest.mark.parametrize(
    ("shape", "modes", "factors"),
    [
        ((256, 256), (16,) * 4, ((4, 4),) * 4),
        ((256, 256), (4,) * 8, ((2, 2),) * 8),
        ((256, 256, 3), (4,) * 8 + (3,), ((2, 2, 1),) * 8 + ((1, 1, 3),)),
        ((512, 512), (8,) * 4 + (64,), ((4, 2), (2, 4)) * 2 + ((8, 8),)),
        ((300, 400), (20, 20, 20, 15), ((4, 5), (5, 4), (5, 4), (3, 5))),
        ((64, 64, 64), (8,) * 6, ((2, 2, 2),) * 6),
    ],
)
def test_factors_are_balanced(shape, modes, factors):
    assert mode_factors(shape, modes) == factors


def squared_ratios(factors):
    return sum(np.log(share[0] / share[1]) ** 2 for share in factors)


@pytest.mark.parametrize(
    ("side", "modes"),
    [(12, (6, 4, 6)), (60, (20, 18, 10)), (90, (30, 15, 18)), (48, (8, 8, 6, 6)), (36, (2, 3, 6, 6, 6))],
)
def test_no_other_factors_of_a_square_picture_are_more_alike(side, modes):
    choices = [[(rows, size // rows) for rows in range(1, size + 1) if size % rows == 0] for size in modes]
    every = [way for way in itertools.product(*choices) if math.prod(share[0] for share in way) == side]
    found = mode_factors((side, side), modes)
    assert squared_ratios(found) == pytest.approx(min(map(squared_ratios, every)))


def test_many_axes_are_shared_out_without_trying_all_ways(monkeypatch):
    tried = []
    real = quantise_module._shares
    monkeypatch.setattr(quantise_module, "_shares", lambda *given: tried.append(0) or real(*given))
    factors = mode_factors((2,) * 18, (4,) * 9)
    assert [sorted(share, reverse=True)[:3] for share in factors] == [[2, 2, 1]] * 9
    assert len(tried) < 9 * 15


@given(shapes_and_modes())
def test_unquantise_inverts_quantise(case):
    shape, modes = case
    array = np.arange(math.prod(shape)).reshape(shape)
    tensor = quantise(array, modes)
    assert tensor.shape == modes
    np.testing.assert_array_equal(unquantise(tensor, shape), array)


def test_a_mode_is_the_number_of_a_block():
    """Entry (i, j) of 4x4 blocks: mode 0 is the block (i // 4, j // 4), mode 1 the place within it."""
    tensor = quantise(np.arange(256).reshape(16, 16), (16, 16))
    assert tensor[5, 6] == (1 * 4 + 1) * 16 + 1 * 4 + 2


@pytest.mark.parametrize(
    ("shape", "modes", "mixed"), [((4, 4), (4, 4), True), ((4, 3), (4, 3), False), ((8,), (2, 4), False)]
)
def test_order_matters_where_a_mode_has_factors_of_two_axes(shape, modes, mixed):
    assert mixes_axes(shape, modes) == mixed


@given(st.integers(1, 5000))
def test_prime_factors_are_prime_and_multiply_to_the_number(number):
    factors = prime_factors(number)
    assert math.prod(factors) == number
    assert factors == sorted(factors)
    assert all(factor % divisor for factor in factors for divisor in range(2, math.isqrt(factor) + 1))
