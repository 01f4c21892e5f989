"""The base of all widgets: keywords, bundles, state as traits, messages, pictures without a browser, and threads."""

import json
import threading
from typing import ClassVar

import pytest

from tests.widgets.conftest import Page
from tnlab.formats import formats
from tnlab_widgets import Explorer, NetworkEditor
from tnlab_widgets.base.piece import Piece
from tnlab_widgets.base.widget import BaseWidget, OfPiece


class CounterPiece(Piece):
    """A number that pages raise and a worker replaces."""

    STATE: ClassVar = {"count": "The number", "picture": "Bytes"}

    def __init__(self, count=0):
        super().__init__(count=count, picture=b"")

    @property
    def count(self):
        """The number."""
        return self.state["count"]

    @count.setter
    def count(self, count):
        self.push(count=count)

    def _do_raise(self, message):
        self.push(count=self.count + message["by"])
        return {"picture": b"\x00\x01", "inside": [{"more": b"\x02"}]}

    ACTIONS: ClassVar = {**Piece.ACTIONS, "raise": _do_raise}


class Counter(BaseWidget, piece=CounterPiece):
    """A widget that carries the counter."""

    _esm = "export default {}"

    def __init__(self, count=0, **traits):
        super().__init__(CounterPiece(count), **traits)

    count = OfPiece(CounterPiece.count)


@pytest.fixture
def counter(page):
    return page(Counter(3))


def test_an_unknown_keyword_is_refused_by_name():
    with pytest.raises(TypeError, match=r"NetworkEditor.*'red_only'"):
        NetworkEditor(red_only=True)
    with pytest.raises(TypeError, match=r"Explorer.*'shape'"):
        Explorer("camera", shape=(4,) * 8)
    for private in ("wire_count", "_view_count", "_esm"):
        with pytest.raises(TypeError, match=private):
            Counter(**{private: 1})


def test_a_missing_bundle_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setattr("tnlab_widgets.base.widget.STATIC", tmp_path)

    class Unbuilt(BaseWidget, bundle="unbuilt", piece=CounterPiece):
        pass

    with pytest.raises(FileNotFoundError, match=r"unbuilt\.js.*npm run build"):
        Unbuilt(CounterPiece())


def test_a_bundle_and_its_style_are_taken_from_files(monkeypatch, tmp_path):
    monkeypatch.setattr("tnlab_widgets.base.widget.STATIC", tmp_path)
    (tmp_path / "built.js").write_text("export default {}")
    (tmp_path / "built.css").write_text("svg {}")

    class Built(BaseWidget, bundle="built", piece=CounterPiece):
        pass

    first, second = Built(CounterPiece()), Built(CounterPiece())  # anywidget makes a new class for each
    assert str(first._esm) == str(second._esm) == "export default {}"
    assert str(second._css) == "svg {}"


def test_readers_without_a_kernel_get_a_picture(page):
    editor = page(NetworkEditor(formats["tr"].build((4, 5, 6), 3))).widget
    data, _ = editor._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<svg")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "4x5x6: 3 cores, 3 bonds, 135 parameters" in data["text/plain"]


def test_the_state_of_the_piece_is_that_of_the_traits(counter):
    assert {name: counter.widget.get_state()[f"wire_{name}"] for name in CounterPiece.STATE} == counter.piece.state
    counter.widget.count = 5
    assert counter.widget.wire_count == counter.widget.count == counter.piece.count == 5


def test_a_message_of_the_page_reaches_the_piece_and_its_answer_has_its_bytes_apart(counter, monkeypatch):
    sent = []
    monkeypatch.setattr(
        type(counter.widget), "send", lambda self, content, buffers=None: sent.append((content, buffers))
    )
    content = {"client": "a", "n": 1, "kind": "raise", "by": 4}
    counter.widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    assert counter.widget.count == 7
    [(answer, buffers)] = sent
    assert buffers == [b"\x00\x01", b"\x02"]
    assert answer["buffer_paths"] == [["answer", "picture"], ["answer", "inside", 0, "more"]]
    assert answer["answer"]["picture"] is None
    json.dumps(answer)


@pytest.mark.parametrize(
    "message",
    [
        None,
        3,
        {},
        {"content": None},
        {"content": {"data": {}}},
        {"content": {"data": {"method": "explode"}}},
        {"content": {"data": {"method": "update", "state": []}}},
        {"content": {"data": {"method": "update", "state": {"_view_count": -7}}}},
    ],
)
def test_a_message_that_is_none_is_said_on_the_page_and_changes_nothing(counter, message):
    counter.widget._handle_msg(message)
    assert counter.seen.problem["text"]
    assert (counter.widget.count, counter.widget._view_count) == (3, 0)


def test_no_update_is_lost_between_page_and_worker():
    """Without the lock a third of these notifications are merged away."""
    widget, rounds, heard = Counter(), 2000, {"wire_count": 0, "_view_count": 0}

    def count(change):
        heard[change["name"]] += 1

    widget.observe(count, names=list(heard))
    worker = threading.Thread(target=lambda: [widget.piece.push(count=k) for k in range(1, rounds + 1)])
    worker.start()
    for k in range(1, rounds + 1):
        widget.set_state({"_view_count": k})
    worker.join()
    assert heard == {"wire_count": rounds, "_view_count": rounds}
    widget.close()


def test_drafts_of_two_threads_are_judged_one_after_the_other(page):
    shown = page(NetworkEditor(formats["tt"].build((4,) * 4, 2)))
    inside, most = 0, 0

    def watch(_change):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        inside -= 1

    shown.widget.observe(watch, names=["wire_structure"])

    def draw(client):
        other = Page(shown.widget) if client else shown
        for rank in range(1, 60):
            other.propose(formats["tt"].build((4,) * 4, rank))

    threads = [threading.Thread(target=draw, args=(client,)) for client in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert shown.seen.edit == shown.seen.numbers["edit"] == shown.widget.wire_edit
