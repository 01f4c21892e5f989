"""One search of several: its phases, and what the page is shown of it."""

import json

import pytest

from tests.widgets.searching.searches import written
from tnlab.structure_search.settings import Budget
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab_widgets.searching.lane import ENDED, RUNNING, WAITING, WATCHING, Lane

BUDGET = Budget(max_evaluations=5)


@pytest.fixture
def plan(shelf):
    return shelf.plan(written(shelf, fits=2))[0]


def test_a_lane_is_searched_one_evaluation_at_a_time_to_its_end(plan):
    lane = Lane(3, plan, wanted=True)
    assert (lane.phase, lane.active, lane.begun) == (WAITING, True, False)
    lane.pull("inline", BUDGET)
    assert (lane.phase, lane.begun, lane.points.count) == (RUNNING, True, 1)
    while lane.active:
        lane.pull("inline", BUDGET)
    report = lane.report(paused=False)
    assert (lane.phase, lane.begun, lane.resumable) == (ENDED, False, True)
    assert (report["id"], report["state"], report["counts"]["fitted"]) == (3, ENDED, 5)
    assert report["total"] == lane.points.count == lane.summary()["evaluations"]
    assert report["incumbent"]["parameters"] == lane.summary()["parameters"]
    assert (report["resumable"], report["wanted"]) == (True, False)
    json.dumps(report, allow_nan=False)


def test_a_lane_that_is_paused_says_so_and_one_that_is_let_go_waits(plan):
    lane = Lane(1, plan, wanted=True)
    lane.pull("inline", BUDGET)
    assert lane.report(paused=True)["state"] == "paused"
    lane.let_go()
    assert (lane.phase, lane.begun) == (WAITING, False)
    assert not FileLog(plan.location).busy()


def test_a_lane_that_is_stopped_ends_and_keeps_its_best(plan):
    lane = Lane(1, plan, wanted=True)
    lane.stop()
    assert lane.phase == ENDED
    lane.want()
    lane.pull("inline", BUDGET)
    lane.stop()
    while lane.active:
        lane.pull("inline", BUDGET)
    assert lane.report(paused=False)["incumbent"] is not None
    assert "topped" in lane.status


def test_a_study_that_another_process_writes_is_watched_until_it_is_free(plan):
    lane, log = Lane(1, plan, wanted=False), FileLog(plan.location)
    log.acquire()
    try:
        assert lane.look()
        assert lane.phase == WATCHING
        assert lane.status.startswith("Watching")
        assert not lane.look()
    finally:
        log.release()
    assert lane.look()
    assert (lane.phase, lane.wanted) == (ENDED, False)
    assert lane.points.count > 0


def test_a_lane_that_has_failed_says_why(plan):
    lane = Lane(1, plan, wanted=True)
    lane.fail("The disk is full.")
    report = lane.report(paused=False)
    assert (report["state"], report["problem"]) == (ENDED, "The disk is full.")
    lane.want()
    assert (lane.phase, lane.problem) == (WAITING, "")
