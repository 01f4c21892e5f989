"""The widgets in a real marimo, as apps and in its editor."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.explorer_page import number, relative_error, use_explorer, wait_for_fit
from tests.browser.pages import Watched
from tests.browser.search_page import start, wait_for_more
from tests.browser.servers import Server, free_port, marimo, serve

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(180)]
STARTING = 90_000  # milliseconds: a busy machine starts kernels slowly

_EXPLORER = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from tnlab_widgets import Explorer

    explorer = Explorer("camera")
    structure, set_structure = mo.state(explorer.structure)
    explorer.on_change(set_structure)
    mo.ui.anywidget(explorer)
    return explorer, mo, structure


@app.cell
def _(explorer, mo, structure):
    structure()  # the cell runs again when another structure is drawn
    mo.md(f"drawn: {explorer.structure.parameters}")
    return
"""
_WORKBENCH = """
import marimo

app = marimo.App()


@app.cell
def _():
    from tnlab_widgets import SearchWorkbench

    SearchWorkbench("camera", engines=("growth",), target_error=0.2)
    return
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of apps: the Explorer, wrapped, and the workbench as it is."""
    folder = tmp_path_factory.mktemp("apps")
    (folder / "explorer.py").write_text(_EXPLORER)
    (folder / "workbench.py").write_text(_WORKBENCH)
    return folder


@pytest.fixture(scope="module")
def apps(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A marimo that runs the apps."""
    port = free_port()
    files = [folder / "explorer.py", folder / "workbench.py"]
    with serve(marimo("run", port, files), port, tmp_path_factory.mktemp("run"), folder) as server:
        yield server


def opened(page: Page, address: str) -> Page:
    """Open an app, and wait until its widget is drawn."""
    page.goto(address, timeout=STARTING)
    page.locator(".tnx").first.wait_for(timeout=STARTING)
    return page


def test_the_explorer_is_used_and_another_cell_reads_what_is_drawn(apps: Server, watch: Callable[..., Watched]) -> None:
    page = opened(watch().page, f"{apps.address}/?file=explorer.py")
    drawn = use_explorer(page)
    expect(page.get_by_text(f"drawn: {drawn:.0f}")).to_be_visible()


def test_the_workbench_opens_a_point_in_the_explorer(apps: Server, watch: Callable[..., Watched]) -> None:
    page = opened(watch().page, f"{apps.address}/?file=workbench.py")
    start(page)
    wait_for_more(page, 10)
    page.locator("[data-action='open-best']").click()
    wait_for_fit(page)
    assert 0 < relative_error(page) < 1
    page.keyboard.press("Escape")
    page.locator(".tnw-explorer").wait_for(state="hidden")


def test_in_the_editor_a_reload_keeps_what_is_drawn(
    folder: Path, tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    port = free_port()
    with serve(marimo("edit", port, [folder / "explorer.py"]), port, tmp_path, folder) as server:
        page = opened(watch().page, server.address)
        drawn = use_explorer(page)
        opened(page, server.address)
        page.locator('[data-bond="A-D"]').wait_for(state="attached", timeout=STARTING)
        assert number(page, "parameters") == drawn
        expect(page.get_by_text(f"drawn: {drawn:.0f}")).to_be_visible()
