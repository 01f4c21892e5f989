"""Widgets without a front end: tests play the page with ``set_state``."""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from tests.waiting import PATIENCE, wait_for
from tests.widgets.searching.searches import NOISE, QUICK
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab_widgets import Explorer, NetworkEditor, SearchWorkbench
from tnlab_widgets.fitting.session import FitSession
from tnlab_widgets.searching.shelf import Shelf

_SEQ = itertools.count(1)


class Page:
    """What a browser would do to a widget."""

    def __init__(self, widget: NetworkEditor) -> None:
        self.widget = widget

    def propose(self, structure: Structure | dict[str, Any]) -> int:
        """Send an edit and return its number."""
        record = structure_json.to_dict(structure) if isinstance(structure, Structure) else structure
        seq = next(_SEQ)
        self.widget.set_state({"proposal": {"seq": seq, "structure": record}})
        return seq

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a request and return the reply."""
        seq = next(_SEQ)
        self.widget.set_state({"request": {"seq": seq, "kind": kind, **fields}})
        assert self.widget.reply["seq"] == seq
        return self.widget.reply

    def command(self, kind: str, **fields: Any) -> None:
        """Send a command."""
        self.widget.set_state({"command": {"seq": next(_SEQ), "kind": kind, **fields}})

    def upload(self, name: str, content: bytes, chunk: int = 1 << 20) -> dict[str, Any]:
        """Send a file in pieces, as long as each is acknowledged; return the last answer."""
        pieces = [content[at : at + chunk] for at in range(0, len(content), chunk)]
        number = next(_SEQ)
        for index, piece in enumerate(pieces):
            message = {"id": number, "index": index, "total": len(pieces), "name": name, "size": len(content)}
            self.widget.set_state({"upload": {**message, "data": memoryview(piece)}})
            assert (self.widget.upload_ack["id"], self.widget.upload_ack["index"]) == (number, index)
            if self.widget.upload_ack["error"]:
                break
        return self.widget.upload_ack

    def until(self, holds: Callable[[], object]) -> Any:
        """Wait for something the worker does."""
        return wait_for(holds)

    def settled(self) -> dict[str, Any]:
        """Wait until the current structure has been fitted and shown, and return the state of the fit."""
        widget = self.widget
        self.until(self._is_shown)
        return widget.fit_state

    def _is_shown(self) -> bool:
        widget = self.widget
        with widget._guard:  # never between two traits of one message
            state, pictures = widget.fit_state, widget.pictures
            if not state or state["running"] or not pictures:
                return False
            newest = state["generation"] == pictures["generation"] == widget._session.generation
            return newest and pictures["title"] == state["status"]


def another_fit() -> None:
    """Fit something else for thirty sweeps, or to its end: whatever is not held has had its turns by then."""
    done = threading.Event()
    session = FitSession(lambda at, detailed: done.set() if at.sweep >= 30 or not at.running else None)
    session.load(torch.rand((4,) * 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64))
    session.submit(formats["tt"].build((4,) * 6, 3))
    assert done.wait(PATIENCE)
    session.close()


@pytest.fixture
def page() -> Iterator[Callable[..., Page]]:
    """Return a function that opens a widget on a page; all are closed after the test."""
    opened: list[NetworkEditor] = []

    def show(widget: NetworkEditor) -> Page:
        opened.append(widget)
        return Page(widget)

    yield show
    for widget in opened:
        widget.close()
    assert not [widget for widget in opened if isinstance(widget, Explorer) and widget._session.is_alive]


@pytest.fixture
def explorer(page: Callable[..., Page]) -> Page:
    """An Explorer on a small tensor, with its first fit done."""
    shown = page(Explorer("camera", modes=(16, 16, 16, 16), structure=("tt", 4)))
    shown.settled()
    return shown


@pytest.fixture
def shelf(tmp_path):
    """A shelf in a folder of this test."""
    return Shelf(tmp_path / "studies")


@pytest.fixture
def bench(page, tmp_path):
    """Opens a workbench with its studies in a folder of this test."""

    def bench(data=NOISE, **settings):
        return page(SearchWorkbench(data, studies=tmp_path, **{**QUICK, **settings}))

    return bench
