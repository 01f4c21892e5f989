"""The report of a comparison in a browser without a network: it draws, text stays text, and colours follow the page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Watched
from tests.waiting import wait_for
from tnlab.figures.comparison_report import write_report
from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan
from tnlab.structure_search.comparison.tensors import Origin
from tnlab.structure_search.settings import Budget

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror='window.hit=1'>%{x}</script><script>window.hit=2</script>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report in which every name is HTML markup."""
    origin = Origin(f"data {EVIL}", name="camera")
    cases = tuple(
        Case(
            label=f"case {error} {EVIL}",
            origin=origin,
            target_error=error,
            family="ring",
            max_rank=None,
            modes=(4,) * 4,
            digest="",
        )
        for error in (0.1, 0.2, 0.3)
    )
    entrants = (Entrant(f"<b>A</b> %{{x}} {EVIL}", "tnls"), Entrant("B", "random"), Entrant("C", "rgtn"))
    folder = tmp_path_factory.mktemp("report")
    plan = Plan(
        title=f"Title {EVIL}",
        entrants=entrants,
        cases=cases,
        seeds=(0, 1, 2),
        budget=Budget(100, 5.0),
        executor="inline",
        output=folder,
        text=f"# {EVIL}\n",
    )
    outcomes = {
        run: Outcome(f"It fails {EVIL}")
        if run.entrant.label == "C"
        else Outcome(
            failure="",
            family="ring",
            steps=((2, 0.5, 90 + run.seed), (9 + run.seed, 1.0, 60)),
            relative_error=0.01,
            evaluations=20,
            proposed=30,
            seconds=2.0,
            bound=50,
            status="x",
        )
        for run in plan.runs
    }
    path: Path = write_report(plan, outcomes, {"torch": EVIL})
    return path.read_text()


@pytest.fixture
def shown(watch: Callable[..., Watched], report: str) -> Callable[..., Page]:
    """Opens the report, offline, and waits for its six figures. Its policy lets nothing evaluate text, us included."""

    def shown(**context: object) -> Page:
        page = watch(offline=True, **context).page
        page.set_content(report)
        expect(page.locator(".js-plotly-plot")).to_have_count(6)
        return page

    return shown


def test_it_draws_and_text_stays_text(shown: Callable[..., Page]) -> None:
    page = shown()
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == f"Title {EVIL}"
    assert page.locator("#profile-parameters .legendtext").first.text_content().startswith("<b>A</b> %{x} <img")
    assert page.locator("#critical-difference").get_by_text("<b>A</b> %{x}").count() == 1
    assert page.locator(".plot").count() == 6
    assert "It fails <img" in page.locator("#cases").inner_text()


def test_it_follows_the_colours_of_the_page(shown: Callable[..., Page]) -> None:
    page = shown(color_scheme="light")
    ink = "getComputedStyle(document.querySelector('.legendtext')).fill"
    paper = "getComputedStyle(document.body).backgroundColor"
    assert (page.evaluate(ink), page.evaluate(paper)) == ("rgb(27, 31, 36)", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".legendtext").first).to_have_css("fill", "rgb(230, 232, 235)")
    assert page.evaluate(paper) == "rgb(20, 23, 27)"


def test_it_is_read_with_the_keyboard_and_on_a_small_screen(shown: Callable[..., Page]) -> None:
    page = shown(viewport={"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"[{focused}.className, {focused}.getAttribute('aria-label')]") == ["scroll", "All engines"]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    wait_for(lambda: page.evaluate(f"{focused}.scrollLeft") > 0)  # scrolling is smooth
