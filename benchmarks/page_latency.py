"""Latency of the Explorer in a real page: from a rank change to the new count of parameters, and to the new error.

Run ``python benchmarks/page_latency.py`` with the test extra installed and Chromium at hand. It serves the Explorer
with Voila, opens it in Chromium, starts a long fit and scrolls on bonds while it runs. Times are taken in the page,
from the wheel event to the change of the number.
"""

import argparse
import statistics

from _pages import CHROMIUM, FLAGS, dashboard
from playwright.sync_api import Page, sync_playwright

PLACE = """bond => {
  const box = document.querySelector(`[data-rank-of="${bond.dataset.bond}"]`).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""
WATCH = """() => {
  window.waits = [];
  const field = name => document.querySelector(`[data-field="${name}"]`);
  let open = null;
  document.addEventListener('wheel', event => {
    open = {begun: performance.now(), raised: event.deltaY < 0, edit: field('relative-error').dataset.edit,
            before: Number(field('relative-error').dataset.value)};
    waits.push(open);
  }, {capture: true, passive: true});
  const note = () => {
    if (!open) return;
    const error = field('relative-error').dataset, now = performance.now();
    if (open.count === undefined && Number(field('parameters').dataset.value) !== open.parameters)
      open.count = now - open.begun;
    if (error.edit !== open.edit && error.value !== '') {
      if (open.error === undefined) open.error = now - open.begun;
      if (open.improved === undefined && Number(error.value) < open.before) open.improved = now - open.begun;
    }
  };
  for (const name of ['relative-error', 'parameters'])
    new MutationObserver(note).observe(field(name), {attributes: true});
  document.addEventListener('wheel', () => { open.parameters = Number(field('parameters').dataset.value); },
    {capture: true, passive: true});
}"""


def scroll_on_bonds(page: Page, changes: int) -> list[dict[str, float]]:
    """Change the ranks of all bonds in turn while a fit runs: raise, then lower, then raise again."""
    bonds = page.locator("[data-bond]").all()
    for turn in range(changes):
        box = bonds[turn % len(bonds)].evaluate(PLACE)
        page.mouse.move(*box)
        page.mouse.wheel(0, 100 if turn // len(bonds) % 3 == 2 else -100)
        page.wait_for_timeout(700)
    return page.evaluate("waits")


def report(name: str, waits: list[dict[str, float]]) -> None:
    """Print median and 95th percentile of each wait."""
    for key, words in (
        ("count", "parameter count"),
        ("error", "first error"),
        ("improved", "first lower error after a rank went up"),
    ):
        due = [wait for wait in waits if wait["raised"] or key != "improved"]
        times = sorted(wait[key] for wait in due if wait.get(key) is not None)
        if times:
            worst = times[min(len(times) - 1, int(0.95 * len(times)))]
            print(
                f"| {name} | {words} | {len(times)} of {len(due)} | {statistics.median(times):.0f} | {worst:.0f} |",
                flush=True,
            )


def main() -> None:
    """Print the table of waits for both shapes of the photograph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=48)
    changes = parser.parse_args().changes
    with dashboard() as (_, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        print("| camera as | what | changes | median ms | 95 % ms |\n|---|---|---|---|---|")
        for modes, preset in (("16x16x16x16", "tensor_ring"), ("4x4x4x4x4x4x4x4", "tensor_ring")):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{address}/explorer.ipynb")
            page.wait_for_selector("[data-field='relative-error'][data-value^='0.']", timeout=60_000)
            field = page.locator("[data-field='modes']")
            field.fill(modes)
            field.press("Enter")
            page.wait_for_timeout(1500)
            page.locator(f"[data-action='preset:{preset}']").click()
            page.wait_for_timeout(1500)
            page.evaluate(WATCH)
            report(f"{modes}, {preset}", scroll_on_bonds(page, changes))
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
