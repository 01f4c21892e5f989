"""What widgets on a tensor share: commands, uploads, data, and a page that fell silent."""

import io

import numpy as np
import pytest
from tnlab_widgets.base.data_widget import DataWidget
from typing_extensions import override

from tests.widgets.conftest import Page
from tnlab_widgets.base import data_widget
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.sources import as_source, describe


class Viewer(DataWidget):
    """Shows a tensor, and nothing else."""

    _esm = "export default {}"
    back = 0

    def __init__(self):
        self._source = as_source(np.arange(24.0).reshape(2, 3, 4), (2, 3, 4), "plain")
        self._panels = Panels(self._source)
        super().__init__()

    @override
    def _take(self, source):
        self._source, self._panels = source, Panels(source)
        self.push(data=describe(source))

    @override
    def _page_is_back(self):
        self.back += 1


@pytest.fixture
def shown(page):
    return page(Viewer())


def test_the_page_is_shown_the_data_and_the_menu(shown):
    assert shown.widget.data["modes"] == [2, 3, 4]
    assert "camera" in [entry["name"] for entry in shown.widget.datasets]
    assert tuple(shown.widget.tensor.shape) == shown.widget.source.modes


def test_data_are_cut_into_other_modes_or_replaced(shown):
    shown.command("reshape", modes=[4, 6], order="plain")
    assert shown.widget.data["modes"] == [4, 6]
    shown.command("dataset", name="camera")
    assert shown.widget.data["name"] == "camera"
    assert shown.widget.problem == {}


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("reshape", {"modes": "22"}, "must be a list of numbers"),
        ("reshape", {"modes": [5, 5]}, "24"),
        ("dataset", {"name": "camra"}, "camera"),
        ("jump", {}, "Unknown command 'jump'. Known: dataset, reshape"),
        (None, {}, "Unknown command None"),
    ],
)
def test_a_bad_command_is_a_sentence_and_changes_nothing(shown, kind, fields, words):
    before = shown.widget.data
    shown.command(kind, **fields)
    assert words in shown.widget.problem["text"]
    assert shown.widget.data == before


def test_a_file_replaces_the_data_and_its_last_piece_is_not_kept(shown):
    content = io.BytesIO()
    np.save(content, np.ones((3, 5)))
    assert shown.upload("mine.npy", content.getvalue(), chunk=60)["done"]
    assert shown.widget.data["name"] == "mine.npy"
    assert shown.widget.upload == {}
    answer = shown.upload("mine.npy", b"hello")
    assert answer["error"] == shown.widget.problem["text"] != ""
    assert not answer["done"]


def test_a_page_counts_as_gone_after_a_silence_and_as_back_with_a_heartbeat(monkeypatch):
    shown = Page(Viewer())
    assert not shown.widget._deserted  # no page was there yet
    shown.widget.set_state({"heartbeat": 1.0})
    assert (shown.widget.back, shown.widget._deserted) == (1, False)
    monkeypatch.setattr(data_widget, "SILENCE", -1.0)
    assert shown.widget._deserted
    shown.widget.close()
