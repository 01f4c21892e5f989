"""The fit behind a session: who may report, and that a held or settled one leaves nothing running."""

import threading

import pytest
import torch

from tests.waiting import PATIENCE, wait_for
from tnlab.formats import formats
from tnlab.interrupt import checkpoint
from tnlab_widgets.fitting import fitter as fitting
from tnlab_widgets.fitting.fitter import Fitter
from tnlab_widgets.fitting.run import FitJob
from tnlab_widgets.fitting.session import FitSession
from tnlab_widgets.fitting.visited import visit_key

MODES = (3, 3, 3)


@pytest.fixture
def fitter(generator):
    heard = []
    fitter = Fitter(lambda progress, detailed: heard.append((progress, detailed)))
    fitter.heard, fitter.worker.idle = heard, 0.0
    tensor = torch.rand(MODES, generator=generator, dtype=torch.float64)

    def put(rank):
        structure = formats["tt"].build(MODES, rank)
        return fitter.put(
            lambda generation: FitJob(generation, 0, tensor, structure=structure, key=visit_key(structure), seed=0)
        )

    fitter.submit = put
    yield fitter
    fitter.close(PATIENCE)


def ended(fitter):
    return fitter.run is not None and not fitter.run.running and not fitter.worker.is_alive


def test_a_fit_ends_with_its_details_and_no_thread(fitter):
    fitter.submit(2)
    wait_for(lambda: ended(fitter))
    progress, detailed = fitter.heard[-1]
    assert (progress.state, progress.network, detailed) == ("CONVERGED", fitter.network, True)
    assert [each.number for each, _ in fitter.heard] == list(range(1, len(fitter.heard) + 1))


def test_a_job_that_comes_while_the_fit_is_held_waits(fitter):
    fitter.hold(paused=True)
    fitter.submit(2)
    wait_for(lambda: not fitter.worker.is_alive)
    assert (fitter.run, fitter.heard) == (None, [])
    fitter.hold(paused=False)
    wait_for(lambda: ended(fitter))


def test_only_the_newest_job_is_told_of(fitter):
    fitter.submit(2)
    wait_for(lambda: ended(fitter))
    told, old = len(fitter.heard), fitter.job
    fitter.tell(old)
    assert len(fitter.heard) == told + 1
    fitter.hold(suspended=True)
    fitter.submit(1)
    for of in (old, None):  # the run is not that of the newest job
        fitter.tell(of)
    assert len(fitter.heard) == told + 1


@pytest.mark.parametrize("quick", [0, fitting.QUICK], ids=["another thread", "this thread"])
def test_a_step_that_takes_for_ever_gives_way_to_the_next_job(monkeypatch, quick):
    """An edit, a stop and an end do not wait for the step in hand: here it would never end."""
    real, begun = fitting.starting_point, threading.Event()

    def endless(job, *known):
        if job.structure.ranks[0] == 1:
            begun.set()
            while True:
                checkpoint()
                threading.Event().wait(0.001)  # as if it computed
        return real(job, *known)

    monkeypatch.setattr(fitting, "starting_point", endless)
    monkeypatch.setattr(fitting, "QUICK", quick)
    reports = []
    session = FitSession(lambda progress, _: reports.append(progress))
    session.load(torch.rand((4,) * 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    for _ in range(2):
        begun.clear()
        session.submit(formats["tt"].build((4,) * 4, 1))
        assert begun.wait(PATIENCE)
        last = session.submit(formats["tt"].build((4,) * 4, 2))
        wait_for(lambda last=last: reports and reports[-1].generation == last and not reports[-1].running)
        assert reports[-1].state in ("CONVERGED", "EXACT")
    begun.clear()
    session.submit(formats["tt"].build((4,) * 4, 1))
    assert begun.wait(PATIENCE)
    session.stop()
    wait_for(lambda: not reports[-1].running)
    assert reports[-1].state == "STOPPED"
    begun.clear()
    session.submit(formats["tt"].build((4,) * 4, 2))
    session.submit(formats["tt"].build((4,) * 4, 1))
    assert begun.wait(PATIENCE)
    session.close(PATIENCE)
    assert not session.is_alive
