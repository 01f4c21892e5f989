"""The logic of the workbench without a widget: searches, and the Explorer inside it, over the channel."""

import threading

import pytest

from tests.waiting import PATIENCE, wait_for
from tests.widgets.conftest import Page
from tests.widgets.searching.searches import NOISE, QUICK, ended, running, state
from tnlab.errors import DataError
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece
from tnlab_widgets.searching import workbench_commands
from tnlab_widgets.searching.workbench_piece import WorkbenchPiece, changes_of


@pytest.fixture
def shown(tmp_path):
    shown = Page(WorkbenchPiece(NOISE, studies=tmp_path, **{**QUICK, "engines": "hill_climb"}))
    yield shown
    shown.piece.close()


@pytest.fixture
def searched(shown):
    """A workbench whose search has ended, and the name of its lane."""
    running(shown)
    [lane] = ended(shown)
    return shown, lane["id"]


def inside(shown):
    """Return a page that speaks with the Explorer inside, over the workbench."""
    inner = Page.__new__(Page)
    inner.__dict__ |= {**vars(shown), "client": f"{shown.client}inner", "_count": iter(range(1, 1000))}
    return inner


def test_settings_and_searches_follow_the_page(shown):
    assert set(shown.piece.state) == set(WorkbenchPiece.STATE)
    assert shown.say("settings", changes={"max_evaluations": 3})["error"] == ""
    running(shown)
    [lane] = ended(shown)
    assert lane["counts"]["fitted"] == 3
    assert shown.piece.results["hill_climb"].parameters == lane["incumbent"]["parameters"]
    assert repr(shown.piece).startswith("WorkbenchPiece(")
    with pytest.raises(DataError, match="record of new values"):
        changes_of({"changes": [1]})


def explorer_in(shown):
    """Return the Explorer inside the workbench."""
    return shown.piece.parts[shown.seen.opened["part"]]


def test_state_and_answers_of_the_explorer_inside_travel_under_its_name(searched):
    shown, lane = searched
    assert "There is no part" in shown.say("hello", part="explorer-1")["error"]
    assert shown.say("open", lane=lane, number=1)["error"] == ""
    assert shown.seen.opened == {"lane": lane, "number": 1, "part": "explorer-1"}
    assert shown.seen.opening == {}
    page = inside(shown)
    explorer = explorer_in(shown)
    hello = page.say("hello", part=shown.seen.opened["part"])
    assert set(hello["state"]) == set(ExplorerPiece.STATE)
    assert [message["part"] for message in shown.heard if message.get("answer") is hello] == [shown.seen.opened["part"]]
    page.say("pause", part=shown.seen.opened["part"])
    told = [
        message for message in shown.heard if message.get("part") == shown.seen.opened["part"] and "state" in message
    ]
    assert told
    assert page.say("target", part=shown.seen.opened["part"], value=0.7)["error"] == ""
    assert {"part": shown.seen.opened["part"], "state": {"target_error": 0.7}} in shown.heard
    assert explorer.target_error == 0.7
    files = page.say("save", part=shown.seen.opened["part"])
    assert files["filename"].endswith(".tnlab")
    assert page.say("explode", part=shown.seen.opened["part"])["error"].startswith("Unknown message 'explode'")
    assert "There is no part" in page.say("hello", part="editor")["error"]


def test_another_point_replaces_the_explorer_and_closing_leaves_none(searched):
    shown, lane = searched
    shown.say("open", lane=lane, number=1)
    first, name = explorer_in(shown), shown.seen.opened["part"]
    shown.say("open", lane=lane, number=1)  # the same again is another one: the page notices, and asks for its state
    assert shown.seen.opened["part"] != name
    assert "There is no part" in shown.say("pause", part=name)["error"]
    second = explorer_in(shown)
    assert first is not second
    assert first.closed
    count = len(shown.heard)
    first.push(target_error=0.9)
    assert not [message for message in shown.heard[count:] if message.get("state") == {"target_error": 0.9}]
    assert shown.say("close_explorer")["error"] == ""
    assert (shown.piece.parts, shown.seen.opened) == ({}, {})
    assert second.closed
    assert shown.say("close_explorer")["error"] == ""  # as often as one likes


def test_points_that_cannot_be_opened_leave_the_explorer_that_is_there(searched):
    shown, lane = searched
    shown.say("open", lane=lane, number=1)
    for number in (0, 10**6, "1", None, True, 1.0):
        assert "There is no evaluation" in shown.say("open", lane=lane, number=number)["error"]
    assert "no longer shown" in shown.say("open", lane=99, number=1)["error"]
    assert (shown.seen.opened["number"], shown.seen.opening) == (1, {})
    assert not explorer_in(shown).closed


def test_explorer_and_workbench_never_wait_for_each_other(searched):
    """The Explorer reports while the workbench takes it out, again and again."""
    shown, lane = searched
    for number in (1, 2, 1, 2):
        assert shown.say("open", lane=lane, number=number)["error"] == ""
        explorer = explorer_in(shown)
        reporter = threading.Thread(target=lambda own=explorer: [own.push(target_error=0.5) for _ in range(300)])
        reporter.start()
        assert shown.say("close_explorer")["error"] == ""
        reporter.join(PATIENCE)
        assert not reporter.is_alive()


def test_a_workbench_that_is_closed_while_it_opens_a_point_keeps_no_explorer(searched, monkeypatch):
    shown, lane = searched
    within, free, made = threading.Event(), threading.Event(), []

    def slow(*arguments, **options):
        within.set()
        assert free.wait(PATIENCE)
        made.append(ExplorerPiece(*arguments, **options))
        return made[0]

    monkeypatch.setattr(workbench_commands, "ExplorerPiece", slow)
    shown.piece.receive({"client": "opens", "n": 1, "kind": "open", "lane": lane, "number": 1})
    assert within.wait(PATIENCE)
    shown.piece.close()
    free.set()
    wait_for(lambda: made and made[0].closed)
    assert shown.piece.parts == {}


def test_data_do_not_change_while_a_search_runs(shown):
    shown.say("settings", changes={"max_evaluations": 10**6, "max_seconds": 10**6, "target_error": 0.001})
    running(shown)
    assert "stop it first" in shown.say("reshape", modes=[16, 16], order="plain")["error"]
    assert state(shown) == "running"
    shown.say("stop")
    ended(shown)
