"""The first notebook in a real Notebook 7."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import lessons_in
from tests.browser.explorer_page import number, relative_error, use_explorer
from tests.browser.lab_page import open_notebook_7, run_down_to, save
from tests.browser.pages import Watched
from tests.browser.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(180)]
LESSON, EXPLORER = "00_draw_tweak_watch.ipynb", 2  # the notebook, and the cell that shows the Explorer


@pytest.fixture(scope="module")
def notebook_7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Notebook 7 over a copy of the notebooks."""
    with lessons_in("notebook", tmp_path_factory) as server:
        yield server


def test_the_explorer_is_used_and_a_reload_keeps_what_is_drawn(
    notebook_7: Server, watch: Callable[..., Watched]
) -> None:
    page = watch().page
    open_notebook_7(page, notebook_7.address, LESSON)
    run_down_to(page, EXPLORER)
    page.locator("[data-core]").first.wait_for(timeout=60_000)
    drawn = use_explorer(page)
    save(page)
    open_notebook_7(page, notebook_7.address, LESSON)
    page.locator('[data-bond="A-D"]').wait_for(state="attached", timeout=60_000)
    assert number(page, "parameters") == drawn
    assert relative_error(page) < 1
