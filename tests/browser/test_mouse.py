"""The editor's gestures with the mouse: every one ends in the structure that Python holds."""

from collections.abc import Callable

import pytest

from tests.browser.diagram import Diagram
from tnlab.formats import formats

pytestmark = pytest.mark.browser
Editor = Callable[..., Diagram]

CHAIN = {("A", "B"): 2, ("B", "C"): 2, ("C", "D"): 2}


def test_drag_from_core_to_core_bonds_them(editor: Editor) -> None:
    diagram = editor()
    diagram.join("A", "C")
    diagram.stage.until(lambda: ("A", "C") in diagram.bonds(), "the bond A-C")
    assert diagram.bond("A-C").is_visible()
    assert len(diagram.value.bonds) == 4


def test_second_drag_makes_a_parallel_bond_drawn_apart(editor: Editor) -> None:
    diagram = editor("tt", (4, 5), 2)
    diagram.join("A", "B")
    diagram.stage.until(lambda: len(diagram.value.bonds) == 2, "two bonds")
    lines = diagram.stage.find("[data-bond] .tn-line")
    assert lines.count() == 2
    assert lines.nth(0).get_attribute("d") != lines.nth(1).get_attribute("d")


def test_dragging_a_core_into_the_void_moves_it(editor: Editor) -> None:
    diagram = editor()
    x, y = diagram.centre("B")
    diagram.stage.drag((x, y), (x + 30, y + 60))
    moved = diagram.centre("B")
    assert moved == pytest.approx((x + 30, y + 60), abs=2)
    diagram.stage.until(
        lambda: diagram.value.cores[1].position[1] > diagram.value.cores[0].position[1] + 20, "position"
    )
    assert diagram.bonds() == CHAIN


def test_wheel_on_a_bond_changes_its_rank_and_width(editor: Editor) -> None:
    diagram = editor()
    width = float(diagram.bond("B-C").locator(".tn-line").get_attribute("stroke-width"))
    diagram.stage.wheel(diagram.on_bond("B-C"), 3)
    diagram.wait_bonds({**CHAIN, ("B", "C"): 5})
    assert float(diagram.bond("B-C").locator(".tn-line").get_attribute("stroke-width")) > width
    diagram.stage.wheel(diagram.on_bond("B-C"), -2)
    diagram.wait_bonds({**CHAIN, ("B", "C"): 3})


