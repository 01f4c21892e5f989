"""A real widget in a real Chromium without Jupyter: this process is the kernel, `any_model.js` the front end."""

import base64
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import comm
from playwright.sync_api import CDPSession, Locator, Page

from tests.waiting import PATIENCE

_ADDRESS = "http://127.0.0.1/widget"
_PAGE = """<!doctype html><html lang="en"><head><title>tnlab</title><style>body{margin:8px}</style></head>
<body><div id="widget"></div><p id="outside" tabindex="0">outside</p></body></html>"""
_MODEL = (Path(__file__).parent / "any_model.js").read_text()
_NOT_STATE = ("_esm", "_css", "layout", "tabbable", "tooltip")

Point = tuple[float, float]


class FakeComm(comm.base_comm.BaseComm):
    """A comm whose messages wait in a list until the page asks for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.outbox: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        """Keep an update of the state or a custom message; leave out the rest (opening, echoes).

        Raises:
            TypeError: A custom message holds what JSON cannot say; Jupyter would not send it either.
            ValueError: It holds a number that is not finite.
        """
        if msg_type != "comm_msg" or data["method"] not in ("update", "custom"):
            return
        if data["method"] == "update":
            message = {"state": _with_buffers(data["state"], data.get("buffer_paths", ()), buffers or ())}
        else:
            content = json.loads(json.dumps(data["content"], allow_nan=False))
            message = {"content": content, "buffers": [base64.b64encode(each).decode() for each in buffers or ()]}
        with self.lock:
            self.outbox.append(message)

    def take(self) -> list[dict[str, Any]]:
        """Return the waiting messages, and empty the list."""
        with self.lock:
            taken, self.outbox = self.outbox, []
        return taken


class Stage:
    """A widget on a page, used with mouse, keyboard and touch; ``sent`` are the messages of the page so far."""

    def __init__(self, page: Page, widget: Any) -> None:
        self.page, self.widget = page, widget
        self.failures: list[str] = []
        self.sent: list[dict[str, Any]] = []
        page.route(_ADDRESS, lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
        page.goto(_ADDRESS)
        page.expose_function("toPython", self._receive)
        page.expose_function("fromPython", self._send)
        page.evaluate(_MODEL)
        widget.comm.take()
        state = {name: value for name, value in widget.get_state().items() if name not in _NOT_STATE}
        page.evaluate(
            "([esm, css, state]) => mountWidget(esm, css, JSON.parse(state))",
            [str(widget._esm), str(getattr(widget, "_css", "")), json.dumps(state, default=_encode)],
        )

    def _send(self) -> str:
        return json.dumps(self.widget.comm.take() if self.widget.comm else [], default=_encode)

    def _receive(self, text: str) -> None:
        message = json.loads(text)
        self.sent.append(message["content"])
        content = {"data": {"method": "custom", "content": message["content"]}}
        buffers = [memoryview(base64.b64decode(each)) for each in message["buffers"]]
        try:
            self.widget._handle_msg({"content": content, "buffers": buffers})
        except Exception as error:  # noqa: BLE001 - reported by the test, as Jupyter would only log it
            self.failures.append(repr(error))

    @property
    def state(self) -> dict[str, Any]:
        """The state of the widget's piece, which the page shows."""
        return self.widget.piece.state

    def until(self, holds: Callable[[], object], what: str) -> Any:
        """Let the page run until a condition holds, and return its value."""
        deadline = time.monotonic() + PATIENCE
        while not (value := holds()):
            assert time.monotonic() < deadline, f"waited {PATIENCE:g} s: {what} ({self.failures})"
            self.page.wait_for_timeout(15)  # between two looks; messages of the page arrive only in this time
        return value

    def settle(self) -> None:
        """Let messages in flight arrive in both directions."""
        for _ in range(3):
            self.page.wait_for_timeout(40)  # messages in flight send no event when they are there

    def find(self, selector: str) -> Locator:
        """Return what the selector finds inside the widget."""
        return self.page.locator(f"#widget {selector}")

    def button(self, name: str) -> Locator:
        """Return the button with exactly this accessible name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def drag(self, start: Point, end: Point, steps: int = 6) -> None:
        """Press at one point, move in steps, release at another."""
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=steps)
        mouse.up()
        self.settle()

    def wheel(self, at: Point, ticks: int) -> None:
        """Turn the wheel over a point; positive ticks turn away from the user."""
        self.page.mouse.move(*at)
        for _ in range(abs(ticks)):
            self.page.mouse.wheel(0, -100 if ticks > 0 else 100)
            self.page.wait_for_timeout(30)  # as far apart as the notches of a wheel
        self.settle()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, e.g. "Control+z"."""
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def touch_drag(self, start: Point, end: Point, steps: int = 6) -> None:
        """Drag one finger over the screen."""
        self._touch("touchStart", [start])
        for k in range(1, steps + 1):
            at = tuple(a + (b - a) * k / steps for a, b in zip(start, end, strict=True))
            self._touch("touchMove", [at])
        self._touch("touchEnd", [])
        self.settle()

    def tap(self, at: Point) -> None:
        """Touch a point and let go."""
        self._touch("touchStart", [at])
        self._touch("touchEnd", [])
        self.settle()

    def _touch(self, kind: str, points: list[Point]) -> None:
        session = self._session()
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
        self.page.wait_for_timeout(20)  # as far apart as a screen reports touches

    def _session(self) -> CDPSession:
        if not hasattr(self, "_cdp"):
            self._cdp = self.page.context.new_cdp_session(self.page)
        return self._cdp


def middle(locator: Locator) -> Point:
    """Return the centre of an element on the screen."""
    box = locator.bounding_box()
    assert box is not None, "the element is not on the screen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _encode(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"__bytes__": base64.b64encode(value).decode()}
    raise TypeError(f"cannot send a {type(value).__name__} to the page")


def _with_buffers(state: Any, paths: Any, buffers: Any) -> Any:
    for path, buffer in zip(paths, buffers, strict=True):
        here = state
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = bytes(buffer)
    return state
