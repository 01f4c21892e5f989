"""Load of a server of search workbenches: memory and response times with 1, 3 and 10 visitors, each with a search.

Run ``python benchmarks/visitors.py`` with the test extra installed and Chromium at hand. One Voila server; every
visitor has a browser context of its own, opens the page and starts a search. Then, while all searches run, each pauses
and goes on again a few times: the wait is taken in the page, from the click to the page saying so. Memory is the
proportional set size of the server and its kernels: what is shared is counted once.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from _pages import CHROMIUM, FLAGS, dashboard
from playwright.sync_api import Page, sync_playwright

PRIMARY = ".tnw-primary"
ACTION = f"document.querySelector('{PRIMARY}').dataset.action"
WAIT = """([selector, wanted]) => new Promise(resolve => {
  const button = document.querySelector(selector), begun = performance.now();
  const look = () => button.dataset.action === wanted && resolve(performance.now() - begun);
  new MutationObserver(look).observe(button, {attributes: true});
  button.click();
})"""


def open_page(page: Page, address: str) -> float:
    """Open the workbench; return the seconds until it can be used."""
    begun = perf_counter()
    page.goto(address, timeout=180_000)
    page.wait_for_selector(f"{PRIMARY}[data-action='start']:not([disabled])", timeout=180_000)
    return perf_counter() - begun


def begin(page: Page, seconds: int) -> None:
    """Start a search that outlasts the measurement, and wait for its first evaluations."""
    for name, value in (("modes", "16x16x16x16"), ("max_seconds", str(seconds)), ("max_evaluations", "10M")):
        field = page.locator(f"[data-field='{name}']")
        field.fill(value)
        field.press("Enter")
        page.wait_for_timeout(500)
    page.locator(PRIMARY).click()
    page.wait_for_function("Number(document.querySelector('[data-field=\"points-known\"]').dataset.value) > 0",
                           timeout=120_000)  # fmt: skip


def waits(page: Page, times: int) -> list[float]:
    """Pause and resume a search several times; return the milliseconds from each click to the page saying so."""
    found = []
    for _ in range(times):
        for wanted in ("resume", "pause"):
            found.append(page.evaluate(WAIT, [PRIMARY, wanted]))
            page.wait_for_timeout(200)
    return found


def memory(root: int) -> list[float]:
    """Return the memory of a process and of each of its descendants, in MiB."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(words[1]), []).append(int(stat.parent.name))
    todo, sizes = [root], []
    while todo:
        process = todo.pop()
        todo += parents.get(process, [])
        rollup = Path(f"/proc/{process}/smaps_rollup")
        line = next((line for line in rollup.read_text().splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
        sizes.append(int(line.split()[1]) / 1024)
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 3, 10])
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    print("| visitors | page usable, s (median, worst) | memory, MiB | each visitor, MiB "
          "| pause or go on, ms (median, 95 %) |\n|---|---|---|---|---|")  # fmt: skip
    for visitors in options.visitors:
        with (
            tempfile.TemporaryDirectory() as studies,
            dashboard(TNLAB_STUDIES=studies) as (server, address),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            alone = sum(memory(server.pid))
            pages = [browser.new_context(viewport={"width": 1280, "height": 800}).new_page() for _ in range(visitors)]
            opened = [open_page(page, f"{address}/search_workbench.ipynb") for page in pages]
            for page in pages:
                begin(page, 3600)
            taken = sorted(wait for page in pages for wait in waits(page, options.times))
            whole = sum(memory(server.pid))
            late = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
            usable = f"{statistics.median(opened):.1f}, {max(opened):.1f}"
            each = f"{(whole - alone) / visitors:,.0f}"
            print(f"| {visitors} | {usable} | {whole:,.0f} | {each} | {statistics.median(taken):.0f}, {late:.0f} |")
            browser.close()


if __name__ == "__main__":
    main()
