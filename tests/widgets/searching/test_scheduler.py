"""The scheduler of searches: whose turn it is, what a pause holds, and that an error ends one lane only."""

import pytest

from tests.waiting import PATIENCE, wait_for
from tnlab.errors import StudyBusyError
from tnlab.structure_search.settings import Budget
from tnlab_widgets.searching.lane import ENDED, RUNNING, WATCHING, Lane
from tnlab_widgets.searching.plan import LanePlan
from tnlab_widgets.searching.scheduler import Scheduler


class Scripted(Lane):
    """A lane that spends given seconds at each pull, without a search."""

    def __init__(self, number, script, pulls, tmp_path):
        plan = LanePlan(
            engine="auto",
            location=tmp_path / f"{number}.study",
            label="data",
            target_error=0.1,
            family="any",
            source=object(),
        )
        super().__init__(number, plan, wanted=True)
        self.script, self.pulls, self.spent = list(script), pulls, 0.0

    @property
    def seconds(self):
        return self.spent

    def pull(self, executor, budget):
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        self.pulls.append(self.id)
        self.spent += step
        self.phase = RUNNING if self.script and self.wanted else ENDED


@pytest.fixture
def schedule(tmp_path):
    made = []

    def schedule(*scripts):
        pulls, watched = [], []
        scheduler = Scheduler(lambda: None, watched.append)
        made.append(scheduler)
        lanes = [
            Scripted(number=number, script=script, pulls=pulls, tmp_path=tmp_path)
            for number, script in enumerate(scripts, start=1)
        ]
        scheduler.put(lanes)
        return scheduler, lanes, pulls, watched

    yield schedule
    for scheduler in made:
        scheduler.close()


def test_the_lane_that_has_spent_the_least_is_pulled(schedule):
    scheduler, _, pulls, _ = schedule([2.0, 2.0], [0.5, 0.5, 0.5, 0.7, 0.1])
    scheduler.go("inline", Budget())
    assert scheduler.wait(PATIENCE)
    assert pulls == [1, 2, 2, 2, 2, 1, 2]


def test_an_error_ends_its_lane_and_a_busy_study_is_watched(schedule):
    scheduler, lanes, pulls, watched = schedule([ValueError("no")], [StudyBusyError("busy")], [0.1, 0.1])
    scheduler.go("inline", Budget())
    assert scheduler.wait(PATIENCE)
    assert [lane.phase for lane in lanes] == [ENDED, WATCHING, ENDED]
    assert "ValueError: no" in lanes[0].problem
    assert watched == [lanes[1]]
    assert pulls == [3, 3]


def test_a_pause_holds_only_what_is_searched_and_stop_ends_it(schedule):
    scheduler, lanes, _, _ = schedule([0.1] * 3)
    scheduler.pause()
    assert (scheduler.busy, scheduler.held) == (True, True)
    scheduler.stop()
    assert not scheduler.held
    assert lanes[0].phase == ENDED
    assert scheduler.wait(0)
    scheduler.pause()
    assert not scheduler.paused


def test_lanes_that_others_replace_are_stopped(schedule, tmp_path):
    scheduler, [old], pulls, _ = schedule([0.1] * 3)
    new = Scripted(number=9, script=[0.1], pulls=pulls, tmp_path=tmp_path)
    scheduler.put([new])
    scheduler.go("inline", Budget())
    assert scheduler.wait(PATIENCE)
    assert (old.phase, pulls, scheduler.lanes) == (ENDED, [9], (new,))


def test_close_ends_the_thread(schedule):
    scheduler, *_ = schedule([0.1])
    assert not scheduler.alive
    scheduler.go("inline", Budget())
    scheduler.close()
    assert not scheduler.alive
    scheduler.go("inline", Budget())  # too late, but harmless
    assert not scheduler.alive


def test_a_paused_search_has_no_thread_and_goes_on(schedule):
    scheduler, _, pulls, _ = schedule([0.1, 0.1])
    scheduler._worker.idle = 0.0
    scheduler.pause()
    wait_for(lambda: not scheduler.alive)
    assert pulls == []
    scheduler.go("inline", {})
    assert scheduler.wait(PATIENCE)
    assert pulls == [1, 1]
    wait_for(lambda: not scheduler.alive)


def test_lanes_wait_for_go_and_those_left_when_one_is_taken_away_go_on_or_stay_paused(schedule, tmp_path):
    scheduler, [first, second], pulls, _ = schedule([0.1] * 3, [0.1])
    scheduler.pause()
    scheduler.put([second])
    assert scheduler.paused
    scheduler.go("inline", {})
    assert scheduler.wait(PATIENCE)
    scheduler.put([second, Scripted(number=7, script=[0.1], pulls=pulls, tmp_path=tmp_path)])
    scheduler._worker.close(PATIENCE)  # whatever was to be done is done
    assert pulls == [second.id]
    assert first.phase == ENDED
