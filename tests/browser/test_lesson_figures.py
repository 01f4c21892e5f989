"""The figures of the second lesson in a real JupyterLab, which may load nothing from elsewhere."""

from collections.abc import Callable

import pytest

from tests.browser.pages import Watched
from tests.browser.servers import Server

pytest.importorskip("plotly")
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

_RUN = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = await app.commands.execute("docmanager:open", { path });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await app.commands.execute("notebook:run-all-cells");
}"""


def test_every_figure_is_drawn(lab: Server, watch: Callable[..., Watched]) -> None:
    page = watch().page
    page.goto(f"{lab.address}/lab")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
    page.evaluate(_RUN, "01_what_no_fit_can_beat.ipynb")
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot .main-svg').length >= 5", timeout=120_000)
    assert page.locator(".js-plotly-plot").count() == 5
    assert "no fit is below 0.1081" in page.locator(".js-plotly-plot").first.inner_text()
