"""What the editor changes on the page in one frame of a gesture does not grow with the network of 200 cores.

The milliseconds of a frame are measured by ``benchmarks/editor_frames.py``.
"""

from collections.abc import Callable
from typing import Literal

import pytest

from tests.browser.diagram import Diagram
from tests.browser.harness import Point, Stage
from tests.browser.large_networks import large_network
from tnlab_widgets import NetworkEditor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CORE = "C105"  # amid the grid: a core of four bonds
BOND = 12  # attributes and texts of a bond, its rank and a leg beside it, at most
FEW = 20  # attributes and texts that show the gesture itself: a rubber band, a ring, a cursor
_WATCH = """element => {
  window.changes = [];
  const name = record => `${record.target.nodeName} ${record.attributeName ?? record.type}`;
  const note = records => changes.push(...records.map(name));
  window.watcher = new MutationObserver(note);
  watcher.observe(element, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
_SEEN = """new Promise(done => requestAnimationFrame(() => setTimeout(() => {
  const seen = changes;
  window.changes = [];
  done(seen);
})))"""


@pytest.fixture
def grid(stage: Callable[..., Stage]) -> Diagram:
    """A grid of 200 cores whose page notes every change."""
    diagram = Diagram(stage(lambda: NetworkEditor(large_network("grid"))))
    diagram.stage.find("").evaluate(_WATCH)
    return diagram


def changes(diagram: Diagram) -> list[str]:
    """Return what changed since the last call, as names of elements and their attributes."""
    return diagram.page.evaluate(_SEEN)


def moves(diagram: Diagram, start: Point, by: Point, button: Literal["left", "middle"] = "left") -> list[list[str]]:
    """Drag in eight frames; return the changes of those after the first two, in which the drag begins."""
    mouse = diagram.page.mouse
    mouse.move(*start)
    mouse.down(button=button)
    seen = []
    for k in range(1, 9):
        mouse.move(start[0] + by[0] * k / 8, start[1] + by[1] * k / 8)
        seen.append(changes(diagram))
    return seen[2:]


def test_a_drag_of_a_core_changes_its_own_bonds(grid: Diagram) -> None:
    place = grid.core(CORE).get_attribute("transform")
    frames = moves(grid, grid.centre(CORE), (24, 16))
    assert grid.core(CORE).get_attribute("transform") != place
    assert all(0 < len(frame) <= FEW + 5 * BOND for frame in frames), [len(frame) for frame in frames]
    grid.page.mouse.up()


def test_a_view_change_sets_one_transform(grid: Diagram) -> None:
    view = grid.svg().locator("> g")
    shown = view.get_attribute("transform")
    for frame in moves(grid, grid.void(), (80, -40), "middle"):
        assert frame == ["g transform"]
    grid.page.mouse.up(button="middle")
    assert view.get_attribute("transform") != shown
    grid.page.keyboard.down("Control")
    for turn in (-60, -60, 60):
        changes(grid)
        grid.page.mouse.wheel(0, turn)
        grid.stage.until(
            lambda: "g transform" in (seen := changes(grid)) and set(seen) <= {"g transform", "svg data-far"}, "a zoom"
        )
    grid.page.keyboard.up("Control")


def test_a_selection_changes_what_is_selected(grid: Diagram) -> None:
    grid.core(CORE).focus()
    grid.page.keyboard.press(" ")
    changes(grid)
    grid.page.keyboard.press(" ")
    assert len([each for each in changes(grid) if each.startswith("g ")]) <= 4
    assert grid.selected() == set()


def test_a_rank_changes_its_bond(grid: Diagram) -> None:
    bond = grid.stage.find('[data-bond^="C105-"]').first
    bond.focus()
    changes(grid)
    grid.page.keyboard.press("ArrowUp")
    seen = changes(grid)
    assert len([each for each in seen if each.split()[0] in ("g", "path", "circle", "rect", "text")]) <= 2 * BOND
    assert bond.get_attribute("aria-valuenow") == bond.get_attribute("data-rank")


def test_hit_areas_keep_their_size_on_a_small_picture(grid: Diagram) -> None:
    x, y = grid.centre("C0")
    scale = grid.core("C0").evaluate("e => e.getScreenCTM().a")
    assert scale < 0.5
    under = "([x, y]) => document.elementFromPoint(x, y).parentElement.dataset.core"
    assert grid.page.evaluate(under, [x - 19, y]) == "C0"


def test_the_diagram_is_one_stop_of_tab(grid: Diagram) -> None:
    assert grid.svg().locator("[tabindex='0']").count() == 1
    assert grid.svg().get_attribute("tabindex") == "-1"
