"""Jobs are made in several processes of one thread each; one that is lost is replaced, and said if it is in vain."""

import os

import pytest

from tests.structure_search.comparison.process_jobs import die, die_once, fail, square
from tnlab.errors import ExecutorError
from tnlab.structure_search.comparison.processes import in_processes
from tnlab.structure_search.executors.pool import crew as pool_crew


def test_every_job_is_made_once_on_one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    made = dict(in_processes(square, range(5), 100, 2))
    assert made == {job: (job * job + 100, "1") for job in range(5)}
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_the_job_of_a_lost_process_is_made_again(tmp_path):
    """And its process has ended when the last result was taken."""
    ((job, pid),) = in_processes(die_once, [1], tmp_path / "died", 1)
    assert job == 1
    assert pid != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_job_that_loses_every_process_is_said(monkeypatch):
    monkeypatch.setattr(pool_crew, "LOSSES", 1)
    with pytest.raises(ExecutorError, match="A process was lost"):
        list(in_processes(die, [1], None, 1))


def test_the_error_of_a_job_is_raised_as_it_is():
    with pytest.raises(TypeError, match="two minds"):
        list(in_processes(fail, [1], None, 1))


def test_what_other_processes_cannot_import_is_refused(monkeypatch):
    def of_a_script(job, shared):
        return job

    of_a_script.__module__ = "__main__"
    with pytest.raises(ExecutorError, match=r"of_a_script is defined in the script or notebook itself.*to a module"):
        list(in_processes(of_a_script, [1], None, 1))
    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(ExecutorError, match="jobs=1"):
        list(in_processes(square, [1], 0, 1))
