"""The dashboard as `tnlab dashboard` serves it."""

import contextlib
from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import Browser

from tests.browser.explorer_page import use_explorer
from tests.browser.pages import Watched
from tests.browser.servers import Server
from tests.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(180)]
PATIENCE = 90_000  # milliseconds: a busy machine starts kernels slowly


def test_the_explorer_is_used(voila: Server, watch: Callable[..., Watched]) -> None:
    page = watch().page
    page.goto(f"{voila.address}/voila/render/explorer.ipynb", timeout=PATIENCE)
    page.locator("[data-core]").first.wait_for(timeout=60_000)
    use_explorer(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"


def kernels(server: Server) -> set[int]:
    """Return the processes of the kernels below the server that listens on this port."""
    port = server.address.rsplit(":", 1)[1]
    found = set[int]()
    for process in psutil.process_iter(["cmdline"]):
        if port not in (process.info["cmdline"] or []):
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in process.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    if any("ipykernel" in word for word in child.cmdline()):
                        found.add(child.pid)
    return found


def test_a_page_that_closes_ends_its_kernel(voila: Server, browser: Browser) -> None:
    page = browser.new_page()  # not a watched one: while its requests are looked at, its last one gets lost
    before = kernels(voila)  # of other pages, which may end meanwhile
    page.goto(f"{voila.address}/voila/render/explorer.ipynb", timeout=PATIENCE)
    page.locator("[data-core]").first.wait_for(timeout=60_000)
    own = kernels(voila) - before
    assert len(own) == 1
    page.locator("[data-action='preset:fully_connected']").click()  # a fit that goes on for long
    page.locator('[data-state="live"] > [data-field="relative-error"]').wait_for(timeout=PATIENCE)
    page.goto("about:blank")
    wait_for(lambda: not own & kernels(voila), "until the kernel has ended")
    page.close()
