"""Jobs are made in several processes of one thread each; one that is lost is said."""

import os

import pytest

from tests.structure_search.comparison.process_jobs import die, square
from tnlab.errors import ExecutorError
from tnlab.structure_search.comparison.processes import in_processes


def test_every_job_is_made_once_on_one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    made = dict(in_processes(square, range(5), 100, 2))
    assert made == {job: (job * job + 100, "1") for job in range(5)}
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_a_lost_process_is_said():
    with pytest.raises(ExecutorError, match="A process was lost"):
        list(in_processes(die, [1], None, 1))
