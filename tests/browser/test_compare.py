"""Pins in a real Chromium: keep two structures with the keyboard, see them side by side, and go back to one exactly."""

from collections.abc import Callable

import pytest

from tests.browser import explorer_page as on
from tests.browser.harness import Stage
from tnlab_widgets import Explorer

pytestmark = pytest.mark.browser


@pytest.fixture
def two(stage: Callable[..., Stage]) -> Stage:
    """An Explorer with two pins: trains of rank 4 and 6."""
    staged = stage(lambda: Explorer("camera", modes=(16,) * 4, structure=("tt", 4)))
    for pins, rank in enumerate((4, 6), start=1):
        staged.widget.structure = ("tt", rank)
        assert staged.widget.wait(60)
        staged.find(".tn-diagram").focus()
        staged.press("p")
        staged.until(lambda pins=pins: len(staged.widget.pins) == pins, "the structure is pinned")
    return staged


def test_two_pins_are_seen_side_by_side_and_escape_leads_back(two: Stage) -> None:
    two.page.locator(".tnx-pin-picture canvas").nth(1).wait_for()
    for box in two.find("[data-field=compare]").all():
        box.click()
    button = two.find("[data-action=side-by-side]")
    button.click()
    dialog = two.page.get_by_role("dialog")
    dialog.locator("canvas").nth(4).wait_for()
    assert "B needs" in dialog.inner_text()
    assert dialog.locator("figcaption").all_inner_texts().count("reconstruction") == 2
    two.press("Escape")
    dialog.wait_for(state="detached")
    assert button.evaluate("button => button === document.activeElement")


def test_a_pin_comes_back_exactly_and_a_removed_one_is_brought_back(two: Stage) -> None:
    first = two.widget.pins[0]
    two.find("[data-action=restore-pin]").first.click()
    two.until(lambda: two.widget.structure.ranks == (4, 4, 4) and two.widget.fit is not None, "the pin is drawn")
    assert two.widget.wait(60)
    assert two.widget.relative_error == first.relative_error
    two.until(lambda: on.number(two.page, "relative-error") == first.relative_error, "its error is shown")
    two.find("[data-action=restore-pin]").first.focus()
    two.press("Delete")
    two.until(lambda: len(two.widget.pins) == 1, "the pin is gone")
    two.find("[data-action=put-back]").click()
    two.until(lambda: two.widget.pins[0].id == first.id, "it is back at its place")
