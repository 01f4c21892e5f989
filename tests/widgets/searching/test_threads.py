"""The reporter of the workbench: reports follow what has changed."""

import threading

from tests.waiting import PATIENCE, wait_for
from tnlab.errors import DataError
from tnlab_widgets.searching.threads import Reporter


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
