"""What pieces on a tensor share: uploads, other data, and a page that fell silent."""

import io

import numpy as np
import pytest
from typing_extensions import override

from tests.widgets.conftest import Page
from tnlab.data.files import MAX_BYTES
from tnlab_widgets.base import data_piece
from tnlab_widgets.base.data_piece import DataPiece
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.sources import as_source, describe


class Viewer(DataPiece):
    """Shows a tensor, and nothing else."""

    back = 0

    def __init__(self):
        super().__init__(as_source(np.arange(24.0).reshape(2, 3, 4), (2, 3, 4), "plain"))

    @override
    def take(self, source):
        self._source, self._panels = source, Panels(source)
        self.push(data=describe(source))

    @override
    def page_is_back(self):
        self.back += 1


@pytest.fixture
def shown():
    return Page(Viewer())


def test_the_page_is_shown_the_data_and_the_menu(shown):
    assert shown.seen.data["modes"] == [2, 3, 4]
    assert "camera" in [entry["name"] for entry in shown.seen.datasets]
    assert tuple(shown.piece.tensor.shape) == shown.piece.source.modes
    assert set(shown.piece.state) == set(DataPiece.STATE)


def test_data_are_cut_into_other_modes_or_replaced(shown):
    assert shown.say("reshape", modes=[4, 6], order="plain")["error"] == ""
    assert shown.seen.data["modes"] == [4, 6]
    assert shown.say("dataset", name="camera")["error"] == ""
    assert shown.seen.data["name"] == "camera"


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("reshape", {"modes": "22"}, "must be a list of numbers"),
        ("reshape", {"modes": [5, 5]}, "24"),
        ("dataset", {"name": "camra"}, "camera"),
        ("jump", {}, "Unknown message 'jump'. Known: dataset, heartbeat, hello, reshape"),
        (None, {}, "Unknown message 'None'"),
    ],
)
def test_a_bad_message_is_answered_by_a_sentence_and_changes_nothing(shown, kind, fields, words):
    before = dict(shown.piece.state)
    assert words in shown.say(kind, **fields)["error"]
    assert shown.piece.state == before


def test_a_file_replaces_the_data(shown):
    content = io.BytesIO()
    np.save(content, np.ones((3, 5)))
    answer = shown.upload("mine.npy", content.getvalue(), chunk=60)
    assert (answer["id"], answer["index"], answer["done"]) == (7, -(-len(content.getvalue()) // 60) - 1, True)
    assert shown.seen.data["name"] == "mine.npy"


def test_a_file_that_is_no_picture_or_array_is_refused(shown):
    answer = shown.upload("mine.npy", b"hello")
    assert answer["error"].endswith(".")
    assert "done" not in answer
    assert shown.seen.data["name"] != "mine.npy"


def test_a_page_counts_as_gone_after_a_silence_and_as_back_with_a_heartbeat(monkeypatch, shown):
    assert not shown.piece.deserted  # no page was there yet
    assert shown.say("heartbeat")["error"] == ""
    assert (shown.piece.back, shown.piece.deserted) == (1, False)
    monkeypatch.setattr(data_piece, "SILENCE", -1.0)
    assert shown.piece.deserted


def test_one_table_says_which_files_are_taken(shown):
    files = shown.seen.files
    assert files["max_bytes"] == MAX_BYTES
    assert {".npy", ".mat", ".nii", ".gz", ".tns"} < set(files["suffixes"])
    assert "note" in shown.upload("mine.csv", b"1,2\n3,\n", chunk=60)
    assert "1 of 4 entries are missing" in shown.seen.data["note"]
