"""The figures of the lessons in a real JupyterLab, which may load nothing from elsewhere."""

from collections.abc import Callable

import pytest

from tests.browser.lab_page import open_notebook, run_all
from tests.browser.pages import Watched
from tests.browser.servers import Server

pytest.importorskip("plotly")
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

_DRAWN = "count => document.querySelectorAll('.js-plotly-plot:has(.main-svg)').length >= count"


@pytest.mark.parametrize(
    ("lesson", "figures", "words"),
    [
        ("01_what_no_fit_can_beat", 5, "no fit of this structure is below 0.108"),
        ("02_decompose_anything", 6, "Where the fit is wrong"),
        ("03_search_for_a_structure", 2, ": not below 128"),
    ],
)
def test_every_figure_is_drawn(
    lab: Server, watch: Callable[..., Watched], lesson: str, figures: int, words: str
) -> None:
    page = watch().page
    page.goto(f"{lab.address}/lab")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
    open_notebook(page, f"{lesson}.ipynb")
    run_all(page)
    page.wait_for_function(_DRAWN, arg=figures, timeout=120_000)
    assert page.locator(".js-plotly-plot").count() == figures
    assert words in page.locator(".js-plotly-plot").first.inner_text()
