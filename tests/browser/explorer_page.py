"""Helpers for the Explorer on any page, also in a shadow root: read its numbers, use it with the mouse.

`use_explorer` is what a person does with it first; the test of every host has a page go through it.
"""

import re

from playwright.sync_api import ElementHandle, Page, expect

from tests.browser.harness import Point, middle

_ON_BOND = """bond => {
  const line = bond.querySelector(".tn-line");
  const p = line.getPointAtLength(line.getTotalLength() * 0.3).matrixTransform(line.getScreenCTM());
  return [p.x, p.y];
}"""
_ERROR_IS_OF_WHAT_IS_DRAWN = """error => {
  const count = error.getRootNode().querySelector('[data-field="parameters"]');
  const state = error.parentElement.dataset.state;
  return error.dataset.edit === count.dataset.edit && ["live", "paused", "still"].includes(state);
}"""
_ERROR_IS_BELOW = """([error, bound]) =>
  error.parentElement.dataset.state !== "old" && Number(error.dataset.value) < bound"""
_CLICK_SIX_TIMES = "button => { for (let k = 0; k < 6; k += 1) button.click(); }"


def number(page: Page, field: str) -> float:
    """Return the raw value behind a number on the page."""
    return float(page.locator(f'[data-field="{field}"]').get_attribute("data-value") or "nan")


def relative_error(page: Page) -> float:
    """Return the relative error that the page shows for what is drawn."""
    page.wait_for_function(_ERROR_IS_OF_WHAT_IS_DRAWN, arg=_error(page))
    return number(page, "relative-error")


def _error(page: Page) -> ElementHandle:
    return page.locator('[data-field="relative-error"]').first.element_handle()


def wait_for_fit(page: Page, state: str = "still") -> None:
    """Wait until the fit of what is drawn has ended, or is in another state."""
    page.wait_for_function(_ERROR_IS_OF_WHAT_IS_DRAWN, arg=_error(page), timeout=60_000)
    page.locator(f'[data-state="{state}"] > [data-field="relative-error"]').wait_for(timeout=60_000)


def wait_for_lower_error(page: Page, bound: float) -> None:
    """Wait until the page shows an error below the bound for what is drawn."""
    page.wait_for_function(_ERROR_IS_BELOW, arg=[_error(page), bound])


def on_bond(page: Page, label: str) -> Point:
    """Return a point on a bond, away from its rank."""
    x, y = page.locator(f'[data-bond="{label}"]').first.evaluate(_ON_BOND)
    return x, y


def draw_bond(page: Page, first: str, second: str) -> None:
    """Drag from one core onto another."""
    start, end = (middle(page.locator(f'[data-core="{name}"] .tn-disc')) for name in (first, second))
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()
    page.locator(f'[data-bond="{first}-{second}"]').wait_for(state="attached")


def turn_wheel(page: Page, label: str, ticks: int = 1) -> None:
    """Turn the wheel over a bond; positive ticks make the rank larger."""
    page.mouse.move(*on_bond(page, label))
    for _ in range(abs(ticks)):
        page.mouse.wheel(0, -100 if ticks > 0 else 100)


def draw_and_turn(page: Page) -> None:
    """Close the chain to a ring, then give the new bond one more rank; the error must fall each time."""
    before, parameters = relative_error(page), number(page, "parameters")
    draw_bond(page, "A", "D")
    wait_for_lower_error(page, before)
    between = relative_error(page)
    assert number(page, "parameters") > parameters
    rank = int(page.locator('[data-bond="A-D"]').get_attribute("data-rank") or 0)
    turn_wheel(page, "A-D", 2)
    page.locator(f'[data-bond="A-D"][data-rank="{rank + 2}"]').wait_for(state="attached")
    wait_for_lower_error(page, between)


def use_explorer(page: Page) -> float:
    """Draw, turn, restart six times at once, take a preset and undo it; return the parameters of what is drawn then.

    The page shows an Explorer whose train of four cores is being fitted. No fit is waited for to its end.
    """
    draw_and_turn(page)
    ring, seed = number(page, "parameters"), _seed(page)
    page.locator("[data-action='restart']").evaluate(_CLICK_SIX_TIMES)
    expect(page.locator(".tnx-details")).to_have_text(re.compile(rf"seed {seed + 6}$"), timeout=60_000)
    page.locator("[data-action='preset:tucker']").click()
    page.locator('[data-bond="A-D"]').wait_for(state="detached")
    assert 0 < relative_error(page) < 1
    assert number(page, "parameters") != ring
    page.locator("[data-action='undo']").click()
    page.locator('[data-bond="A-D"]').wait_for(state="attached")
    assert 0 < relative_error(page) < 1
    assert number(page, "parameters") == ring
    return ring


def _seed(page: Page) -> int:
    return int(page.locator(".tnx-details").inner_text().rsplit(" ", 1)[1])
