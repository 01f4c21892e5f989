"""Messages of a page: plain data within limits, and numbers by which a late one is told."""

import math

import pytest

from tnlab.errors import DataError
from tnlab_widgets.base.messages import (
    MAX_BITS,
    MAX_BYTES,
    MAX_CLIENTS,
    MAX_DEPTH,
    MAX_VALUES,
    Numbering,
    apart,
    in_letters,
    plain_data,
    sender,
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
        ({b"x" * (MAX_BYTES + 1): 1}, "name its fields by texts"),
    ],
)
def test_what_is_too_much_or_no_plain_data_is_refused(value, words):
    with pytest.raises(DataError, match=words):
        plain_data("command", value)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        *(({"client": "a", "n": n}, "n must be a whole number") for n in (0, -1, True, 1.0, "1", None, 2**53)),
        *(({"client": c, "n": 1}, "client must be 1 to 64") for c in ("", "a" * 65, "a b", "a\n", "ä", 5, None, ["a"])),
        ({"n": 1}, "client must be"),
        ({"client": "a"}, "n must be"),
        ([1], "must be a record"),
        (None, "must be a record"),
    ],
)
def test_a_message_without_a_sender_or_a_number_is_refused(message, words):
    with pytest.raises(DataError, match=words):
        sender(message)


def test_a_sender_is_a_client_and_a_number():
    assert sender({"client": "a-Z_9" * 8, "n": 2**53 - 1, "kind": 5}) == {"client": "a-Z_9" * 8, "n": 2**53 - 1}


def test_a_number_is_late_unless_it_is_larger_than_all_before_it_of_its_client():
    numbering = Numbering()
    assert [numbering.is_late("a", n) for n in (1, 3, 2, 3, 1, 4)] == [False, False, True, True, True, False]
    assert not numbering.is_late("b", 1)
    assert numbering.is_late("a", 4)


def test_the_client_that_was_silent_for_longest_is_forgotten():
    numbering = Numbering()
    numbering.is_late("a", 9)
    numbering.is_late("b", 9)
    for k in range(MAX_CLIENTS - 1):
        assert numbering.is_late("a", 9)
        numbering.is_late(f"c{k}", 1)
    assert not numbering.is_late("b", 9)
    assert len(numbering._largest) == MAX_CLIENTS


def test_bytes_are_taken_apart_and_their_places_are_told():
    paths, buffers = [], []
    message = {
        "answer": {"n": 1, "data": b"ab"},
        "list": [0, {"a": memoryview(b"c")}, (bytearray(b"d"), "e")],
        "x": NAN,
    }
    plain = apart(message, [], paths, buffers)
    assert plain["answer"] == {"n": 1, "data": None}
    assert plain["list"] == [0, {"a": None}, [None, "e"]]
    assert paths == [["answer", "data"], ["list", 1, "a"], ["list", 2, 0]]
    assert buffers == [b"ab", b"c", b"d"]
    assert message["answer"]["data"] == b"ab"


def test_halves_of_surrogate_pairs_are_replaced():
    for whole in ("plain", "ä\N{GRINNING FACE}", ""):
        assert in_letters(whole) == whole
    assert plain_data("A message", {"a\ud83d": ["\ude00b"]}) == {
        "a\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER}b"]
    }
    assert in_letters("\ud83d\ude00") == "\N{GRINNING FACE}"  # as JavaScript would join them
