"""Ticks of logarithmic and of whole-numbered axes."""

import math

import pytest

from tnlab.figures.axes import log_axis, whole_axis

WIDE = [(1e-12, 1), (1e-300, 1e300), (5e-324, 1), (90, 1e6)]
NARROW = [(1, 103), (60, 260), (124, 129), (7, 7), (1e-9, 5e-9), (3e8, 9e9), (1 - 1e-9, 1)]


@pytest.mark.parametrize(("low", "high"), WIDE + NARROW)
def test_logarithmic_axes_have_a_handful_of_round_ticks(low, high):
    axis = log_axis([high, low, 0.0, -1.0, math.nan, math.inf])
    first, last = axis["range"]
    assert first < math.log10(low)
    assert math.log10(high) < last
    if "dtick" in axis:
        assert 3 <= (last - first) / axis["dtick"] <= 10
    else:
        assert 3 <= len(axis["tickvals"]) == len(set(axis["ticktext"])) <= 12
        assert all(first <= math.log10(tick) <= last for tick in axis["tickvals"])


def test_labels_of_ticks_are_whole_numbers_not_single_digits():
    assert log_axis([3, 60])["ticktext"] == ["5", "10", "20", "50"]
    assert log_axis([1e-6, 2e-6])["ticktext"][:2] == ["10<sup>-6</sup>", "1.5·10<sup>-6</sup>"]
    assert "10,000" in log_axis([5000, 20000])["ticktext"]


@pytest.mark.parametrize("values", [(), (0, 0), (-1, math.nan, math.inf)])
def test_without_positive_values_the_axis_is_linear(values):
    assert log_axis(values) == {"type": "linear"}


@pytest.mark.parametrize(("numbers", "step"), [((), 1), ((4,), 1), ((1, 6), 1), ((1, 14), 2), ((1, 200), 50)])
def test_whole_axes_have_ticks_at_whole_numbers(numbers, step):
    assert whole_axis(numbers)["dtick"] == step