def test_wheel_never_goes_below_rank_one(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.wheel(diagram.on_bond("B-C"), -4)
    diagram.wait_bonds({**CHAIN, ("B", "C"): 1})
    assert diagram.bond("B-C").locator(".tn-line").get_attribute("stroke-dasharray")


def test_wheel_beside_the_network_scrolls_the_page(editor: Editor) -> None:
    diagram = editor()
    diagram.page.add_style_tag(content="body { height: 4000px }")
    diagram.stage.wheel(diagram.void(), -2)
    diagram.stage.until(lambda: diagram.page.evaluate("scrollY") > 0, "the page scrolls")


def test_delete_and_undo_and_redo_keep_the_selection(editor: Editor) -> None:
    diagram = editor("tr", (4, 5, 6, 7), 2)
    diagram.page.mouse.click(*diagram.on_bond("A-D"))
    assert diagram.selected() == {"bond A-D"}
    diagram.stage.press("Delete")
    diagram.wait_bonds(CHAIN)
    diagram.stage.press("Control+z")
    diagram.wait_bonds({**CHAIN, ("A", "D"): 2})
    assert diagram.selected() == {"bond A-D"}
    diagram.stage.press("Control+Shift+z")
    diagram.wait_bonds(CHAIN)


def test_undo_and_redo_buttons(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.wheel(diagram.on_bond("A-B"), 1)
    diagram.wait_bonds({**CHAIN, ("A", "B"): 3})
    diagram.stage.find("button[aria-label^='Undo']").click()
    diagram.wait_bonds(CHAIN)
    diagram.stage.find("button[aria-label^='Redo']").click()
    diagram.wait_bonds({**CHAIN, ("A", "B"): 3})


def test_double_click_adds_a_core_and_a_drag_connects_it(editor: Editor) -> None:
    diagram = editor()
    x, y = diagram.void()
    diagram.page.mouse.dblclick(x + 40, y - 40)
    diagram.stage.until(lambda: diagram.core("E").count() == 1, "a fifth core")
    diagram.stage.settle()
    assert {core.name for core in diagram.value.cores} >= set("ABCD")
    diagram.join("E", "A")
    diagram.stage.until(lambda: ("A", "E") in diagram.bonds(), "the bond A-E")


def test_box_selects_what_is_inside_and_shift_click_adds(editor: Editor) -> None:
    diagram = editor()
    x, _ = diagram.centre("A")
    far = diagram.centre("B")
    box = diagram.svg().bounding_box()
    assert box is not None
    diagram.stage.drag((x - 45, box["y"] + 8), (far[0] + 40, box["y"] + box["height"] - 8))
    assert {"core A", "core B"} <= diagram.selected()
    assert "core D" not in diagram.selected()
    diagram.page.keyboard.down("Shift")
    diagram.page.mouse.click(*diagram.centre("D"))
    diagram.page.keyboard.up("Shift")
    assert {"core A", "core B", "core D"} <= diagram.selected()


def test_a_leg_dragged_to_another_core_moves_its_mode(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.drag(diagram.leg_end(0), diagram.centre("B"))
    diagram.stage.until(lambda: set(diagram.value.cores[1].legs) == {0, 1}, "mode 0 on core B")
    assert diagram.value.modes == (4, 5, 6, 7)


def test_a_leg_dragged_onto_a_leg_swaps_the_modes(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.drag(diagram.leg_end(0), diagram.leg_end(3))
    legs = lambda: [core.legs for core in diagram.value.cores]  # noqa: E731
    diagram.stage.until(lambda: legs() == [(3,), (1,), (2,), (0,)], f"modes 0 and 3 swapped, not {legs()}")


def test_shift_drag_from_the_rim_pulls_out_a_leg(editor: Editor) -> None:
    diagram = editor()
    x, y = diagram.centre("B")
    diagram.page.keyboard.down("Shift")
    diagram.stage.drag(diagram.rim("B", (x + 40, y - 40)), (x + 60, y - 60))
    diagram.page.keyboard.up("Shift")
    diagram.stage.until(lambda: diagram.value.order == 5, "a fifth mode")


@pytest.mark.parametrize(("short", "bonds"), [("TR", 4), ("Tucker", 4), ("CP", 1)])
def test_presets_are_one_click(editor: Editor, short: str, bonds: int) -> None:
    diagram = editor()
    diagram.stage.find("button").get_by_text(short, exact=True).click()
    diagram.stage.until(lambda: len(diagram.value.bonds) == bonds, f"{short} with {bonds} bonds")
    assert diagram.value.modes == (4, 5, 6, 7)
    diagram.stage.press("Control+z")
    diagram.wait_bonds(CHAIN)


def test_hyper_bond_is_a_black_dot_with_a_rank(editor: Editor) -> None:
    diagram = editor("cp", (4, 5, 6), 3)
    assert diagram.stage.find("[data-hyper]").count() == 1
    dot = diagram.stage.find("[data-hyper] .tn-dot")
    assert dot.is_visible()
    box = dot.bounding_box()
    assert box is not None
    diagram.stage.wheel((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), 1)
    diagram.wait_bonds({("A", "B", "C"): 4})


def test_a_rank_that_cannot_be_carried_gets_a_notice(editor: Editor) -> None:
    diagram = editor("tt", (2, 2), 2)
    diagram.stage.wheel(diagram.on_bond("A-B"), 3)
    diagram.wait_bonds({("A", "B"): 5})
    diagram.stage.until(lambda: "at most 2" in diagram.stage.find("").first.inner_text(), "the notice")


def test_a_cut_network_is_not_applied_and_says_so(editor: Editor) -> None:
    diagram = editor()
    diagram.page.mouse.click(*diagram.on_bond("B-C"))
    diagram.stage.press("Delete")
    status = diagram.stage.find("[data-status]")
    diagram.stage.until(lambda: status.inner_text().startswith("Not applied: "), "a reason")
    assert diagram.bonds() == CHAIN
    assert diagram.bond("B-C").count() == 0


def test_read_only_refuses_every_gesture(editor: Editor) -> None:
    diagram = editor(read_only=True)
    diagram.join("A", "C")
    diagram.stage.wheel(diagram.on_bond("A-B"), 2)
    diagram.page.mouse.click(*diagram.on_bond("A-B"))
    diagram.stage.press("Delete", "ArrowUp", "5", "Enter")
    assert diagram.bonds() == CHAIN
    assert diagram.stage.sent == []


def test_numbers_answer_at_once(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.wheel(diagram.on_bond("B-C"), 1)
    shown = diagram.page.locator("#widget").inner_text().replace(",", "").replace("\u2009", "").replace("\u202f", "")
    assert str(4 * 2 + 2 * 5 * 3 + 3 * 6 * 2 + 2 * 7) in shown


def test_python_changes_what_is_drawn(editor: Editor) -> None:
    diagram = editor()
    diagram.widget.value = formats["tt"].build((3, 3), 3)
    diagram.stage.until(lambda: diagram.stage.find("[data-core]").count() == 2, "two cores")
    assert diagram.bond("A-B").get_attribute("data-rank") == "3"
