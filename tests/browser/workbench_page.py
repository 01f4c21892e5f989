"""Helpers for the workbench on a page: made-up evaluations, and what it draws while a chart is dragged."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Page

from tnlab_widgets import SearchWorkbench

PIECE = 4096
COUNTED = ("proposed", "repeated", "pruned_by_size", "pruned_by_certificate", "too_costly", "fitted", "sweeps")

# Moves the pointer with every frame, as a hand would; notes when the frames came and what was drawn meanwhile.
_DRAG = """async ([plot, frames]) => {
  const place = document.querySelector(`[data-plot="${plot}"]`), box = place.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const point = (type, dx, dy) => place.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId: 1, button: 0, clientX: x + dx, clientY: y + dy,
  }));
  place.setPointerCapture = () => {};
  const seen = { gaps: [], pictures: 0, marks: 0, changes: 0 };
  const canvas = CanvasRenderingContext2D.prototype, put = canvas.putImageData;
  canvas.putImageData = function (...given) {
    if (given.length > 3) seen.marks += 1;
    else seen.pictures += 1;
    return put.apply(this, given);
  };
  const count = records => { seen.changes += records.length; };
  const watch = new MutationObserver(count);
  watch.observe(place, { subtree: true, childList: true, attributes: true, characterData: true });
  point("pointerdown", 0, 0);
  let last = 0, turn = 0;
  await new Promise(done => requestAnimationFrame(function step(now) {
    if (turn > 0) seen.gaps.push(now - last);
    last = now;
    turn += 1;
    point("pointermove", 150 * Math.sin(turn / 18), 90 * Math.sin(turn / 11));
    if (turn <= frames) requestAnimationFrame(step);
    else done();
  }));
  point("pointerup", 0, 0);
  count(watch.takeRecords());
  watch.disconnect();
  canvas.putImageData = put;
  return seen;
}"""


@dataclass(frozen=True)
class Drag:
    """What a page did while a chart was dragged.

    Attributes:
        gaps: Milliseconds between its frames.
        pictures: How often all points were put on the canvas.
        marks: How often a single point was.
        changes: Elements, attributes and texts of the chart that changed.
    """

    gaps: list[float]
    pictures: int
    marks: int
    changes: int


def drag(page: Page, plot: str, frames: int) -> Drag:
    """Drag a chart to and fro for so many frames."""
    return Drag(**page.evaluate(_DRAG, [plot, frames]))


def pretended(count: int, seed: int) -> dict[str, np.ndarray]:
    """Return the columns of evaluations that look like those of a search."""
    rng = np.random.default_rng(seed)
    parameters = np.round(640 * np.exp(rng.uniform(0.2, 2.6, count)))
    least = 0.085 * (1250 / parameters) ** 0.42
    fate = rng.choice(np.array([0, 1, 3], np.uint8), count, p=[0.6, 0.2, 0.2])
    error = np.where(fate == 3, 0.9 * least, least * (1 + 1.4 * rng.random(count) ** 2))
    return {"parameters": parameters, "error": error, "seconds": 0.03 * np.arange(1, count + 1), "fate": fate}


def pieces(columns: dict[str, np.ndarray], lane: int, start: int, stop: int) -> Iterator[dict[str, Any]]:
    """Pack evaluations as the page takes them."""
    for first in range(start, stop, PIECE):
        part = slice(first, min(stop, first + PIECE))
        kinds = (("parameters", "<f8"), ("error", "<f4"), ("seconds", "<f4"), ("fate", "u1"))
        data = b"".join(columns[name][part].astype(kind).tobytes() for name, kind in kinds)
        count = part.stop - part.start
        assert len(data) == count * struct.calcsize("<dffB")
        yield {"lane": lane, "generation": 0, "from": first + 1, "count": count, "data": data}


def lane(identity: int, engine: str, total: int) -> dict[str, Any]:
    """Return a lane as the page shows it."""
    counts = dict.fromkeys(COUNTED, 0) | {"proposed": total, "fitted": total}
    return {
        "id": identity,
        "engine": engine,
        "study": f"pretended-{identity}",
        "state": "running",
        "status": "",
        "seconds": 0.03 * total,
        "fraction": 0.5,
        "seconds_left": 60.0,
        "counts": counts,
        "total": total,
        "generation": 0,
        "incumbent": None,
        "target": 0.1,
        "data": "camera",
        "family": "",
        "bound": None,
        "problem": "",
        "resumable": True,
    }


def send_points(widget: SearchWorkbench, piece: dict[str, Any]) -> None:
    """Send packed evaluations to the page, as a search does."""
    widget.piece.send({"event": "points", **piece})


def show(widget: SearchWorkbench, engines: tuple[str, ...], columns: list[dict[str, np.ndarray]], count: int) -> None:
    """Let the page have so many evaluations of every lane."""
    for identity, those in enumerate(columns, 1):
        for piece in pieces(those, identity, 0, count):
            send_points(widget, piece)
    widget.piece.push(lanes=[lane(identity, engine, count) for identity, engine in enumerate(engines, 1)])
