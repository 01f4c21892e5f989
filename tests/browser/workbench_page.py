"""Helpers for the workbench on a page: made-up evaluations, and the times between its frames."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from playwright.sync_api import Page

from tnlab_widgets import SearchWorkbench

PIECE = 4096
COUNTED = ("proposed", "repeated", "pruned_by_size", "pruned_by_certificate", "too_costly", "fitted", "sweeps")

# Moves the pointer with every frame, as a hand would, and notes when the frames came.
_DRAG = """async ([plot, milliseconds]) => {
  const place = document.querySelector(`[data-plot="${plot}"]`), box = place.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const point = (type, dx, dy) => place.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId: 1, button: 0, clientX: x + dx, clientY: y + dy,
  }));
  place.setPointerCapture = () => {};
  point("pointerdown", 0, 0);
  const gaps = [], start = performance.now();
  let last = start, turn = 0;
  await new Promise(done => requestAnimationFrame(function step(now) {
    if (turn > 0) gaps.push(now - last);
    last = now;
    turn += 1;
    point("pointermove", 150 * Math.sin(turn / 18), 90 * Math.sin(turn / 11));
    if (now - start < milliseconds) requestAnimationFrame(step);
    else done();
  }));
  point("pointerup", 0, 0);
  return gaps;
}"""


def drag_frames(page: Page, plot: str, milliseconds: int) -> np.ndarray:
    """Drag a chart to and fro; return the milliseconds between its frames."""
    return np.array(page.evaluate(_DRAG, [plot, milliseconds]))


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
        "id": identity, "engine": engine, "study": f"pretended-{identity}", "state": "running", "status": "",
        "seconds": 0.03 * total, "fraction": 0.5, "seconds_left": 60.0, "counts": counts, "total": total,
        "generation": 0, "incumbent": None, "target": 0.1, "data": "camera", "family": "", "bound": None,
        "problem": "", "resumable": True,
    }  # fmt: skip


def show(widget: SearchWorkbench, engines: tuple[str, ...], columns: list[dict[str, np.ndarray]], count: int) -> None:
    """Let the page have so many evaluations of every lane."""
    for identity, those in enumerate(columns, 1):
        for piece in pieces(those, identity, 0, count):
            widget.points = piece
    widget.lanes = [lane(identity, engine, count) for identity, engine in enumerate(engines, 1)]
