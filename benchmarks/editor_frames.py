"""Smoothness of the editor at 200 cores: milliseconds of script, style and layout in every frame of a gesture.

Run ``python -m benchmarks.editor_frames`` with the test extra installed and Chromium at hand. The editor is the real
one; Chromium counts the milliseconds itself, those in which its thread ran, so that other work on the machine counts
little. Painting is left out: without a graphics card it depends on the machine.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import comm
import numpy as np
from playwright.sync_api import Browser, CDPSession, sync_playwright

from benchmarks._pages import CHROMIUM, FLAGS
from tests.browser.diagram import Diagram
from tests.browser.harness import FakeComm, Point, Stage
from tests.browser.large_networks import NAMES, large_network
from tnlab_widgets import NetworkEditor

COUNTED = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"  # all work of a frame is over
CORE = "C105"

Steps = Iterator[None]


@dataclass(frozen=True)
class Hand:
    """A hand on the mouse over the editor: it makes ready, then moves by one step in a frame."""

    diagram: Diagram
    length: int

    def path(self, start: Point, by: Point = (60.0, 40.0)) -> Iterator[Point]:
        """Yield the points of a straight way."""
        for k in range(1, self.length + 1):
            yield start[0] + by[0] * k / self.length, start[1] + by[1] * k / self.length

    def drag(self, start: Point, by: Point = (60.0, 40.0), button: Literal["left", "middle"] = "left") -> Steps:
        """Press, go along the way, and let go."""
        mouse = self.diagram.page.mouse
        mouse.move(*start)
        mouse.down(button=button)
        yield
        for place in self.path(start, by):
            mouse.move(*place)
            yield
        mouse.up(button=button)
        yield


def _drag_core(hand: Hand) -> Steps:
    yield from hand.drag(hand.diagram.centre(CORE))


def _drag_box(hand: Hand) -> Steps:
    for name in (f"C{k}" for k in range(100, 120)):
        hand.diagram.core(name).focus()
        hand.diagram.page.keyboard.press(" ")
    assert len(hand.diagram.selected()) == 20
    yield from hand.drag(hand.diagram.centre(CORE))


def _pan(hand: Hand) -> Steps:
    yield from hand.drag(hand.diagram.void(), button="middle")


def _zoom(hand: Hand) -> Steps:
    page = hand.diagram.page
    page.mouse.move(*hand.diagram.void())
    page.keyboard.down("Control")
    yield
    for k in range(hand.length):
        page.mouse.wheel(0, -20 if k < hand.length / 2 else 20)
        yield
    page.keyboard.up("Control")


def _box_select(hand: Hand) -> Steps:
    start = hand.diagram.void()
    size = hand.diagram.svg().bounding_box() or {"width": 0, "height": 0}
    yield from hand.drag(start, (0.9 * size["width"], -0.9 * size["height"]))


def _hover(hand: Hand) -> Steps:
    start, end = hand.diagram.centre(CORE), hand.diagram.centre("C119")
    yield
    for place in hand.path(start, (end[0] - start[0], end[1] - start[1])):
        hand.diagram.page.mouse.move(*place)
        yield


def _rank(hand: Hand) -> Steps:
    hand.diagram.page.locator(f'[data-bond*="{CORE}"]').first.focus()
    yield
    for k in range(hand.length):
        hand.diagram.page.keyboard.press("ArrowUp" if k < hand.length / 2 else "ArrowDown")
        yield


GESTURES: dict[str, Callable[[Hand], Steps]] = {
    "drag a core": _drag_core,
    "drag 20 cores": _drag_box,
    "pan": _pan,
    "zoom": _zoom,
    "select in a box": _box_select,
    "hover": _hover,
    "change a rank": _rank,
}


def _counted(session: CDPSession) -> np.ndarray:
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * np.array([metrics[name] for name in COUNTED])


def frames(browser: Browser, name: str, gesture: str, length: int) -> np.ndarray:
    """Return milliseconds of script, style and layout in the frames of a gesture, one row a frame, on a new page."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    shown = Stage(page, NetworkEditor(large_network(name)))
    diagram = Diagram(shown)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    rows = []
    steps = GESTURES[gesture](Hand(diagram, length))
    next(steps)
    page.evaluate(DRAWN)
    while True:
        before = _counted(session)
        if next(steps, "over") == "over":
            break
        page.evaluate(DRAWN)
        rows.append(_counted(session) - before)
    shown.widget.close()
    page.close()
    return np.array(rows)


def main() -> None:
    """Print a row for every network and gesture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20, help="of every gesture")
    parser.add_argument("--networks", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--gestures", nargs="+", choices=GESTURES, default=tuple(GESTURES))
    given = parser.parse_args()
    comm.create_comm = FakeComm
    print("| network of 200 cores | gesture | median ms | worst ms | script | style | layout |")
    print("|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in given.networks:
            for gesture in given.gestures:
                rows = frames(browser, name, gesture, given.frames)
                totals = rows.sum(axis=1)
                parts = " | ".join(f"{part:.1f}" for part in np.median(rows, axis=0))
                print(f"| {name} | {gesture} | {np.median(totals):.1f} | {totals.max():.1f} | {parts} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
