"""The menu of further formats, and its reasons why some do not suit the modes."""

from collections.abc import Callable

import pytest

from tests.browser.diagram import Diagram
from tests.browser.harness import Stage
from tnlab.formats import formats
from tnlab_widgets import Explorer

pytestmark = pytest.mark.browser
Editor = Callable[..., Diagram]


def _item(diagram: Diagram, name: str) -> str:
    return f'[role=menuitem]:has-text("{formats[name].label}")'


def test_every_format_is_a_button_or_in_the_menu(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.button("More formats").click()
    names = diagram.stage.find("[data-action^='preset:']").evaluate_all("all => all.map(e => e.dataset.action)")
    assert names == [f"preset:{name}" for name in formats]


def test_a_format_is_taken_from_the_menu_by_keys_alone(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.button("Grid").focus()
    diagram.stage.press("ArrowRight", "Enter", "ArrowDown", "Enter")
    mera = formats["mera"].build((4, 5, 6, 7), 2)
    diagram.stage.until(lambda: diagram.value == mera, "MERA is drawn")
    assert diagram.page.evaluate("document.activeElement.dataset.action") == "more_presets"
    diagram.stage.press("Control+z")
    diagram.stage.until(lambda: diagram.value == formats["tt"].build((4, 5, 6, 7), 2), "the chain again")


def test_what_does_not_suit_the_modes_says_why(editor: Editor) -> None:
    diagram = editor(modes=(4, 5, 6))
    refused = {"mera", "matrix_product_operator", "kronecker_sum", "monarch"}
    for name in refused:
        diagram.stage.button("More formats").click()
        item = diagram.stage.find(_item(diagram, name))
        assert item.get_attribute("aria-disabled") == "true"
        assert formats[name].refusal(3) in (item.get_attribute("data-tip") or "")
        item.click(force=True)
        status = diagram.stage.find("[data-status]")
        diagram.stage.until(lambda: status.inner_text().endswith(formats[name].refusal(3)), "the reason")  # noqa: B023
        assert len(diagram.value.cores) == 3
    diagram.stage.button("More formats").click()
    allowed = diagram.stage.find("[role=menuitem]:not([aria-disabled])").evaluate_all("all => all.length")
    assert allowed == sum(not part.refusal(3) for part in formats.values()) - 7


def test_a_fourth_mode_makes_them_usable(editor: Editor) -> None:
    diagram = editor(modes=(4, 5, 6))
    diagram.core("A").focus()
    diagram.stage.press("l")
    diagram.stage.until(lambda: diagram.value.order == 4 and not diagram.stage.state["refusals"], "a fourth mode")
    diagram.stage.settle()
    diagram.stage.button("More formats").click()
    assert diagram.stage.find("[role=menuitem][aria-disabled]").count() == 0


@pytest.mark.parametrize("width", [1000, 1280])
def test_the_toolbar_is_two_rows_at_most_and_the_menu_inside_the_page(stage: Callable[..., Stage], width: int) -> None:
    shown = stage(lambda: Explorer("camera"), viewport={"width": width, "height": 800})
    shown.until(lambda: shown.find("[data-core]").count(), "the diagram is drawn")
    bar = shown.find(".tn-toolbar").bounding_box()
    button = shown.button("Grid").bounding_box()
    assert bar is not None
    assert button is not None
    assert bar["height"] < (2 if width == 1280 else 3) * button["height"]
    shown.button("More formats").click()
    for item in shown.find("[role=menuitem]").all():
        box = item.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
