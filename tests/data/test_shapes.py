"""Mode sizes as text, and suggestions that multiply to the entries of an array."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tnlab.data import Source, modes_text, parse_modes
from tnlab.data.shapes import suggest_modes
from tnlab.errors import DataError


@pytest.mark.parametrize(
    ("text", "modes"),
    [("16x16x3", (16, 16, 3)), ("4^3x2", (4, 4, 4, 2)), ("2, 3 ,4", (2, 3, 4)), ("5×5", (5, 5)), ("7", (7,))],
)
def test_mode_texts(text, modes):
    assert parse_modes(text) == modes
    assert parse_modes(modes_text(modes)) == modes


@pytest.mark.parametrize("text", ["", "abc", "4^", "0x3", "-4", "4^99", "1e3", "3.5", "<b>4</b>"])
def test_bad_mode_texts(text):
    with pytest.raises(DataError):
        parse_modes(text)


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
