"""Pieces and widgets without a front end: tests play the page."""

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import torch

from tests.waiting import PATIENCE, wait_for
from tests.widgets.searching.searches import NOISE, QUICK
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab_widgets import Explorer, SearchWorkbench
from tnlab_widgets.base.piece import Piece
from tnlab_widgets.fitting.session import FitSession
from tnlab_widgets.searching.shelf import Shelf

_CLIENTS = itertools.count(1)


class Seen:
    """The values of a piece's state as attributes: what its page shows."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece

    def __getattr__(self, name: str) -> Any:
        return self._piece.state[name]


class Page:
    """What a browser does to a piece: it sends messages, hears answers and events, and shows the state.

    Attributes:
        widget: The widget that carries the piece, or the piece itself where none does.
        heard: The messages that the piece has sent, in order.
        answer: The answer to the newest message of this page.
    """

    def __init__(self, widget: Any) -> None:
        self.widget = widget
        self.piece: Piece = widget if isinstance(widget, Piece) else widget.piece
        self.seen = Seen(self.piece)
        self.heard: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        self.client = f"page{next(_CLIENTS)}"
        self._count = itertools.count(1)
        self._carrier = self.piece._host
        self.piece.attach(self)

    def show(self, state: Mapping[str, Any]) -> None:
        """Pass changed values of the state on to the widget."""
        if self._carrier is not None:
            self._carrier.show(state)

    def send(self, message: dict[str, Any]) -> None:
        """Hear a message of the piece."""
        self.heard.append(message)
        if self._carrier is not None:
            self._carrier.send(message)

    def say(self, kind: str, *, data: Any = None, **fields: Any) -> dict[str, Any]:
        """Send a message, and return its answer as soon as it is there."""
        number = next(self._count)
        content = {"client": self.client, "n": number, "kind": kind, **fields}
        self.piece.receive(content, () if data is None else (data,))
        self.answer = wait_for(lambda: self.answer_to(number))
        return self.answer

    ask = command = say

    def answer_to(self, number: int) -> dict[str, Any] | None:
        """Return the answer to a message of this page by its number; None as long as there is none."""
        answers = (message["answer"] for message in tuple(self.heard) if "answer" in message)
        return next((each for each in answers if (each["client"], each["n"]) == (self.client, number)), None)

    def propose(self, structure: Structure | dict[str, Any]) -> str:
        """Send a draft, and return the name of the edit."""
        record = structure_json.to_dict(structure) if isinstance(structure, Structure) else structure
        answer = self.say("draft", structure=record)
        return f"{self.client}:{answer['n']}"

    def upload(self, name: str, content: bytes, chunk: int = 1 << 20) -> dict[str, Any]:
        """Send a file in pieces, as long as each is acknowledged; return the last answer."""
        pieces = [content[at : at + chunk] for at in range(0, len(content), chunk)]
        for index, piece in enumerate(pieces):
            message = {"id": 7, "index": index, "total": len(pieces), "name": name, "size": len(content)}
            if self.say("upload", data=memoryview(piece), **message)["error"]:
                break
        return self.answer

    @property
    def visits(self) -> list[dict[str, Any]]:
        """The visits that the page has been told of, in the order of their numbers."""
        known: dict[int, dict[str, Any]] = {}
        for message in tuple(self.heard):
            if message.get("event") == "visits":
                known = {} if message["fresh"] else known
                known |= {visit["id"]: visit for visit in message["visits"]}
                known = {number: visit for number, visit in known.items() if number not in message["gone"]}
        return [known[number] for number in sorted(known)]

    def until(self, holds: Callable[[], object]) -> Any:
        """Wait for something the worker does."""
        return wait_for(holds)

    def settled(self) -> dict[str, Any]:
        """Wait until the current structure has been fitted and shown, and return the state of the fit."""
        self.until(self._is_shown)
        return self.seen.fit

    def _is_shown(self) -> bool:
        piece = self.piece
        with piece.guard:  # never between two values of one message
            state, pictures = self.seen.fit, self.seen.pictures
            if not state or state["running"] or not pictures:
                return False
            newest = state["generation"] == pictures["generation"] == piece._session.generation
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
    opened: list[Any] = []

    def show(widget: Any) -> Page:
        opened.append(widget)
        return Page(widget)

    yield show
    for widget in opened:
        widget.close()
    assert not [widget for widget in opened if isinstance(widget, Explorer) and widget.piece._session.is_alive]


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
