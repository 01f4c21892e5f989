"""A source becomes a tensor and comes back without loss."""

import math

import numpy as np
import pytest

from tnlab.data import Source
from tnlab.errors import DataError


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["plain", "quantised"])
@pytest.mark.parametrize(
    ("shape", "modes"), [((6, 4), (4, 6)), ((12,), (2, 3, 2)), ((8, 3, 10), (16, 15)), ((2, 1, 9), (3, 1, 6))]
)
def test_restore_inverts_the_cut(shape, modes, order, dtype):
    array = 1 + np.arange(math.prod(shape), dtype=dtype).reshape(shape)
    source = Source.of(array, modes=modes, order=order)
    assert tuple(source.tensor.shape) == modes
    restored = source.restore(source.tensor)
    assert restored.dtype == dtype
    np.testing.assert_array_equal(restored, array)


def test_a_quantised_mode_pairs_row_bits_with_column_bits():
    rows, columns = np.indices((4, 4))
    tensor = Source.of(1 + 10 * rows + columns, modes=(4, 4), order="quantised").tensor
    assert tensor[1].tolist() == [1 + 2, 1 + 3, 1 + 12, 1 + 13]  # top right block, its four pixels


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


def test_the_source_owns_its_array():
    array = np.ones((2, 2))
    source = Source.of(array)
    array[:] = 7
    assert source.tensor.sum() == 4
    source.tensor[:] = 5
    assert source.array.sum() == 4


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


def test_nan_are_missing_entries_where_asked():
    array = np.arange(12.0).reshape(3, 4)
    array[0, 1] = np.nan
    with pytest.raises(DataError, match="NaN"):
        Source.of(array)
    source = Source.of(array, gaps=True, note="Cut.", axes=("row", "column")).with_modes((2, 6))
    assert source.note == "Cut. 1 of 12 entries are missing; they hold the mean of the others."
    assert source.array[0, 1] == pytest.approx(65 / 11)
    assert source.known_tensor.tolist() == (~np.isnan(array)).reshape(2, 6).tolist()
    assert source.axes == ("row", "column")
    assert Source.of(np.ones((2, 2)), gaps=True).known_tensor is None
    with pytest.raises(DataError, match="no known entry: all 3 are NaN"):
        Source.of([np.nan] * 3, gaps=True)
    with pytest.raises(DataError, match="need as many names"):
        Source.of(array[1:], axes=("row",))
