"""The editor without a mouse, and with a finger."""

from collections.abc import Callable

import pytest

from tests.browser.diagram import Diagram
from tests.browser.harness import middle

pytestmark = pytest.mark.browser
Editor = Callable[..., Diagram]

CHAIN = {("A", "B"): 2, ("B", "C"): 2, ("C", "D"): 2}


def test_arrows_change_the_rank_of_the_focused_bond(editor: Editor) -> None:
    diagram = editor()
    diagram.bond("A-B").focus()
    diagram.stage.press("ArrowUp", "ArrowUp", "ArrowDown", "+")
    diagram.wait_bonds({**CHAIN, ("A", "B"): 4})
    assert diagram.bond("A-B").evaluate("e => e === document.activeElement")
    assert diagram.bond("A-B").get_attribute("aria-valuenow") == "4"


def test_a_typed_number_is_the_rank(editor: Editor) -> None:
    diagram = editor()
    diagram.bond("B-C").focus()
    diagram.stage.press("1", "2", "Enter")
    diagram.wait_bonds({**CHAIN, ("B", "C"): 12})


@pytest.mark.parametrize("typed", ["0", "00"])
def test_rank_zero_is_not_taken(editor: Editor, typed: str) -> None:
    diagram = editor()
    diagram.bond("B-C").focus()
    diagram.stage.press(*typed, "Enter")
    assert min(diagram.bonds().values()) >= 1


def focused(diagram: Diagram) -> str:
    """Return what has the focus, in the words a screen reader begins with."""
    return diagram.page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''").split(",")[0]


def test_tab_stops_once_in_the_diagram_and_arrow_keys_go_on_from_there(editor: Editor) -> None:
    diagram = editor()
    parts = diagram.stage.find("[data-core], [data-bond], [data-leg]").count()
    assert diagram.svg().locator("[tabindex='0']").count() == 1
    diagram.core("A").focus()
    walked = [focused(diagram)]
    for key in ["ArrowRight"] * 4 + ["ArrowLeft"]:
        diagram.page.keyboard.press(key)
        walked.append(focused(diagram))
    assert walked == ["core A", "bond A-B", "core B", "bond B-C", "core C", "bond B-C"]
    reached = {focused(diagram)}
    diagram.page.keyboard.press("Home")
    for _ in range(parts):
        reached.add(focused(diagram))
        diagram.page.keyboard.press("PageDown")
    assert len(reached) == parts
    diagram.page.keyboard.press("Shift+Tab")
    assert not diagram.svg().evaluate("e => e.contains(document.activeElement)")
    diagram.page.keyboard.press("Tab")
    assert focused(diagram) == "leg of core D", "Tab comes back to the part left"


def test_arrows_move_a_selected_core(editor: Editor) -> None:
    diagram = editor()
    before = diagram.centre("B")
    diagram.core("B").focus()
    diagram.stage.press(" ", "ArrowDown", "ArrowDown")
    assert focused(diagram) == "core B"
    assert diagram.centre("B")[1] > before[1] + 5


def test_b_bonds_the_selected_cores_and_three_make_a_hyper_bond(editor: Editor) -> None:
    diagram = editor()
    for name in "ABC":
        diagram.core(name).focus()
        diagram.stage.press(" ")
    assert {"core A", "core B", "core C"} <= diagram.selected()
    diagram.stage.press("b")
    diagram.stage.until(lambda: ("A", "B", "C") in diagram.bonds(), "a hyper-bond")


def test_copy_and_paste_keep_what_was_there(editor: Editor) -> None:
    diagram = editor()
    diagram.core("B").focus()
    diagram.stage.press("Control+a", "Control+c", "Control+v")
    diagram.stage.until(lambda: diagram.stage.find("[data-core]").count() == 8, "eight cores")
    diagram.stage.press("Control+z")
    diagram.stage.until(lambda: diagram.stage.find("[data-core]").count() == 4, "four cores again")


def test_question_mark_opens_the_sheet_and_escape_closes_it(editor: Editor) -> None:
    diagram = editor()
    diagram.core("A").focus()
    diagram.stage.press("?")
    sheet = diagram.page.get_by_role("dialog")
    assert "Scroll on a bond" in sheet.inner_text()
    diagram.stage.press("Escape")
    diagram.stage.until(lambda: not diagram.page.get_by_role("dialog").is_visible(), "the sheet closes")


def test_keys_do_not_leak_to_the_page(editor: Editor) -> None:
    diagram = editor()
    diagram.page.evaluate("window.leaked = []; document.addEventListener('keydown', e => leaked.push(e.key))")
    for part in (diagram.core("A"), diagram.bond("A-B"), diagram.leg(0)):
        part.focus()
        diagram.stage.press("x", "d", "d", "b", "Escape", "Enter", "Shift+Enter", "ArrowDown", "Control+z")
    assert diagram.page.evaluate("leaked.filter(key => !['Shift', 'Control'].includes(key))") == []
    diagram.page.locator("#outside").focus()
    diagram.stage.press("x")
    assert diagram.page.evaluate("leaked.at(-1)") == "x"


def test_changes_are_spoken_through_one_polite_region(editor: Editor) -> None:
    diagram = editor()
    region = diagram.page.locator("#widget [aria-live=polite], #widget [role=status]")
    assert region.count() == 1
    diagram.bond("A-B").focus()
    diagram.stage.press("ArrowUp")
    diagram.stage.until(lambda: "3" in (region.text_content() or ""), "the new rank is spoken")


def test_one_finger_draws_a_bond(editor: Editor) -> None:
    diagram = editor(touch=True)
    diagram.stage.touch_drag(diagram.centre("A"), diagram.centre("C"))
    diagram.stage.until(lambda: ("A", "C") in diagram.bonds(), "the bond A-C")


def test_a_tap_selects_a_bond_and_its_buttons_change_the_rank(editor: Editor) -> None:
    diagram = editor(touch=True)
    diagram.stage.tap(diagram.on_bond("B-C"))
    diagram.stage.until(lambda: diagram.selected() == {"bond B-C"}, "the bond is selected")
    diagram.stage.tap(middle(diagram.stage.find("[data-action=raise]")))
    diagram.wait_bonds({**CHAIN, ("B", "C"): 3})


def test_one_finger_moves_a_leg(editor: Editor) -> None:
    diagram = editor(touch=True)
    diagram.stage.touch_drag(diagram.leg_end(3), diagram.centre("B"))
    diagram.stage.until(lambda: set(diagram.value.cores[1].legs) == {1, 3}, "mode 3 on core B")
