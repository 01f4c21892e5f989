"""The Explorer on a page of one's own, which knows neither Jupyter nor anywidget."""

import threading
from collections.abc import Callable

import pytest

from tests.browser.explorer_page import number, relative_error, use_explorer
from tests.browser.own_page import own_server
from tests.browser.pages import Watched
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def test_the_explorer_is_used_and_a_reload_keeps_what_is_drawn(watch: Callable[..., Watched]) -> None:
    piece = ExplorerPiece("camera")
    server = own_server(piece)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = watch().page
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        drawn = use_explorer(page)
        assert piece.structure.parameters == drawn
        page.reload()
        page.locator('[data-bond="A-D"]').wait_for(state="attached")
        assert number(page, "parameters") == drawn
        assert relative_error(page) < 1
        page.goto("about:blank")
    finally:
        server.shutdown()
        server.server_close()
        piece.close()
