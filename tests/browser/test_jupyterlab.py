"""The first notebook in a real JupyterLab."""

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.explorer_page import number, relative_error, use_explorer
from tests.browser.lab_page import open_lab, run_down_to, save
from tests.browser.pages import Watched
from tests.browser.servers import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(180)]

LESSON, EXPLORER = "00_draw_tweak_watch.ipynb", 2  # the notebook, and the cell that shows the Explorer
COPY = "copy.ipynb"  # as stored it is without outputs, which name widgets of a kernel that has gone
_CELLS = "window.jupyterapp.shell.currentWidget.content.widgets.length"


@pytest.fixture
def notebook(lab: Server, watch: Callable[..., Watched]) -> Page:
    """A copy of the first notebook, run down to the Explorer."""
    shutil.copy(ROOT / "notebooks" / LESSON, lab.folder / COPY)
    page = watch().page
    open_lab(page, lab.address, COPY)
    run_down_to(page, EXPLORER)
    page.locator("[data-core]").first.wait_for(timeout=60_000)
    return page


def test_the_explorer_is_used_and_a_reload_keeps_what_is_drawn(lab: Server, notebook: Page) -> None:
    drawn = use_explorer(notebook)
    save(notebook)
    open_lab(notebook, lab.address, COPY)
    notebook.locator('[data-bond="A-D"]').wait_for(state="attached", timeout=60_000)
    assert number(notebook, "parameters") == drawn
    assert relative_error(notebook) < 1


def test_keys_on_the_widget_do_not_cut_or_insert_cells(notebook: Page) -> None:
    cells = notebook.evaluate(_CELLS)
    notebook.locator('[data-core="A"]').first.focus()
    for key in ("x", "d", "d", "b", "a", "Escape"):
        notebook.keyboard.press(key)
    notebook.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert notebook.evaluate(_CELLS) == cells
