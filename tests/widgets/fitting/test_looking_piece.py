"""Choosing a slice of a stack and the scale of residuals."""

import numpy as np
import pytest

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

STACK = np.random.default_rng(4).uniform(size=(5, 6, 7))


@pytest.fixture
def shown():
    shown = Page(ExplorerPiece(STACK, structure=("tt", 2)))
    yield shown
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)


def test_the_page_chooses_a_slice_of_data_and_fit_together(shown):
    shown.settled()
    edit = shown.seen.pictures["edit"]
    assert not shown.say("look", along=1, at=3)["error"]
    assert (shown.seen.original["at"], shown.seen.pictures["at"], shown.seen.pictures["edit"]) == (3, 3, edit)
    assert (shown.seen.original["height"], shown.seen.pictures["width"]) == (5, 7)
    assert not shown.say("look", scale="automatic")["error"]
    assert shown.seen.original["scale"] == "automatic"


@pytest.mark.parametrize("wrong", [{"at": 99}, {"at": "1"}, {"along": -1}, {"scale": -2}, {"scale": {"x": 1}}])
def test_what_is_not_there_is_refused_and_changes_nothing(shown, wrong):
    shown.settled()
    before = dict(shown.seen.original)
    assert shown.say("look", **wrong)["error"]
    assert dict(shown.piece.state["original"]) == before
