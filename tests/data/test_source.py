import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tnlab.data import Source
from tnlab.data.quantise import mode_factors, prime_factors
from tnlab.data.shapes import suggest_modes
from tnlab.errors import DataError


@st.composite
def shapes_and_modes(draw):
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 4, 6, 8, 10, 12]), min_size=1, max_size=4)))
    primes = draw(st.permutations([prime for length in shape for prime in prime_factors(length)]))
    cuts = sorted(draw(st.lists(st.integers(0, len(primes)), max_size=5)))
    bounds = [0, *cuts, len(primes)]
    modes = tuple(math.prod(primes[a:b]) for a, b in itertools.pairwise(bounds))
    return shape, modes


@given(shapes_and_modes(), st.sampled_from(["plain", "quantised"]), st.sampled_from([np.float32, np.float64]))
def test_restore_inverts_the_cut(case, order, dtype):
    shape, modes = case
    array = 1 + np.arange(math.prod(shape), dtype=dtype).reshape(shape)
    source = Source.of(array, modes=modes, order=order)
    assert tuple(source.tensor.shape) == modes
    restored = source.restore(source.tensor)
    assert restored.dtype == dtype
    np.testing.assert_array_equal(restored, array)


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
    ],
)
def test_factors_are_balanced(shape, modes, factors):
    assert mode_factors(shape, modes) == factors


def test_a_quantised_mode_pairs_row_bits_with_column_bits():
    rows, columns = np.indices((4, 4))
    tensor = Source.of(1 + 10 * rows + columns, modes=(4, 4), order="quantised").tensor
    assert tensor[1].tolist() == [1 + 2, 1 + 3, 1 + 12, 1 + 13]  # top right block, its four pixels


@given(st.lists(st.integers(1, 700), min_size=1, max_size=3), st.booleans())
def test_suggestions_fit_the_array(shape, own_first):
    suggestions = suggest_modes(tuple(shape), own_first=own_first)
    assert suggestions
    assert len(set(suggestions)) == len(suggestions) <= 12
    assert all(math.prod(modes) == math.prod(shape) for modes, _ in suggestions)


def test_suggestions_for_a_picture():
    suggestions = Source.of(np.ones((256, 256))).suggested_modes
    assert suggestions[:4] == (
        ((16,) * 4, "quantised"),
        ((16,) * 4, "plain"),
        ((4,) * 8, "quantised"),
        ((4,) * 8, "plain"),
    )
    assert ((256, 256), "plain") in suggestions


def test_an_awkward_size_still_gets_suggestions():
    suggestions = Source.of(np.ones((427, 640, 3), dtype=np.float32)).suggested_modes
    assert ((427, 640, 3), "plain") in suggestions
    assert any(3 < len(modes) < 7 and max(modes) < 100 for modes, _ in suggestions)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ((9,), "curve"),
        ((1, 9), "curve"),
        ((5, 9), "image"),
        ((32, 32, 3), "image"),
        ((4, 4, 4), "slices"),
        ((32, 32, 32), "slices"),
        ((2, 2, 2, 2), "slices"),
    ],
)
def test_kind(shape, kind):
    assert Source.of(np.ones(shape)).kind == kind


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.longdouble, ">f8"])
def test_real_numbers_of_every_type_become_floats(dtype):
    source = Source.of(np.ones((2, 3)).astype(dtype))
    assert source.tensor.dtype in (torch.float32, torch.float64)
    assert source.tensor.tolist() == [[1.0] * 3] * 2


def test_a_torch_tensor_and_a_list_are_welcome():
    assert Source.of(torch.ones(2, 3, requires_grad=True)).modes == (2, 3)
    assert Source.of(torch.ones(2, 3, dtype=torch.bfloat16)).modes == (2, 3)
    assert Source.of([[1, 2], [3, 4]]).modes == (2, 2)


def test_the_source_owns_its_array():
    array = np.ones((2, 2))
    source = Source.of(array)
    array[:] = 7
    assert source.tensor.sum() == 4
    source.tensor[:] = 5
    assert source.array.sum() == 4


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


def test_modes_must_hold_the_entries():
    with pytest.raises(DataError, match=r"Modes 5x5 need 25 entries, but 'x' \(16x16\) has 256; .* would do"):
        Source.of(np.ones((16, 16)), name="x", modes=(5, 5))


@pytest.mark.parametrize("modes", [(), (0, 4), (-2, -2), (2.0, 2), (True, 4), ("4",), (1,) * 65])
def test_bad_modes(modes):
    with pytest.raises(DataError):
        Source.of(np.ones((2, 2)), modes=modes)


def test_bad_order():
    with pytest.raises(DataError, match="'plain' or 'quantised'"):
        Source.of(np.ones((2, 2)), order="diagonal")


def test_modes_of_size_one_are_allowed():
    assert Source.of(np.arange(4.0), modes=(1, 2, 1, 2)).tensor.shape == (1, 2, 1, 2)


def test_with_modes_keeps_the_array():
    source = Source.of(np.ones((4, 4)), name="x").with_modes((2, 8), "quantised")
    assert (source.modes, source.order, source.name, source.shape) == ((2, 8), "quantised", "x", (4, 4))


def test_restore_refuses_another_shape():
    with pytest.raises(DataError, match="was needed"):
        Source.of(np.ones((4, 4))).restore(np.ones(16))
