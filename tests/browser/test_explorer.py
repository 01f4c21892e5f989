"""The Explorer in a real Chromium: a live fit, data in, structures back, sentences for what goes wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser import explorer_page as on
from tests.browser.harness import Stage
from tests.widgets.conftest import another_fit
from tnlab_widgets import Explorer

pytestmark = pytest.mark.browser

_HUGE_FILE = """() => {
  const file = new File(["x"], "huge.npy");
  Object.defineProperty(file, "size", { value: 2 * 1024 ** 3 });
  window.read = 0;
  const read = () => { window.read += 1; throw new Error("read"); };
  for (const name of ["slice", "arrayBuffer", "stream", "text"]) file[name] = read;
  const item = { kind: "file", getAsFile: () => file };
  const data = { files: [file], items: [item], types: ["Files"], dropEffect: "copy" };
  const target = document.querySelector("#widget .tnx");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new Event(kind, { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: data });
    target.dispatchEvent(event);
  }
}"""


@pytest.fixture
def explorer(stage: Callable[..., Stage]) -> Callable[..., Stage]:
    """Puts an Explorer on a page and waits for the first error."""

    def explorer(data: object = "camera", **settings: Any) -> Stage:
        staged = stage(lambda: Explorer(data, **settings))
        on.relative_error(staged.page)
        return staged

    return explorer


def test_opens_on_a_running_fit_with_pictures(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    assert 0 < on.relative_error(stage.page) < 1
    assert on.number(stage.page, "parameters") == stage.widget.value.parameters
    assert stage.find("[data-picture]").count() == 3
    stage.page.locator('[data-picture="reconstruction"][data-state="still"] canvas[role=img]').wait_for()
    assert stage.find('[data-picture="reconstruction"] canvas[role=img]').evaluate("c => c.width") == 256


def test_fits_on_one_screen(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    box = stage.find(".tnx").first.bounding_box()
    assert box is not None
    assert box["width"] <= 1280
    assert box["y"] + box["height"] <= 800
    assert stage.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_error_falls_after_a_bond_and_after_a_rank(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    on.wait_for_fit(stage.page)
    on.draw_and_turn(stage.page)


def test_numbers_of_an_earlier_structure_are_shown_as_old(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    on.wait_for_fit(stage.page)
    stage.page.evaluate("""() => {
      window.states = [];
      const row = document.querySelector('[data-field="relative-error"]').parentElement;
      new MutationObserver(() => states.push(row.dataset.state)).observe(row, { attributeFilter: ["data-state"] });
    }""")
    on.turn_wheel(stage.page, "A-B")
    on.wait_for_fit(stage.page)
    assert stage.page.evaluate("states[0]") == "old"


def test_a_visited_point_is_restored_by_a_click(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    on.wait_for_fit(stage.page)
    first, error = stage.widget.value, on.relative_error(stage.page)
    on.turn_wheel(stage.page, "B-C", 3)
    stage.until(lambda: stage.find("[data-point]").count() >= 2, "a second point")
    on.wait_for_fit(stage.page)
    stage.find("[data-point]:not([aria-current])").first.click()
    stage.until(lambda: stage.widget.value == first, "the first structure is back")
    stage.until(lambda: on.relative_error(stage.page) <= error * (1 + 1e-9), "with its error")


def test_pause_resume_and_stop(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tr", 8))
    pause = stage.find("[data-action=pause]")
    pause.click()
    stage.until(lambda: stage.state["fit"]["paused"], "paused")
    sweep = stage.state["fit"]["sweep"]
    another_fit()
    assert stage.state["fit"]["sweep"] <= sweep + 1  # the one at hand may have ended
    pause.click()
    stage.until(lambda: stage.state["fit"]["sweep"] > sweep + 1, "running again")
    stage.find("[data-action=stop]").click()
    stage.until(lambda: not stage.state["fit"]["running"], "stopped")
    stage.find('[data-field="fit-status"]:has-text("stopped on request")').wait_for()


def test_restart_takes_another_seed(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("cp", 4))
    on.wait_for_fit(stage.page)
    generation, seed = stage.state["fit"]["generation"], stage.state["fit"]["seed"]
    stage.find("[data-action=restart]").click()
    stage.until(lambda: stage.state["fit"]["generation"] > generation, "a new run")
    assert stage.state["fit"]["seed"] != seed


def test_an_edit_while_a_fit_runs_wins(explorer: Callable[..., Stage]) -> None:
    stage = explorer(modes=(4, 4, 16, 16, 16), structure=("tr", 4))
    for _ in range(6):
        on.turn_wheel(stage.page, "A-B")
    stage.page.locator('[data-bond="A-B"][data-rank="10"]').wait_for(state="attached")
    stage.until(lambda: stage.widget.value.bonds[0].rank == 10, "rank 10 in Python")
    stage.until(lambda: stage.state["fit"]["edit"] == stage.state["edit"], "the newest edit is being fitted")
    on.relative_error(stage.page)


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_an_array_is_uploaded_in_pieces(explorer: Callable[..., Stage], tmp_path: Path, size: int) -> None:
    stage = explorer()
    path = tmp_path / "mine.npy"
    np.save(path, np.sin(np.arange(size // 8) / 40).reshape(5, -1))
    with stage.page.expect_file_chooser() as chooser:
        stage.find("[data-action=upload]").click()
    chooser.value.set_files(path)
    stage.until(lambda: stage.state["data"]["name"] == "mine.npy", "the upload")
    assert stage.state["data"]["shape"] == [5, size // 40]
    on.relative_error(stage.page)


@pytest.mark.parametrize("case", ["pickle", "nan", "empty", "text"])
def test_a_bad_file_gets_a_sentence_and_nothing_changes(
    explorer: Callable[..., Stage], tmp_path: Path, case: str
) -> None:
    stage = explorer()
    path = tmp_path / "bad.npy"
    arrays = {"pickle": np.array([{"a": 1}], dtype=object), "nan": np.full((4, 4), np.nan), "empty": np.zeros((0, 3))}
    if case == "text":
        path.write_text("not an array")
    else:
        np.save(path, arrays[case], allow_pickle=True)
    with stage.page.expect_file_chooser() as chooser:
        stage.find("[data-action=upload]").click()
    chooser.value.set_files(path)
    alert = stage.find("[role=alert]:visible")
    alert.wait_for()
    assert "bad.npy" in alert.inner_text()
    assert stage.state["data"]["name"] == "camera"
    stage.find("[data-action=dismiss]").click()
    assert not alert.is_visible()


def test_two_gigabytes_are_refused_before_a_byte_is_read(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    stage.page.evaluate(_HUGE_FILE)
    alert = stage.find("[role=alert]:visible")
    alert.wait_for()
    assert "huge.npy" in alert.inner_text()
    assert stage.page.evaluate("window.read") == 0
    assert not [message for message in stage.sent if message["kind"] == "upload"]


def test_another_data_set_and_another_reshape(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    stage.find("[data-field=dataset]").select_option("coffee")
    stage.until(lambda: stage.state["data"]["name"] == "coffee", "coffee")
    stage.find("[data-field=order]").select_option("plain")
    stage.until(lambda: stage.state["data"]["order"] == "plain", "plain order")
    on.relative_error(stage.page)
    assert stage.widget.source.order == "plain"


def test_singular_values_of_the_selected_bond(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    on.wait_for_fit(stage.page)
    stage.page.mouse.click(*on.on_bond(stage.page, "B-C"))
    rank = stage.widget.value.bonds[1].rank
    stage.page.locator(f'[data-field="singular-values"][data-value="{rank}"]').wait_for()


def test_a_session_is_saved_and_opened_again(explorer: Callable[..., Stage], tmp_path: Path) -> None:
    stage = explorer()
    on.turn_wheel(stage.page, "A-B", 2)
    on.wait_for_fit(stage.page)
    saved, error = stage.widget.value, on.relative_error(stage.page)
    with stage.page.expect_download() as waiting:
        stage.find("[data-action=save]").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    on.turn_wheel(stage.page, "A-B", -3)
    stage.until(lambda: stage.widget.value != saved, "another structure")
    with stage.page.expect_file_chooser() as chooser:
        stage.find("[data-action=open]").click()
    chooser.value.set_files(path)
    stage.until(lambda: stage.widget.value == saved, "the saved structure")
    stage.until(lambda: on.relative_error(stage.page) <= error * (1 + 1e-6), "the saved error")


def test_every_control_of_the_explorer_has_a_name(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    nameless = stage.page.locator("#widget").evaluate("""root =>
      [...root.querySelectorAll("button, input, select, [role=button], [role=img], [role=spinbutton]")]
      .filter(e => e.checkVisibility())
      .filter(e => !(e.ariaLabel || e.getAttribute("aria-labelledby") || e.textContent.trim() || e.labels?.length))
      .map(e => e.outerHTML.slice(0, 120))""")
    assert nameless == []


def test_a_file_name_with_markup_is_text(explorer: Callable[..., Stage], tmp_path: Path) -> None:
    stage = explorer()
    name = "<img src=x onerror=window.hacked=1>.npy"
    with stage.page.expect_file_chooser() as chooser:
        stage.find("[data-action=upload]").click()
    chooser.value.set_files({"name": name, "mimeType": "application/octet-stream", "buffer": b"junk"})
    stage.find("[role=alert]:visible").wait_for()
    assert stage.page.evaluate("window.hacked") is None
    assert stage.find("img").count() == 0


def test_parameters_answer_a_rank_change_without_python(explorer: Callable[..., Stage]) -> None:
    stage = explorer()
    on.wait_for_fit(stage.page)
    rank = stage.widget.value.bonds[0].rank
    on.turn_wheel(stage.page, "A-B")
    stage.page.locator(f'[data-bond="A-B"][data-rank="{rank + 1}"]').wait_for(state="attached")
    stage.until(lambda: on.number(stage.page, "parameters") == stage.widget.value.parameters, "the count")
