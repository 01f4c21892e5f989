"""The first notebook in a real JupyterLab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.explorer_page import draw_and_turn, relative_error, wait_for_fit
from tests.browser.lab_page import open_notebook
from tests.browser.pages import Watched
from tests.browser.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(180)]

_RUN_TO_EXPLORER = """async () => {
  const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
  notebook.activeCellIndex = 3;
  await app.commands.execute("notebook:run-all-above");
  notebook.activeCellIndex = 2;
}"""
_CELLS = "window.jupyterapp.shell.currentWidget.content.widgets.length"


@pytest.fixture
def notebook(lab: Server, watch: Callable[..., Watched]) -> Page:
    """The first notebook, run down to the Explorer."""
    page = watch().page
    page.goto(f"{lab.address}/lab")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
    open_notebook(page, "00_draw_tweak_watch.ipynb")
    page.evaluate(_RUN_TO_EXPLORER)
    page.locator("[data-core]").first.wait_for(timeout=60_000)
    return page


def test_draw_a_bond_change_a_rank_read_a_lower_error(notebook: Page) -> None:
    wait_for_fit(notebook)
    before = relative_error(notebook)
    draw_and_turn(notebook)
    assert relative_error(notebook) < before


def test_keys_on_the_widget_do_not_cut_or_insert_cells(notebook: Page) -> None:
    cells = notebook.evaluate(_CELLS)
    notebook.locator('[data-core="A"]').first.focus()
    for key in ("x", "d", "d", "b", "a", "Escape"):
        notebook.keyboard.press(key)
    notebook.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert notebook.evaluate(_CELLS) == cells
