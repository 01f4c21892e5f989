"""Files in pieces: whole ones come through, and lying messages are refused."""

import pytest

from tnlab.errors import DataError
from tnlab_widgets.base.inbox import MAX_BYTES, MAX_CHUNK, Inbox

CONTENT = bytes(range(256)) * 5


def pieces(content=CONTENT, **changes):
    """Return the messages for a file in pieces of 500 bytes."""
    cut = [content[at : at + 500] for at in range(0, len(content), 500)]
    common = {"id": 1, "name": "x.npy", "size": len(content), "total": len(cut), **changes}
    return [{**common, "index": index, "data": part} for index, part in enumerate(cut)]


def test_a_file_comes_through_with_its_last_piece():
    inbox, (*first, last) = Inbox(), pieces()
    assert [inbox.receive(message) for message in first] == [None] * 2
    assert inbox.receive(last) == ("x.npy", CONTENT)
    with pytest.raises(DataError, match="No file is on its way"):
        inbox.receive(last)


def test_a_first_piece_begins_a_new_file():
    inbox, messages = Inbox(), pieces()
    inbox.receive(messages[0])
    assert inbox.receive(pieces(b"short")[0]) == ("x.npy", b"short")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "1 to 255 characters"),
        ({"name": 5}, "1 to 255 characters"),
        ({"size": 0}, "is empty"),
        ({"size": True}, "is empty"),
        ({"size": MAX_BYTES + 1}, "at most 64 MiB"),
        ({"total": 0}, "cannot come in 0 pieces"),
        ({"total": 1, "size": MAX_CHUNK + 1}, "cannot come in 1 pieces"),
        ({"size": 400}, "do not add up"),
    ],
)
def test_claims_that_make_no_sense_are_refused(changes, words):
    with pytest.raises(DataError, match=words):
        Inbox().receive(pieces(**changes)[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"index": 2}, "out of order"),
        ({"id": 2}, "out of order"),
        ({"data": "text"}, "holds no bytes"),
        ({"data": b"x" * 1000}, "do not add up"),
    ],
)
def test_a_bad_piece_is_refused_and_its_file_forgotten(change, words):
    inbox, messages = Inbox(), pieces()
    inbox.receive(messages[0])
    with pytest.raises(DataError, match=words):
        inbox.receive(messages[1] | change)
    with pytest.raises(DataError, match="No file is on its way"):
        inbox.receive(messages[1])
