"""A page of one's own with the Explorer on it, without Jupyter, anywidget or any library but Python's own.

`python -m tests.browser.own_page` serves it on http://127.0.0.1:8000. The page sends its messages with POST, and hears
state, answers and events over one stream (EventSource); bytes travel as base64.
"""

import base64
import json
import queue
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import tnlab_widgets
from tnlab_widgets.base.messages import apart
from tnlab_widgets.base.piece import Piece
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

STATIC = Path(tnlab_widgets.__file__).parent / "static"
PAGE = """<!doctype html>
<html lang="en">
<title>The Explorer on a page of one's own</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/explorer.css">
<div id="explorer"></div>
<script type="module">
import { mount } from "/explorer.js";

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
const stream = new EventSource("/messages");
let last = Promise.resolve(); // messages arrive in the order in which they were sent
const transport = {
  send(content, buffers) {
    const body = JSON.stringify({ content, buffers: buffers.map(text) });
    last = last.then(() => fetch("/messages", { method: "POST", body })).catch(() => {});
  },
  listen(hear, signal) {
    stream.addEventListener("message", ({ data }) => {
      const { content, buffers } = JSON.parse(data);
      hear(content, buffers.map(bytes));
    }, { signal });
  },
};
const open = new AbortController();
const start = () => mount(document.getElementById("explorer"), transport, open.signal);
stream.addEventListener("open", start, { once: true });
</script>
</html>"""


class OwnHost:
    """Carries a piece to every page that listens."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.pages: set[queue.SimpleQueue[str]] = set()
        piece.attach(self)

    def show(self, state: Mapping[str, Any]) -> None:
        """Send values of the state that have changed."""
        self.send({"state": dict(state)})

    def send(self, message: dict[str, Any]) -> None:
        """Send a message, with its bytes as buffers at the paths `buffer_paths`."""
        paths: list[list[str | int]] = []
        buffers: list[bytes] = []
        content = {**apart(message, [], paths, buffers), "buffer_paths": paths}
        text = json.dumps({"content": content, "buffers": [base64.b64encode(each).decode() for each in buffers]})
        for page in tuple(self.pages):
            page.put(text)

    def receive(self, text: bytes) -> None:
        """Give a message of a page to the piece."""
        message = json.loads(text)
        self.piece.receive(message["content"], [base64.b64decode(each) for each in message["buffers"]])


class OwnPage(BaseHTTPRequestHandler):
    """Answers the requests of a page; a subclass has the host."""

    host: ClassVar[OwnHost]
    files: ClassVar[dict[str, tuple[str, bytes]]] = {
        "/": ("text/html; charset=utf-8", PAGE.encode()),
        "/explorer.js": ("text/javascript", (STATIC / "explorer.js").read_bytes()),
        "/explorer.css": ("text/css", (STATIC / "explorer.css").read_bytes()),
    }

    def do_GET(self) -> None:
        """Send a file, or the stream of messages."""
        if self.path == "/messages":
            return self._stream()
        kind, content = self.files.get(self.path, ("", b""))
        self._head(200 if kind else 404, kind)
        self.wfile.write(content)
        return None

    def do_POST(self) -> None:
        """Take a message of the page."""
        self.host.receive(self.rfile.read(int(self.headers["Content-Length"])))
        self._head(204, "")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - a name of the base class
        """Write no line for every request."""

    def _head(self, status: int, kind: str) -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()

    def _stream(self) -> None:
        page: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.host.pages.add(page)
        try:
            self._head(200, "text/event-stream")
            while True:
                self.wfile.write(f"data: {page.get()}\n\n".encode())
        except (BrokenPipeError, ConnectionResetError):
            self.host.pages.discard(page)  # it has left


def own_server(piece: Piece, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of this machine for a page with a piece on it, at a port, by default a free one."""
    handler = type("OwnPage", (OwnPage,), {"host": OwnHost(piece)})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server


if __name__ == "__main__":
    own_server(ExplorerPiece("camera"), 8000).serve_forever()
