"""Fixtures of the browser tests: Chromium, and a widget on a bare page, in a real JupyterLab or in Voila."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import comm
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.diagram import Diagram
from tests.browser.harness import FakeComm, Stage
from tests.browser.pages import Watched, open_page
from tests.browser.servers import ROOT, Server, dashboard, free_port, jupyter, serve
from tnlab.formats import formats
from tnlab_widgets import NetworkEditor

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]  # as root, in a small container


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the test is skipped, or fails when TNLAB_REQUIRE_BROWSER=1."""
    names = [os.environ.get("TNLAB_CHROMIUM", ""), *_NAMES]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        message = "no Chromium: install it (on Debian: apt-get install chromium)"
        if os.environ.get("TNLAB_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens pages that may not talk to other machines; at the end none may have tried, or raised an error."""
    opened: list[Any] = []

    def watch(**context: Any) -> Watched:
        opened.append(open_page(browser, **context))
        return opened[-1][0]

    yield watch
    for watched, context in opened:
        context.close()
        watched.assert_quiet()


@pytest.fixture
def stage(watch: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Stage]]:
    """Puts a widget on a page: `stage(lambda: NetworkEditor(...))`; keywords go to the browser context."""
    monkeypatch.setattr(comm, "create_comm", FakeComm)
    stages: list[Stage] = []

    def stage(make: Callable[[], Any], **context: Any) -> Stage:
        stages.append(Stage(watch(**context).page, make()))
        return stages[-1]

    yield stage
    for each in stages:
        assert each.failures == []
        assert each.page.evaluate("unmountWidget()") == 0, "listeners are left after the view is gone"
        each.widget.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab over a copy of the notebooks."""
    with lessons_in("jupyterlab", tmp_path_factory) as server:
        yield server


@contextmanager
def lessons_in(application: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a copy of the notebooks in "jupyterlab" or "notebook"."""
    home, folder = tmp_path_factory.mktemp(application), tmp_path_factory.mktemp("work") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    port = free_port()
    with serve(jupyter(application, port, folder), port, home, folder) as server:
        yield server


@pytest.fixture(scope="package")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboards, served by the command that README gives."""
    port = free_port()
    with serve(dashboard(port), port, tmp_path_factory.mktemp("voila"), ROOT) as server:
        yield server


@pytest.fixture
def editor(stage: Callable[..., Stage]) -> Callable[..., Diagram]:
    """Puts an editor on a page: `editor("tt", (4, 4, 4), rank=2)`; other keywords go to the widget."""

    def editor(
        name: str = "tt", modes: tuple[int, ...] = (4, 5, 6, 7), rank: int = 2, touch: bool = False, **traits: Any
    ) -> Diagram:
        structure = formats[name].build(modes, rank)
        return Diagram(stage(lambda: NetworkEditor(structure, **traits), has_touch=touch))

    return editor
