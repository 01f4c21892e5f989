"""What a frame draws does not grow with the evaluations, while a chart is dragged and points come in.

The milliseconds of a frame are measured by ``benchmarks/page_frames.py``.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.browser.harness import Stage
from tests.browser.workbench_page import drag, pieces, pretended, send_points, show
from tnlab_widgets import SearchWorkbench

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

FRAMES = 150  # of a drag; the picture has a margin, so that it is drawn anew in few of them
FEW = 300  # new points beyond which the page puts the whole picture on the canvas, not each of them
PARTS = 60  # elements, attributes and texts that a frame may change: axes, grid, curves, numbers
ENGINES = ("growth", "annealing", "random", "tnga", "tnls")


@pytest.mark.parametrize(("count", "lanes"), [(10_000, 1), (10_000, 5)], ids=["10 000 points", "50 000 points"])
@pytest.mark.parametrize("plot", ["cloud", "progress"])
def test_a_drag_draws_few_things_anew_while_points_come_in(
    stage: Callable[..., Stage],
    tmp_path: Path,
    count: int,
    lanes: int,
    plot: str,
) -> None:
    shown = stage(lambda: SearchWorkbench(np.ones((4, 4, 4)), studies=tmp_path))
    columns = [pretended(count + 2000, seed) for seed in range(lanes)]
    show(shown.widget, ENGINES[:lanes], columns, count)
    shown.page.locator(f'[data-field="points-known"][data-value="{count * lanes}"]').wait_for()
    ended = threading.Event()

    def come_in() -> None:
        for start in range(count, count + 2000, 20):
            for identity, those in enumerate(columns, 1):
                for piece in pieces(those, identity, start, start + 20):
                    send_points(shown.widget, piece)
            if ended.wait(0.1):
                return

    source = threading.Thread(target=come_in)
    source.start()
    try:
        dragged = drag(shown.page, plot, FRAMES)
    finally:
        ended.set()
        source.join()
    known = int(shown.find('[data-field="points-known"]').get_attribute("data-value") or 0)
    assert known > count * lanes, "no point came in during the drag"
    assert shown.find(f'[data-plot="{plot}"]').get_attribute("data-chosen") is not None, "nothing was dragged"
    arrived = known - count * lanes
    assert len(dragged.gaps) == FRAMES
    assert dragged.pictures <= FRAMES / 10 + arrived / FEW, "all points were drawn too often"
    assert 0 < dragged.marks <= arrived, "a point that was there before was drawn again by itself"
    assert 0 < dragged.changes <= PARTS * FRAMES + arrived, "the page made more elements than it shows"
