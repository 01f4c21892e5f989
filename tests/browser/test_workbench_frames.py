"""Ten thousand evaluations a lane stay smooth: frames are counted while charts are dragged and points come in."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.browser.harness import Stage
from tests.browser.workbench_page import drag_frames, pieces, pretended, show
from tnlab_widgets import SearchWorkbench

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

DRAG = 2500  # milliseconds
SMOOTH = 34.0  # milliseconds of the median frame: two of a screen with 60 a second
ENGINES = ("growth", "annealing", "random", "tnga", "tnls")


@pytest.mark.parametrize(("count", "lanes"), [(10_000, 1), (10_000, 5)], ids=["10 000 points", "50 000 points"])
@pytest.mark.parametrize("plot", ["cloud", "progress"])
def test_a_drag_stays_smooth_while_points_come_in(
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
                    shown.widget.points = piece
            if ended.wait(0.1):
                return

    source = threading.Thread(target=come_in)
    source.start()
    try:
        gaps = drag_frames(shown.page, plot, DRAG)
    finally:
        ended.set()
        source.join()
    median, worst = float(np.median(gaps)), float(gaps.max())
    known = int(shown.find('[data-field="points-known"]').get_attribute("data-value") or 0)
    assert known > count * lanes, "no point came in during the drag"
    assert shown.find(f'[data-plot="{plot}"]').get_attribute("data-chosen") is not None, "nothing was dragged"
    assert median < SMOOTH, f"median frame {median:.1f} ms, worst {worst:.1f} ms, {len(gaps)} frames"
