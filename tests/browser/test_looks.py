"""The editor in light and dark themes, and its names for screen readers."""

from collections.abc import Callable

import pytest

from tests.browser.diagram import Diagram

pytestmark = pytest.mark.browser
Editor = Callable[..., Diagram]

_NAMELESS = """root => [...root.querySelectorAll("button, input, textarea, a, [role=button], [role=spinbutton]")]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.ariaLabel || e.getAttribute("aria-labelledby") || e.textContent.trim() || e.labels?.length))
  .map(e => e.outerHTML.slice(0, 120))"""
_UNHINTED = """root => [...root.querySelectorAll("button")].filter(e => e.checkVisibility())
  .filter(e => !(e.title || e.dataset.tip || e.textContent.trim().length > 2)).map(e => e.outerHTML.slice(0, 120))"""
_DARK = """() => {
  const values = {"--jp-layout-color1": "#111111", "--jp-layout-color2": "#222222",
    "--jp-ui-font-color1": "#eeeeee", "--jp-ui-font-color2": "#dddddd"};
  for (const [name, value] of Object.entries(values)) document.documentElement.style.setProperty(name, value);
}"""


def test_every_control_has_a_name(editor: Editor) -> None:
    diagram = editor()
    assert diagram.page.locator("#widget").evaluate(_NAMELESS) == []


def test_every_button_without_words_has_a_tooltip(editor: Editor) -> None:
    diagram = editor()
    assert diagram.page.locator("#widget").evaluate(_UNHINTED) == []


def test_cores_bonds_and_legs_are_named_for_a_screen_reader(editor: Editor) -> None:
    diagram = editor()
    labels = diagram.stage.find("[data-core], [data-bond], [data-leg]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert len(labels) == 4 + 3 + 4
    assert {"core A", "core D", "bond A-B", "bond C-D"} <= {label.split(",")[0] for label in labels}
    assert any("size 7" in label for label in labels)


def test_text_follows_the_theme(editor: Editor) -> None:
    diagram = editor()
    size = diagram.leg(0).locator(".tn-size")
    light = size.evaluate("e => getComputedStyle(e).fill")
    diagram.page.evaluate(_DARK)
    assert size.evaluate("e => getComputedStyle(e).fill") != light


def test_focus_can_be_seen(editor: Editor) -> None:
    diagram = editor()
    diagram.core("A").focus()
    diagram.stage.press("ArrowRight")
    focused = diagram.page.evaluate_handle("document.activeElement")
    before = diagram.page.locator("#widget").screenshot()
    focused.evaluate("e => e.blur()")
    assert diagram.page.locator("#widget").screenshot() != before


def test_nothing_is_cut_off_on_a_narrow_page(editor: Editor) -> None:
    diagram = editor()
    diagram.page.set_viewport_size({"width": 500, "height": 800})
    diagram.stage.settle()
    assert diagram.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_ctrl_wheel_zooms_and_fit_brings_it_back(editor: Editor) -> None:
    diagram = editor()
    width = diagram.core("A").bounding_box()["width"]
    diagram.page.mouse.move(*diagram.void())
    diagram.page.keyboard.down("Control")
    diagram.page.mouse.wheel(0, -300)
    diagram.page.keyboard.up("Control")
    diagram.stage.until(lambda: diagram.core("A").bounding_box()["width"] > 1.05 * width, "it is larger")
    diagram.core("A").focus()
    diagram.stage.press("f")
    diagram.stage.until(lambda: diagram.core("A").bounding_box()["width"] < 1.05 * width, "it is back")


def test_cores_held_in_place_stay_when_the_rest_is_laid_out(editor: Editor) -> None:
    diagram = editor("full", (3, 3, 3, 3), 2)
    x, y = diagram.centre("A")
    diagram.stage.drag((x, y), (x + 25, y + 15))
    diagram.core("A").focus()
    diagram.stage.press("h")
    diagram.stage.until(lambda: diagram.value.cores[0].pinned, "core A is held in place")
    place, edit = diagram.value.cores[0].position, diagram.stage.state["edit"]
    diagram.stage.press("a")
    diagram.stage.until(lambda: diagram.stage.state["edit"] != edit, "a layout")
    assert diagram.value.cores[0].position == pytest.approx(place)
