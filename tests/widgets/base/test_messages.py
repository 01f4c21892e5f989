"""Messages of a page: plain data within limits, and numbers by which a late one is told."""

import math

import pytest

from tnlab.errors import DataError
from tnlab_widgets.base.messages import (
    MAX_BITS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_LATE,
    MAX_VALUES,
    is_late,
    plain_data,
    seq_of,
)

NAN, INF = math.nan, math.inf


def test_plain_data_within_limits_are_taken():
    nested = 1
    for _ in range(MAX_DEPTH):
        nested = [nested]
    for value in (None, True, -(2.0**1000), 10**300, "text", b"bytes", memoryview(b"x"), {"a": [1, {"b": ()}]}, nested):
        assert plain_data("command", value) == (value if value != {"a": [1, {"b": ()}]} else {"a": [1, {"b": []}]})
    assert plain_data("command", [NAN, {"a": (INF, -INF)}]) == [None, {"a": [None, None]}]
    with pytest.raises(DataError, match="levels deep"):
        plain_data("command", [[nested]])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([0] * MAX_VALUES, "at most 50,000 values"),
        ({"a": {1, 2}}, "not this set"),
        ("x" * (MAX_BYTES + 1), "not this str"),
        (2**MAX_BITS, "not this int"),
        ({b"x" * (MAX_BYTES + 1): 1}, "not this bytes"),
    ],
)
def test_what_is_too_much_or_no_plain_data_is_refused(value, words):
    with pytest.raises(DataError, match=words):
        plain_data("command", value)


@pytest.mark.parametrize("seq", [0, -1, True, 1.0, "1", None, 2**53])
def test_what_is_no_number_of_a_message_is_refused(seq):
    assert seq_of({"seq": 2**53 - 1}) == 2**53 - 1
    with pytest.raises(DataError, match="seq must be a whole number"):
        seq_of({"seq": seq})


def test_a_message_is_late_only_within_a_month():
    now = 1_700_000_000_000
    assert is_late(now, now)
    assert is_late(now - MAX_LATE + 1, now)
    assert not is_late(now + 1, now)
    assert not is_late(now - MAX_LATE, now)
