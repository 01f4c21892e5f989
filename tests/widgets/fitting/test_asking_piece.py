"""Reaching an error, trimming ranks, and searching from the page."""

import numpy as np
import pytest

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab.data.planted_tensors import planted
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab_widgets.fitting.asking_piece import _change
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

PLANTED = planted(formats["tt"].build((4, 4, 4, 4), 2), noise=1e-3, seed=0).numpy()


@pytest.fixture
def shown(request):
    shown = Page(ExplorerPiece(PLANTED, structure=getattr(request, "param", ("tt", 4))))
    yield shown
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)


@pytest.mark.parametrize("shown", [("tt", 4), ("tr", 1), ("cp", 1)], indirect=True)
@pytest.mark.parametrize("target", [0.5, 0.01])
def test_ranks_are_chosen_for_an_error(shown, target):
    shown.settled()
    found = shown.say("reach", error=target)
    structure = structure_json.from_dict(found["structure"])
    assert [bond.cores for bond in structure.bonds] == [bond.cores for bond in shown.piece.structure.bonds]
    kept = shown.piece._session.visited
    network = next(visit.network for visit in kept if visit.structure == structure)
    error = np.linalg.norm(network.to_tensor().numpy() - PLANTED) / np.linalg.norm(PLANTED)
    assert (error <= target) == ("not reached" not in found["note"])
    assert f"{error:.4g}" in found["note"]


def test_ranks_that_the_error_does_not_need_are_trimmed():
    exact = planted(formats["tt"].build((4, 4, 4, 4), 2), seed=0).numpy()
    shown = Page(ExplorerPiece(exact, structure=("tt", 4)))
    shown.settled()
    found = shown.say("trim")
    assert structure_json.from_dict(found["structure"]).ranks == (2, 2, 2)
    assert found["note"].startswith("Saved 112 of 160 numbers")
    assert float(found["note"].split("error is ")[1].split()[0]) < 1e-11
    shown.piece.close()


@pytest.mark.parametrize("shown", [("tt", 2)], indirect=True)
def test_where_nothing_can_be_trimmed_it_is_said(shown):
    shown.settled()
    assert shown.say("trim")["note"] == "Every rank is needed for this error."


def test_a_search_draws_what_is_smaller_at_the_same_error(shown):
    shown.settled()
    found = shown.say("improve")
    assert structure_json.from_dict(found["structure"]).parameters < shown.piece.structure.parameters


def test_a_search_that_is_told_enough_answers_with_what_it_has(shown):
    shown.settled()
    piece = shown.piece
    with piece.guard:
        stop = piece._outdated()
    assert not stop()
    shown.say("enough")
    assert stop()
    with piece.guard:
        assert not piece._outdated()()


def test_what_a_search_changed_is_said():
    before, after = (formats["tt"].build((4, 4, 4, 4), rank) for rank in ((2, 3, 2), (2, 2, 1)))
    assert (
        _change(before, after)
        == f"the ranks of {after.bond_label(1)} 2 instead of 3, {after.bond_label(2)} 1 instead of 2"
    )
    ring = formats["tr"].build((4, 4, 4, 4), 2)
    assert _change(before, ring) == "4 bonds, of rank at most 2, in place of the 3 that were drawn"


@pytest.mark.parametrize(("kind", "fields"), [("reach", {"error": 0}), ("reach", {"error": "0.1"}), ("reach", {})])
def test_what_cannot_be_asked_is_refused(shown, kind, fields):
    assert shown.say(kind, **fields)["error"]
