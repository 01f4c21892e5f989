"""Helpers for the workbench on any page, also in a shadow root: start a search, read its counts and state."""

from playwright.sync_api import Page

_PROPOSED = """bench => Math.min(...[...bench.querySelectorAll('[data-field="lane-counts"]')]
  .map(each => Number(each.dataset.value)))"""


def choose(page: Page, **settings: object) -> None:
    """Fill in settings by the names of their fields."""
    for name, value in settings.items():
        field = page.locator(f'[data-field="{name}"]')
        field.fill(str(value))
        field.press("Enter")


def start(page: Page) -> None:
    """Press the button that begins a search, and wait until the first structures have been proposed."""
    page.locator(".tnw-primary[data-action='start']:not([disabled])").click(timeout=60_000)
    wait_for_more(page, 0)


def proposed(page: Page) -> int:
    """Return the number of structures proposed in the lane with the fewest."""
    return int(page.locator(".tnw").evaluate(_PROPOSED))


def wait_for_more(page: Page, than: int, seconds: float = 90) -> int:
    """Wait until more structures have been proposed, and return how many."""
    page.wait_for_function(
        f"([bench, than]) => {{ const now = ({_PROPOSED})(bench); return Number.isFinite(now) && now > than }}",
        arg=[page.locator(".tnw").element_handle(), than],
        timeout=1000 * seconds,
    )
    return proposed(page)


def state(page: Page) -> str:
    """Return the state of the search that the page shows."""
    return page.locator('[data-field="run-status"]').get_attribute("data-state") or ""
