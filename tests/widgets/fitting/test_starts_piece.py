"""Random starts: every one is shown, can be opened with its cores, and pinned."""

import numpy as np
import pytest

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab.formats import formats
from tnlab.network.residual import relative_residual
from tnlab_widgets.fitting import fitter
from tnlab_widgets.fitting.starts_piece import StartsPiece

MODES = (4, 4, 4)
RING = formats["tr"].build(MODES, 2)


@pytest.fixture
def shown():
    shown = Page(StartsPiece(np.random.default_rng(3).normal(size=MODES), modes=MODES, structure=RING, seed=7))
    shown.settled()
    yield shown
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)


def test_every_start_is_shown_opened_and_pinned(shown):
    shown.say("try_seeds", count=3)
    shown.settled()
    records = shown.seen.starts
    assert [record["seed"] for record in records] == [8, 9, 10]
    assert not any(record["running"] for record in records)
    worst = max(shown.piece.starts, key=lambda start: start.relative_error)
    shown.say("open_start", seed=worst.seed)
    shown.settled()
    assert shown.piece.relative_error == relative_residual(shown.piece.tensor, worst.network)
    assert [record["seed"] for record in shown.seen.starts] == [8, 9, 10]  # they stay while the structure does
    shown.say("pin_start", seed=8)
    assert shown.piece.pins[0].network is shown.piece.starts[0].network


def test_a_pin_of_a_fit_that_other_starts_replaced_says_that_it_was_left(shown):
    shown.piece.pause()
    shown.propose(formats["tr"].build(MODES, 1))
    shown.say("pin")
    shown.say("try_seeds", count=1)
    shown.settled()
    assert [(pin["running"], pin["cut_short"]) for pin in shown.seen.pins] == [(False, True)]


def test_starts_of_another_structure_are_gone(shown):
    shown.say("try_seeds", count=2)
    shown.settled()
    shown.propose(formats["tr"].build(MODES, 1))
    assert shown.seen.starts == []
    assert "no longer there" in shown.say("open_start", seed=8)["error"]


@pytest.mark.parametrize("seed", [None, True, "8", [8], -1])
def test_what_is_no_seed_is_refused(shown, seed):
    for kind in ("open_start", "pin_start"):
        assert "no longer there" in shown.say(kind, seed=seed)["error"]


def test_cores_too_large_to_be_kept_are_refused_with_what_to_do(shown, monkeypatch):
    monkeypatch.setattr(fitter, "MAX_ENTRIES", 10)
    shown.say("try_seeds", count=2)
    shown.settled()
    assert "Restart with this seed." in shown.say("open_start", seed=8)["error"]
