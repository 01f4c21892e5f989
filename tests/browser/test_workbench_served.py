"""The search workbench in a real JupyterLab and as `tnlab dashboard` serves it: a search outlives its page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.explorer_page import relative_error, wait_for_fit
from tests.browser.lab_page import open_lab, run_all, save
from tests.browser.pages import Watched
from tests.browser.search_page import choose, proposed, start, state, wait_for_more
from tests.browser.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(300)]
PATIENCE = 90_000  # milliseconds: a busy machine starts kernels slowly
PRIMARY = ".tnw-primary"


def goes_on(page: Page, before: int) -> None:
    """Wait until the search shows what it had before, and more."""
    page.locator(PRIMARY).wait_for(timeout=PATIENCE)
    more = wait_for_more(page, before)
    wait_for_more(page, more)
    assert state(page) == "running"


def test_in_voila_a_search_goes_on_after_a_reload(voila: Server, watch: Callable[..., Watched]) -> None:
    page = watch().page
    page.goto(f"{voila.address}/voila/render/search_workbench.ipynb", timeout=PATIENCE)
    page.locator(PRIMARY).wait_for(timeout=PATIENCE)
    choose(page, max_seconds=600, target_error=0.08)
    start(page)
    before = wait_for_more(page, 10)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    page.reload(timeout=PATIENCE)
    goes_on(page, before)
    page.locator("[data-action='open-best']").click()
    wait_for_fit(page)
    assert 0 < relative_error(page) < 1
    page.keyboard.press("Escape")
    page.locator(".tnw-explorer").wait_for(state="hidden")
    wait_for_more(page, proposed(page))
    page.locator("[data-action='stop']").click()
    page.locator('[data-field="run-status"][data-state="ended"]').wait_for(timeout=PATIENCE)


def test_in_jupyterlab_a_search_goes_on_while_the_page_is_away(lab: Server, watch: Callable[..., Watched]) -> None:
    page = watch().page
    path = "dashboards/search_workbench.ipynb"
    open_lab(page, lab.address, path)
    run_all(page)
    page.locator(PRIMARY).wait_for(timeout=PATIENCE)
    choose(page, max_seconds=600, target_error=0.08)
    start(page)
    before = wait_for_more(page, 10)
    save(page)
    open_lab(page, lab.address, path)
    goes_on(page, before)
    page.locator("[data-action='stop']").click()
    page.locator('[data-field="run-status"][data-state="ended"]').wait_for(timeout=PATIENCE)
    assert proposed(page) > before
