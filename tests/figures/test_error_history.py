"""Errors of fits and of their snapshots, start by start."""

import pytest

from tests.figures.samples import MODES, network, shown
from tnlab import fit
from tnlab.figures.error_history import error_history_info, error_history_plot
from tnlab.formats import formats
from tnlab.solvers.base import Snapshot, Status


def test_histories_of_fits_and_of_snapshots(noisy):
    seen = []
    structure = formats["cp"].build(MODES, 2)
    result = fit(noisy, structure, max_sweeps=6, tolerance=0, restarts=2, callback=seen.append)
    info = error_history_info({"kept": result, "all": seen})
    assert [history.name for history in info] == ["kept", "all, start 1", "all, start 2"]
    assert info[0].errors == result.history
    assert not info[0].seconds
    assert [history.sweeps for history in info[1:]] == [tuple(range(7))] * 2
    assert info[1].errors + info[2].errors == tuple(snapshot.relative_error for snapshot in seen)
    assert all(len(history.seconds) == 7 and not history.held_out for history in info[1:])
    with pytest.raises(ValueError, match="no snapshot"):
        error_history_info({"none": []})


def snapshots():
    at = network("cp")
    held = (0.9, 0.5, 0.6)
    return [
        Snapshot(
            sweep=k, relative_error=0.8 - 0.2 * k, network=at, seconds=0.1 * k, status=Status.RUNNING, held_out_error=h
        )
        for k, h in enumerate(held)
    ]


def test_history_of_held_out_errors():
    (history,) = error_history_info({"masked": snapshots()})
    assert history.held_out == (0.9, 0.5, 0.6)
    assert history.seconds == (0.0, 0.1, 0.2)


def test_it_is_drawn(noisy):
    pytest.importorskip("plotly")
    kept = error_history_info({"fit": fit(noisy, network("cp").structure, max_sweeps=3)})
    assert [line["name"] for line in shown(error_history_plot(kept))["data"]] == ["fit"]
    masked = shown(error_history_plot(error_history_info({"masked": snapshots()}), over="seconds"))
    assert [line["name"] for line in masked["data"]] == ["masked", "masked, held out"]
    assert tuple(masked["data"][1]["x"]) == (0.0, 0.1, 0.2)
    with pytest.raises(ValueError, match="Seconds"):
        error_history_plot(kept, over="seconds")
