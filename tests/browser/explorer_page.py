"""Helpers for the Explorer on any page (stage, JupyterLab, Voila): read its numbers, use it with the mouse."""

from playwright.sync_api import Page

from tests.browser.harness import Point, middle

_ON_BOND = """label => {
  const bond = document.querySelector(`[data-bond="${label}"]`);
  const line = bond.querySelector(".tn-line");
  const p = line.getPointAtLength(line.getTotalLength() * 0.3).matrixTransform(line.getScreenCTM());
  return [p.x, p.y];
}"""
_ERROR_IS_OF_WHAT_IS_DRAWN = """() => {
  const [error, count] = ["relative-error", "parameters"].map(name => document.querySelector(`[data-field="${name}"]`));
  const state = error?.parentElement.dataset.state;
  return error?.dataset.edit === count?.dataset.edit && ["live", "paused", "still"].includes(state);
}"""
_ERROR_IS_BELOW = """bound => {
  const field = document.querySelector('[data-field="relative-error"]');
  return field.parentElement.dataset.state !== "old" && Number(field.dataset.value) < bound;
}"""


def number(page: Page, field: str) -> float:
    """Return the raw value behind a number on the page."""
    return float(page.locator(f'[data-field="{field}"]').get_attribute("data-value") or "nan")


def relative_error(page: Page) -> float:
    """Return the relative error that the page shows for what is drawn."""
    page.wait_for_function(_ERROR_IS_OF_WHAT_IS_DRAWN)
    return number(page, "relative-error")


def wait_for_fit(page: Page, state: str = "still") -> None:
    """Wait until the fit of what is drawn has ended, or is in another state."""
    page.wait_for_function(_ERROR_IS_OF_WHAT_IS_DRAWN, timeout=60_000)
    page.locator(f'[data-state="{state}"] > [data-field="relative-error"]').wait_for(timeout=60_000)


def wait_for_lower_error(page: Page, bound: float) -> None:
    """Wait until the page shows an error below the bound for what is drawn."""
    page.wait_for_function(_ERROR_IS_BELOW, arg=bound)


def on_bond(page: Page, label: str) -> Point:
    """Return a point on a bond, away from its rank."""
    x, y = page.evaluate(_ON_BOND, label)
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
