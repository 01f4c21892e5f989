"""The logic of the Explorer without a widget: fits, visits and commands over the channel."""

import numpy as np
import pytest

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab.formats import formats
from tnlab.network.edits import set_rank
from tnlab_widgets.fitting.fit_piece import FitPiece, started

MODES = (4, 4, 4, 4)
NOISE = np.random.default_rng(3).normal(size=MODES)
TRAIN = formats["tt"].build(MODES, 2)


@pytest.fixture
def shown():
    shown = Page(FitPiece(NOISE, modes=MODES, structure=TRAIN))
    yield shown
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)


def test_a_fit_is_shown_with_the_edit_that_it_belongs_to(shown):
    assert set(shown.piece.state) == set(FitPiece.STATE)
    shown.settled()
    edit = shown.propose(set_rank(TRAIN, 1, 3))
    shown.settled()
    assert (
        shown.seen.fit["edit"] == shown.seen.pictures["edit"] == shown.seen.spectra["edit"] == shown.seen.edit == edit
    )
    assert shown.seen.fit["relative_error"] == shown.piece.relative_error
    assert shown.piece.network.structure.ranks == (2, 3, 2)
    shown.until(lambda: shown.seen.bound.get("edit") == edit)


def test_what_is_shown_follows_an_edit_of_names_alone(shown):
    shown.settled()
    record = dict(shown.seen.structure)
    record["cores"] = [{**core, "name": f"core {place}"} for place, core in enumerate(record["cores"])]
    edit = shown.propose(record)
    assert {shown.seen.fit["edit"], shown.seen.pictures["edit"], shown.seen.spectra["edit"]} == {edit}


def test_visits_come_as_events_and_all_when_asked_for(shown):
    shown.settled()
    shown.propose(set_rank(TRAIN, 1, 3))
    shown.settled()
    events = [message for message in shown.heard if message.get("event") == "visits"]
    assert [event["fresh"] for event in events] == [True] + [False] * (len(events) - 1)
    answer = shown.say("visits")
    assert answer["visits"] == shown.visits
    assert answer["current_id"] == shown.seen.current_id == shown.visits[-1]["id"]
    shown.say("reshape", modes=[16, 16], order="plain")
    shown.settled()
    assert shown.visits == shown.say("visits")["visits"]
    assert len(shown.visits) == 1


def test_commands_are_obeyed_and_wrong_ones_are_sentences(shown):
    shown.settled()
    assert shown.say("target", value=0.5)["error"] == ""
    assert (shown.piece.target_error, shown.seen.target_error) == (0.5, 0.5)
    assert shown.say("restart", seed=4)["error"] == ""
    assert shown.settled()["seed"] == 4
    first = shown.visits[0]["id"]
    shown.propose(set_rank(TRAIN, 1, 3))
    assert shown.say("restore", id=first)["error"] == ""
    assert shown.piece.structure == TRAIN
    for kind, fields in (
        ("restart", {"seed": -1}),
        ("try_seeds", {"count": 0}),
        ("restore", {"id": 99}),
        ("target", {}),
    ):
        assert shown.say(kind, **fields)["error"].endswith(".")


def test_a_session_is_saved_as_an_answer_and_opened_by_an_upload(shown):
    shown.settled()
    answer = shown.say("save")
    assert answer["filename"].endswith(".tnlab")
    shown.say("dataset", name="planted_ring")
    assert shown.upload(answer["filename"], answer["data"])["done"]
    assert shown.piece.structure == TRAIN
    assert np.array_equal(shown.piece.tensor.numpy(), NOISE)


def test_a_fit_starts_from_the_cores_of_a_network(shown):
    shown.settled()
    drawn, cores = started(shown.piece.network, MODES)
    assert drawn == TRAIN
    assert cores.cores == shown.piece.network.cores
    assert started(("tt", 3), MODES) == (started(("tt", 3), MODES)[0], None)


def test_the_fewest_parameters_are_those_of_a_family_that_holds_all_that_was_drawn(shown):
    shown.until(lambda: shown.seen.minimum["parameters"] and not shown.seen.minimum["running"])
    assert (shown.seen.minimum["family"], shown.seen.minimum["kind"]) == ("any", "simple graphs")
    shown.propose(formats["cp"].build(MODES, 3))
    assert shown.seen.minimum["family"] == "latent", "at once, before a bound of the new family is known"
    shown.until(lambda: shown.seen.minimum["parameters"] and not shown.seen.minimum["running"])
    assert "hyper-bonds" in shown.seen.minimum["scope"]
    shown.settled()
    shown.propose(TRAIN)
    assert shown.seen.minimum["family"] == "latent", "the network of before is still on the map"


def test_a_structure_passed_on_the_way_to_another_is_no_visit(shown):
    shown.settled()
    shown.piece.pause()
    for rank in (3, 4):
        shown.propose(set_rank(TRAIN, 1, rank))
    shown.piece.resume()
    shown.settled()
    assert [visit.structure.ranks[1] for visit in shown.piece.visits] == [2, 4]
    shown.piece._session.visited.record("passed", shown.piece.network, 0.5, "The fit is running.")
    assert len(shown.piece._session.visited) == 3
    assert [visit["id"] for visit in shown.say("visits")["visits"]] == [visit.id for visit in shown.piece.visits]
    assert len(shown.piece.visits) == 2


def test_the_structure_of_a_visit_is_told_when_asked_for(shown):
    shown.settled()
    (visit,) = shown.piece.visits
    assert shown.say("visit_structure", id=visit.id)["structure"] == shown.seen.structure
    for wrong in (99, None, "1", [1]):
        assert "no longer in the history" in shown.say("visit_structure", id=wrong)["error"]
