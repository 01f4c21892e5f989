"""The search workbench with a real search: start, pause, charts, structures opened in the Explorer, studies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.harness import Stage, middle
from tests.widgets.conftest import another_fit
from tnlab_widgets import SearchWorkbench

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

_EXPLORER = Path(__file__).parents[2] / "widgets" / "tnlab_widgets" / "static" / "explorer.css"
_PAINTED = """() => {
  const canvas = document.querySelector(".tnw-points");
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(byte => byte > 0);
}"""
# What a second sheet that comes after those of the page changes of how things look.
_CHANGED = """css => {
  const parts = [...document.querySelectorAll(".tnw *")];
  const looks = () => parts.map(part => getComputedStyle(part)).map(look =>
    [...look].map(name => [name, look.getPropertyValue(name)]));
  const before = looks(), sheet = document.createElement("style");
  sheet.textContent = css;
  document.head.append(sheet);
  const after = looks();
  sheet.remove();
  return [...new Set(parts.flatMap((part, place) => before[place]
    .filter(([, value], row) => value !== after[place][row][1])
    .map(([name]) => `${part.getAttribute("class")}: ${name}`)))];
}"""
_FITS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def bench(stage: Callable[..., Stage], tmp_path: Path) -> Callable[..., Stage]:
    """Puts a workbench on a page, with its studies in a folder of this test."""

    def bench(**settings: Any) -> Stage:
        chosen = {"engines": ("growth", "random"), "target_error": 0.2, "max_evaluations": 100_000, "max_seconds": 600}
        data = {"modes": (8, 8, 8, 8, 16), "order": "quantised"}
        context = {name: settings.pop(name) for name in ("viewport", "color_scheme") if name in settings}
        return stage(lambda: SearchWorkbench("camera", studies=tmp_path, **data, **{**chosen, **settings}), **context)

    return bench


def total(shown: Stage) -> int:
    """Return how many evaluations the page has."""
    return int(shown.find('[data-field="points-known"]').get_attribute("data-value") or 0)


def started(shown: Stage, evaluations: int = 20) -> Stage:
    """Press Start, and wait for evaluations."""
    shown.button("Start").click()
    shown.until(lambda: total(shown) >= evaluations, "evaluations on the page")
    return shown


def test_one_button_starts_holds_and_goes_on(bench: Callable[..., Stage]) -> None:
    shown = started(bench())
    assert shown.page.evaluate(_PAINTED)
    assert shown.find("tr[data-lane]").count() == 2
    shown.button("Pause").click()
    shown.until(lambda: shown.state["run"]["state"] == "paused", "a pause")
    expect(shown.find('tr[data-lane][data-state="paused"]')).to_have_count(2)
    held = sum(lane["total"] for lane in shown.state["lanes"])
    another_fit()
    assert sum(lane["total"] for lane in shown.state["lanes"]) <= held + 1  # the one at hand may have ended
    shown.button("Resume").press("Enter")
    shown.until(lambda: total(shown) > held, "more evaluations")
    shown.button("Stop").click()
    shown.until(lambda: shown.state["run"]["state"] == "ended", "an end")
    expect(shown.button("New search")).to_be_visible()


def test_numbers_are_those_of_the_search(bench: Callable[..., Stage]) -> None:
    shown = started(bench(), 40)
    shown.button("Stop").click()
    shown.until(lambda: shown.state["run"]["state"] == "ended", "an end")
    shown.settle()
    reached = [lane["incumbent"]["parameters"] for lane in shown.state["lanes"] if lane["incumbent"]["reached"]]
    best = shown.find('[data-field="best"]').get_attribute("data-value")
    assert best == (str(min(reached)) if reached else "")
    for lane in shown.state["lanes"]:
        row = shown.find(f'tr[data-lane="{lane["id"]}"]')
        assert row.locator('[data-field="lane-counts"]').get_attribute("data-value") == str(lane["counts"]["proposed"])
    assert total(shown) == sum(lane["total"] for lane in shown.state["lanes"])
    cores = shown.find(".tnw-stage [data-core]").count()
    assert cores in {len(lane["incumbent"]["structure"]["cores"]) for lane in shown.state["lanes"]}


def test_a_click_on_a_point_opens_it_and_back_puts_it_away(bench: Callable[..., Stage]) -> None:
    shown = started(bench())
    shown.button("Pause").click()
    shown.until(lambda: shown.state["run"]["state"] == "paused", "a pause")
    shown.settle()
    shown.find('[data-plot="cloud"]').focus()
    shown.press("ArrowRight")
    place = middle(shown.find(".tnw-ring"))
    shown.page.mouse.move(place[0] + 40, place[1] - 60)
    shown.page.mouse.move(*place)
    tip = shown.find(".tnx-tip")
    expect(tip).to_contain_text("Click to open it in the Explorer")
    words = tip.inner_text().split(": ", 1)[1].split(" parameters")[0]
    shown.page.mouse.click(*place)
    shown.until(lambda: shown.state["opened"], "an Explorer")
    expect(shown.find(".tnw-explorer")).to_be_visible()
    parameters = int("".join(letter for letter in words if letter.isdigit()))
    assert next(iter(shown.widget.piece.parts.values())).state["numbers"]["parameters"] == parameters
    shown.press("Escape")
    expect(shown.find(".tnw-explorer")).to_be_hidden()
    shown.until(lambda: not shown.state["opened"], "an Explorer that is gone")


def test_charts_are_moved_zoomed_and_shown_whole_again(bench: Callable[..., Stage]) -> None:
    shown = started(bench())
    shown.button("Pause").click()
    for name in ("cloud", "progress"):
        plot = shown.find(f'[data-plot="{name}"]')
        x, y = middle(plot)
        ticks = plot.locator(".tnx-axes text")
        before = ticks.all_inner_texts()
        shown.drag((x, y), (x + 90, y + 50))
        assert plot.get_attribute("data-chosen") is not None
        shown.page.keyboard.press("+")
        shown.settle()
        assert ticks.all_inner_texts() != before
        shown.page.mouse.dblclick(x, y)
        shown.settle()
        assert plot.get_attribute("data-chosen") is None
    assert not shown.state["opened"], "a drag is no click"


def test_studies_are_exported_and_deleted_after_a_question(bench: Callable[..., Stage], tmp_path: Path) -> None:
    shown = started(bench(engines=("random",)))
    shown.button("Stop").click()
    shown.until(lambda: shown.state["run"]["state"] == "ended", "an end")
    shown.find('[data-action="studies"]').click()
    study = shown.find("[data-study]").first
    with shown.page.expect_download() as waiting:
        study.get_by_role("button", name="CSV").click()
    rows = Path(waiting.value.path()).read_text().splitlines()
    assert 0 < shown.state["lanes"][0]["total"] <= len(rows) - 1  # a study also keeps what was decided ahead of a stop
    name = study.get_attribute("data-study")
    delete = study.get_by_role("button", name="Delete")
    shown.until(lambda: not shown.state["studies"][0]["busy"], "a study without a writer")
    shown.until(lambda: delete.get_attribute("aria-disabled") is None, "a button that may be pressed")
    delete.click()
    shown.press("Escape")
    assert (tmp_path / f"{name}.study").exists()
    delete.click()
    shown.button("Delete it").click()
    shown.until(lambda: not (tmp_path / f"{name}.study").exists(), "a study that is gone")
    shown.until(lambda: shown.find("[data-study]").count() == 0, "an empty list")


def test_the_sheet_of_an_explorer_changes_nothing_here(bench: Callable[..., Stage]) -> None:
    shown = started(bench(engines=("random",)))
    shown.button("Stop").click()
    shown.until(lambda: shown.state["run"]["state"] == "ended", "an end")
    shown.find('[data-action="studies"]').click()
    delete = shown.find("[data-study]").get_by_role("button", name="Delete")
    shown.until(lambda: delete.get_attribute("aria-disabled") is None, "a button that may be pressed")
    delete.click()
    expect(shown.button("Delete it")).to_be_visible()
    assert shown.page.evaluate(_CHANGED, _EXPLORER.read_text()) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (600, 900)])
def test_it_fits_the_screen(bench: Callable[..., Stage], width: int, height: int, scheme: str) -> None:
    shown = started(bench(viewport={"width": width, "height": height}, color_scheme=scheme), 5)
    assert shown.page.evaluate(_FITS), "the page is wider than the screen"
    if width > 1000:
        box = shown.find(".tnw-grid").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height
