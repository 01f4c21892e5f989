"""Fits on a cluster end when they are cancelled, raise their errors here, and are made again when workers are lost."""

import os
import signal

import pytest
import torch

from tests.structure_search.executors.cluster import at_work, wait_until_empty
from tests.structure_search.executors.fits import LONG, answered, cancel_while_waiting, evaluator, inline, task
from tnlab.errors import ExecutorError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.executors import Dask, dask_channel


def test_cancelled_fits_end_at_their_next_sweep(dask):
    """A waiting thread is told, workers are free for other searches, and the scheduler has no task left."""
    channel = dask.connect(evaluator())
    for number in range(9):
        channel.submit(task(number, LONG))
    at_work(dask.client)
    cancel_while_waiting(channel)
    other = dask.connect(evaluator())
    assert answered(other, task(1), task(2)) == inline(task(1), task(2))
    channel.close()
    other.close()
    wait_until_empty(dask.client)


def test_fits_of_a_client_that_is_gone_end_too(dask):
    """The scheduler notices that the client is gone, and cancels its fits."""
    with Dask(dask.client.scheduler.address) as other:
        for number in range(4):
            other.connect(evaluator()).submit(task(number, LONG))
        at_work(dask.client)
    wait_until_empty(dask.client)
    assert answered(dask.connect(evaluator()), task(1), task(2)) == inline(task(1), task(2))


def test_errors_and_versions(dask, monkeypatch):
    """An error in a fit is raised where it is waited for; so is one of a worker with another tnlab."""
    channel = dask.connect(evaluator())
    channel.submit(task(1, init=Network.random(ring((4,) * 5, range(5), (2,) * 5), generator=torch.Generator())))
    with pytest.raises(ExecutorError, match="ended with ValueError: A warm start needs the same modes"):
        channel.next()
    assert answered(channel, task(2)) == inline(task(2))
    channel.close()
    monkeypatch.setattr(dask_channel, "version", lambda: "9.9.9")
    channel = dask.connect(evaluator())
    channel.submit(task(1))
    with pytest.raises(ExecutorError, match=r"The search runs with tnlab 9\.9\.9, but a worker has tnlab \d"):
        channel.next()
    channel.close()


@pytest.mark.slow
def test_lost_workers(dask, monkeypatch):
    """All at once: the tensor is brought to those that come after them, and the fit done again; or given up."""
    channel = dask.connect(evaluator())
    channel.submit(task(1, 500, starts=1))
    kill_workers(dask)
    answer = channel.next()
    assert answer.fitted is not None
    assert {1: answer.fitted.relative_error} == inline(task(1, 500, starts=1))
    monkeypatch.setattr(dask_channel, "LOSSES", 1)
    channel.submit(task(2, LONG))
    kill_workers(dask)
    assert channel.next().fitted is None
    assert answered(channel, task(3)) == inline(task(3))
    channel.close()


def kill_workers(dask: Dask) -> None:
    at_work(dask.client)
    for pid in dask.client.run(os.getpid).values():
        os.kill(pid, signal.SIGKILL)
