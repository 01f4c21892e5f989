"""Threads behind the workbench: reports that follow what has changed, errands one after the other."""

import threading

from tests.waiting import PATIENCE, wait_for
from tnlab.errors import DataError
from tnlab_widgets.searching.threads import Errands, Reporter


def test_a_report_follows_what_has_changed_and_a_failing_one_does_not_end_the_thread():
    made, free = [], threading.Event()

    def report():
        made.append(len(made))
        free.set()
        if len(made) == 1:
            raise DataError("not yet")

    reporter = Reporter(report, every=0.0)
    assert made == []
    for count in (1, 2):
        reporter.due()
        wait_for(lambda count=count: len(made) == count)
    reporter.close(PATIENCE)
    assert not reporter.is_alive
    reporter.due()
    assert len(made) == 2


def test_errands_are_done_in_order_each_followed_by_a_look_and_errors_are_told():
    done, told = [], []

    def fail():
        raise DataError("It went wrong.")

    errands = Errands(lambda: bool(done.append("look")), told.append)
    errands.send(lambda: done.append("first"))
    errands.send(fail)
    errands.send(lambda: done.append("second"))
    errands.close(PATIENCE)
    assert done == ["first", "look", "second", "look"]
    assert told == ["It went wrong."]


def test_there_are_more_looks_while_one_of_them_asks_for_it(monkeypatch):
    monkeypatch.setattr("tnlab_widgets.searching.threads.POLL", 0.0)
    looks = []

    def look():
        looks.append(None)
        return len(looks) < 4

    errands = Errands(look, lambda text: None)
    errands.send(lambda: None)
    wait_for(lambda: len(looks) == 4)
    errands.close(PATIENCE)
    assert len(looks) == 4
