"""Smoothness of the search workbench: milliseconds between frames while a chart is dragged.

Run ``python -m benchmarks.page_frames`` with the test extra installed and Chromium at hand. The page is the real one;
its evaluations are pretended, and more of every lane come in ten times a second while the chart is dragged.
"""

import argparse
import itertools
import tempfile
import threading

import comm
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks._pages import CHROMIUM, FLAGS
from tests.browser.harness import FakeComm, Stage
from tests.browser.workbench_page import drag, pieces, pretended, send_points, show
from tnlab_widgets import SearchWorkbench

ENGINES = ("growth", "annealing", "random", "tnga", "tnls")
COUNT = 10_000  # evaluations of a lane at the start
LATER = 20  # evaluations of a lane that come in at once
SCREEN = 60  # frames a second of a screen


def frames(browser: Browser, count: int, lanes: int, plot: str, ratio: int, length: int) -> np.ndarray:
    """Drag one chart of a page of its own for ``length`` frames while points come in; return their milliseconds."""
    columns = [pretended(count + 200 * LATER, seed) for seed in range(lanes)]
    page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=ratio)
    with tempfile.TemporaryDirectory() as folder:
        shown = Stage(page, SearchWorkbench(np.ones((4, 4, 4)), studies=folder))
        show(shown.widget, ENGINES[:lanes], columns, count)
        page.locator(f'[data-field="points-known"][data-value="{count * lanes}"]').wait_for()
        ended = threading.Event()

        def come_in() -> None:
            for start in range(count, count + 200 * LATER, LATER):
                for identity, those in enumerate(columns, 1):
                    send_points(shown.widget, next(pieces(those, identity, start, start + LATER)))
                if ended.wait(0.1):
                    return

        source = threading.Thread(target=come_in)
        source.start()
        gaps = np.array(drag(page, plot, length).gaps)
        ended.set()
        source.join()
        shown.widget.close()
    page.close()
    return gaps


def main() -> None:
    """Print a row for every chart, number of points and density of pixels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of a screen with 60 frames a second")
    length = round(SCREEN * parser.parse_args().seconds)
    comm.create_comm = FakeComm
    print("| chart | points | lanes | pixel ratio | frames a second | median ms | 99 % ms | worst ms |")
    print("|---|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for lanes, plot, ratio in itertools.product((1, 5), ("cloud", "progress"), (1, 2)):
            gaps = frames(browser, COUNT, lanes, plot, ratio, length)
            median, late, worst = np.quantile(gaps, (0.5, 0.99, 1.0))
            times = f"{1000 / gaps.mean():.0f} | {median:.1f} | {late:.1f} | {worst:.1f}"
            print(f"| {plot} | {COUNT * lanes} | {lanes} | {ratio} | {times} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
