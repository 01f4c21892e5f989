"""The editor's diagram on a stage: screen positions of its parts, and gestures between them."""

from typing import Any

from playwright.sync_api import Locator

from tests.browser.harness import Point, Stage, middle

_ON_LINE = """(element, part) => {
  const line = element.querySelector(".tn-line");
  const p = line.getPointAtLength(line.getTotalLength() * part).matrixTransform(line.getScreenCTM());
  return [p.x, p.y];
}"""


class Diagram:
    """A `NetworkEditor` on a page."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.page, self.widget = stage, stage.page, stage.widget
        stage.until(lambda: stage.find("[data-core]").count(), "the diagram is drawn")
        stage.settle()

    def core(self, name: str) -> Locator:
        """Return the drawing of a core."""
        return self.stage.find(f'[data-core="{name}"]')

    def bond(self, label: str) -> Locator:
        """Return the drawing of a bond, e.g. "A-B"; of several parallel ones the first."""
        return self.stage.find(f'[data-bond][aria-label*="bond {label},"]').first

    def leg(self, mode: int) -> Locator:
        """Return the drawing of a leg."""
        return self.stage.find(f'[data-leg="{mode}"]')

    def centre(self, name: str) -> Point:
        """Return the centre of a core on the screen."""
        return middle(self.core(name).locator(".tn-disc"))

    def on_bond(self, label: str, part: float = 0.35) -> Point:
        """Return a point on a bond, away from its label."""
        x, y = self.bond(label).evaluate(_ON_LINE, part)
        return x, y

    def leg_end(self, mode: int) -> Point:
        """Return the point at the end of a leg from which it can be dragged."""
        return middle(self.leg(mode).locator(".tn-end-hit"))

    def rim(self, name: str, towards: Point) -> Point:
        """Return a point on the rim of a core, on the side of another point."""
        box = self.core(name).locator(".tn-disc").bounding_box()
        assert box is not None
        x, y = self.centre(name)
        dx, dy = towards[0] - x, towards[1] - y
        scale = 1.1 * box["width"] / 2 / (dx * dx + dy * dy) ** 0.5
        return x + dx * scale, y + dy * scale

    def void(self) -> Point:
        """Return a point of the diagram's background, near its lower left corner."""
        box = self.svg().bounding_box()
        assert box is not None
        return box["x"] + 12, box["y"] + box["height"] - 12

    def svg(self) -> Locator:
        """Return the drawing."""
        return self.stage.find("svg:has([data-core])").first

    def join(self, first: str, second: str) -> None:
        """Drag from one core onto another."""
        self.stage.drag(self.centre(first), self.centre(second))

    def selected(self) -> set[str]:
        """Return what is selected, in the words a screen reader says."""
        labels = self.stage.find("[data-selected]").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
        return {label.split(",")[0] for label in labels}

    @property
    def value(self) -> Any:
        """The structure that Python holds."""
        return self.widget.value

    def bonds(self) -> dict[tuple[str, ...], int]:
        """Return rank by the names of the cores joined, as Python holds them."""
        names = [core.name for core in self.value.cores]
        return {tuple(names[core] for core in bond.cores): bond.rank for bond in self.value.bonds}

    def wait_bonds(self, expected: dict[tuple[str, ...], int]) -> None:
        """Wait until Python holds exactly these bonds."""
        self.stage.until(lambda: self.bonds() == expected, f"bonds {expected}, not {self.bonds()}")

    def wait_cores(self, names: str) -> None:
        """Wait until Python holds cores of these names."""
        got = lambda: {core.name for core in self.value.cores}  # noqa: E731
        self.stage.until(lambda: got() == set(names), f"cores {names}, not {got()}")
