"""The dashboard as `tnlab dashboard` serves it."""

from collections.abc import Callable

import pytest

from tests.browser.explorer_page import draw_and_turn, relative_error, wait_for_fit
from tests.browser.pages import Watched
from tests.browser.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(180)]


def test_draw_a_bond_change_a_rank_read_a_lower_error(voila: Server, watch: Callable[..., Watched]) -> None:
    page = watch().page
    page.goto(f"{voila.address}/voila/render/explorer.ipynb")
    page.locator("[data-core]").first.wait_for(timeout=60_000)
    wait_for_fit(page)
    before = relative_error(page)
    draw_and_turn(page)
    assert relative_error(page) < before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
