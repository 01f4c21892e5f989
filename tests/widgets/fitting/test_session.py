"""Fits in the background, without any widget."""

import gc
import threading
import weakref
from dataclasses import replace

import pytest
import torch

from tests.waiting import PATIENCE, wait_for
from tests.widgets.conftest import another_fit
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.edits import add_bond, add_core, remove_bond, set_rank
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Status
from tnlab.solvers.fit import fit
from tnlab_widgets.fitting import fitter
from tnlab_widgets.fitting.session import FitSession

MODES = (4,) * 6
TRAIN = formats["tt"].build(MODES, 3)


class HeardSession:
    """A session whose reports are kept."""

    def __init__(self, tensor, seed=0):
        self.reports = []
        self.session = FitSession(self.hear, seed=seed)
        self.session.load(tensor)

    def hear(self, progress, detailed):
        if not self.reports or progress.generation >= self.last.generation:  # the page drops older ones too
            self.reports.append(progress)

    @property
    def last(self):
        return self.reports[-1]

    def fit(self, structure, tag=0):
        generation = self.session.submit(structure, tag)
        wait_for(lambda: self.done(generation))
        return generation

    def done(self, generation):
        return bool(self.reports) and self.last.generation == generation and not self.last.running


@pytest.fixture
def tensor(generator):
    return torch.rand(MODES, generator=generator, dtype=torch.float64)


@pytest.fixture
def desk(tensor):
    desk = HeardSession(tensor)
    yield desk
    desk.session.close()


@pytest.fixture
def endless(monkeypatch):
    """Make fits go on until they are told to end, and report every sweep."""
    monkeypatch.setattr("tnlab.solvers.loop.Loop._has_settled", lambda loop, swept: False)
    for setting, value in {"MAX_SWEEPS": 10**9, "TRY_SWEEPS": 10**9, "REPORT_EVERY": -1.0}.items():
        monkeypatch.setattr(fitter, setting, value)


@pytest.fixture
def gate(monkeypatch, endless):
    """A gate that fits pass after every sweep; a test may shut it."""
    iterate, gate = ALS.iterate, threading.Event()

    def gated(*args, **kwargs):
        for snapshot in iterate(*args, **kwargs):
            assert gate.wait(PATIENCE)
            yield snapshot

    monkeypatch.setattr(fitter.ALS, "iterate", gated)
    gate.set()
    yield gate
    gate.set()


def test_a_fit_reports_from_its_first_sweep_to_its_end(desk, tensor):
    desk.fit(TRAIN, tag=7)
    first = next(progress for progress in desk.reports if progress.sweep)
    assert (first.sweep, first.running, first.tag) == (1, True, 7)
    assert desk.last.status.startswith("Converged")
    assert desk.last.relative_error == pytest.approx(relative_error(tensor, desk.last.network.to_tensor()), abs=1e-9)
    assert desk.last.errors[-1] <= desk.last.errors[0]
    assert desk.last.visit == 1


def test_the_newest_edit_wins(desk, gate):
    gate.clear()
    for rank in range(1, 51):
        generation = desk.session.submit(set_rank(TRAIN, 2, rank), tag=rank)
    gate.set()
    wait_for(lambda: desk.reports and desk.last.tag == 50 and desk.last.sweep > 3)
    assert desk.last.generation == generation
    assert desk.session.network.structure.ranks[2] == 50
    tags = [progress.tag for progress in desk.reports]
    assert tags == sorted(tags)  # nothing old after something new
    assert len(set(tags)) <= 2  # the one that was being fitted when the others came, and the last


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: set_rank(s, 2, 4),
        lambda s: add_bond(s, (0, 5), 2),
        lambda s: add_core(s, [0, 3], rank=2),
        lambda s: set_rank(set_rank(s, 1, 5), 3, 4),
    ],
)
def test_after_an_edit_that_adds_the_error_never_rises(desk, edit):
    desk.fit(TRAIN)
    before = desk.last.relative_error
    desk.fit(edit(TRAIN), tag=1)
    errors = [progress.relative_error for progress in desk.reports if progress.tag == 1]
    assert max(errors) <= before + 1e-9
    assert errors == sorted(errors, reverse=True)


def test_going_back_finds_the_best_cores_again(desk):
    desk.fit(TRAIN)
    best = desk.last.relative_error
    desk.fit(set_rank(TRAIN, 2, 1), tag=1)
    assert desk.last.relative_error > best
    desk.fit(TRAIN, tag=2)
    first = next(progress for progress in desk.reports if progress.tag == 2)
    assert first.relative_error <= best + 1e-12
    assert len(desk.session.visited) == 2


def test_names_and_places_do_not_start_a_new_fit(desk):
    generation = desk.fit(TRAIN, tag=1)
    renamed = formats["tt"].build(MODES, 3)
    assert desk.session.submit(renamed, tag=2) == generation


def test_pause_holds_and_resume_goes_on(desk, endless):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep > 2)
    desk.session.pause()
    wait_for(lambda: desk.last.paused and desk.last.status.startswith("Paused after sweep"))
    held = desk.last.sweep
    another_fit()
    assert desk.last.sweep <= held + 1  # the sweep at hand may have ended
    desk.session.resume()
    wait_for(lambda: desk.last.sweep > held + 1)
    assert not desk.last.paused


def test_an_edit_during_a_pause_waits_for_resume(desk, endless):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep)
    desk.session.pause()
    desk.session.submit(set_rank(TRAIN, 0, 2), tag=5)
    another_fit()
    assert desk.last.tag != 5
    desk.session.resume()
    wait_for(lambda: desk.last.tag == 5 and desk.last.sweep)


def test_stop_keeps_the_best_cores_and_resume_goes_on_from_them(desk, tensor, endless):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep > 2)
    desk.session.stop()
    assert desk.last.status == "Stopped on request; the best cores so far are kept."
    assert not desk.last.running
    count, error = len(desk.reports), desk.last.relative_error
    another_fit()
    assert len(desk.reports) == count
    assert error == pytest.approx(relative_error(tensor, desk.session.network.to_tensor()), abs=1e-9)
    desk.session.submit(formats["tt"].build(MODES, 3), tag=3)  # a moved core does not start it again
    another_fit()
    assert len(desk.reports) == count
    desk.session.resume()
    wait_for(lambda: desk.last.running and desk.last.sweep)
    assert desk.last.relative_error <= error + 1e-12


@pytest.fixture
def misread(monkeypatch):
    """Make running snapshots read errors that are a millionth too low, as normal equations may."""
    iterate = ALS.iterate

    def read(*args, **kwargs):
        for snapshot in iterate(*args, **kwargs):
            low = snapshot.status is Status.RUNNING
            yield replace(snapshot, relative_error=snapshot.relative_error * (1 - 1e-6)) if low else snapshot

    monkeypatch.setattr(fitter.ALS, "iterate", read)


def assert_measured(desk, tensor):
    shown = desk.session.network.to_tensor()
    assert desk.last.relative_error == pytest.approx(relative_error(tensor, shown), rel=1e-12)
    for visit in desk.session.visited:
        assert visit.relative_error == pytest.approx(relative_error(tensor, visit.network.to_tensor()), rel=1e-12)


def test_the_error_at_the_end_of_a_fit_is_measured(desk, tensor, misread):
    desk.fit(TRAIN)
    assert_measured(desk, tensor)
    generation = desk.session.try_seeds(2)
    wait_for(lambda: desk.done(generation))
    assert_measured(desk, tensor)


def test_the_error_of_a_fit_that_is_stopped_is_measured(desk, tensor, endless, misread):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep > 2)
    desk.session.stop()
    assert_measured(desk, tensor)


def test_the_error_of_a_fit_that_an_edit_ends_is_measured(desk, tensor, endless, misread):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep > 2)
    desk.session.submit(set_rank(TRAIN, 0, 2), tag=1)
    wait_for(lambda: desk.last.tag == 1 and desk.last.sweep)
    desk.session.stop()
    assert len(desk.session.visited) == 2
    assert_measured(desk, tensor)


def test_an_error_that_cannot_be_measured_is_not_shown(desk, misread, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(fitter, "relative_residual", fail)
    desk.fit(TRAIN)
    assert (desk.last.relative_error, desk.last.network) == (None, None)
    monkeypatch.undo()
    desk.fit(set_rank(TRAIN, 0, 2), tag=1)
    assert desk.last.relative_error is not None


def test_restart_begins_at_random_and_keeps_the_best_visited(desk):
    desk.fit(TRAIN)
    best = next(iter(desk.session.visited)).relative_error
    generation = desk.session.restart(seed=11)
    wait_for(lambda: desk.done(generation))
    assert desk.last.seed == 11
    restarted = [progress for progress in desk.reports if progress.generation == generation and progress.sweep]
    assert restarted[0].relative_error > best
    assert next(iter(desk.session.visited)).relative_error <= best


def test_the_same_seed_gives_the_same_floats(tensor):
    finals = []
    for _ in range(2):
        desk = HeardSession(tensor)
        desk.session.submit(TRAIN)
        generation = desk.session.restart(seed=5)
        wait_for(lambda: desk.done(generation))  # noqa: B023
        finals.append(desk.last.errors)
        desk.session.close()
    assert finals[0] == finals[1]


def test_trying_seeds_never_ends_worse(desk):
    ring = formats["tr"].build(MODES, 2)
    desk.fit(ring)
    before = desk.last.relative_error
    generation = desk.session.try_seeds(4)
    wait_for(lambda: desk.done(generation))
    assert desk.last.relative_error <= before
    assert desk.last.status.startswith("Tried 4 starts: ")
    shown = [progress.relative_error for progress in desk.reports if progress.generation == generation]
    assert shown == sorted(shown, reverse=True)


def test_an_edit_ends_the_trying(desk, endless):
    desk.session.submit(TRAIN)
    desk.session.try_seeds(10)
    wait_for(lambda: desk.reports and desk.last.status.startswith("Start 1 of 10"))
    desk.session.submit(set_rank(TRAIN, 0, 2), tag=9)
    wait_for(lambda: desk.last.tag == 9 and desk.last.sweep)


def test_a_failure_is_reported_and_the_next_edit_works(desk):
    desk.fit(TRAIN)
    good = desk.session.network
    desk.fit(set_rank(set_rank(TRAIN, 1, 30_000), 2, 30_000))
    assert "Lower some ranks" in desk.last.failure
    assert desk.session.network is good
    desk.fit(set_rank(TRAIN, 1, 4))
    assert desk.last.failure == ""


def test_a_tensor_that_does_not_fit_is_a_failure(desk):
    desk.fit(formats["tt"].build((3, 3), 2))
    assert "tensor has shape" in desk.last.failure


def test_a_report_that_fails_is_logged_as_the_callers_and_changes_nothing(tensor, caplog):
    states = []

    def careless(progress, detailed):
        states.append(progress.state)
        raise DataError("no")

    session = FitSession(careless)
    session.load(tensor)
    session.submit(TRAIN)
    wait_for(lambda: states[-1:] == ["CONVERGED"])
    session.submit(set_rank(TRAIN, 0, 2))
    wait_for(lambda: session.network.structure.ranks[0] == 2)
    for command in (session.pause, session.resume, session.stop):  # report in this thread
        command()
    assert not session.paused
    session.close()
    assert all(record.getMessage().startswith("Your function ") for record in caplog.records)
    assert all("careless" in record.getMessage() for record in caplog.records)


def test_the_thread_ends_with_close_even_in_a_fit(desk, endless):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports)
    assert desk.session.is_alive
    desk.session.close(PATIENCE)
    assert not desk.session.is_alive
    desk.session.submit(set_rank(TRAIN, 0, 2))  # too late, but harmless


def test_a_forgotten_session_stops_its_fit(tensor, endless):
    session = FitSession(lambda progress, detailed: None)
    session.load(tensor)
    session.submit(TRAIN)
    worker, gone = session._fitter.worker, weakref.ref(session)
    del session
    gc.collect()
    wait_for(lambda: gone() is None and not worker.is_alive)


def test_a_settled_fit_has_no_thread_and_the_next_one_gets_another(desk):
    desk.session._fitter.worker.idle = 0.0
    for rank in (3, 2):
        desk.fit(set_rank(TRAIN, 1, rank), tag=rank)
        wait_for(lambda: not desk.session.is_alive)
        assert desk.last.tag == rank


def test_a_held_fit_has_no_thread_and_goes_on_where_it_was(desk, endless):
    desk.session._fitter.worker.idle = 0.0
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep > 2)
    for hold, release in (
        (desk.session.pause, desk.session.resume),
        (lambda: desk.session.suspend(True), lambda: desk.session.suspend(False)),
    ):
        hold()
        wait_for(lambda: not desk.session.is_alive)
        sweep, seconds = desk.last.sweep, desk.last.seconds
        another_fit()
        release()
        wait_for(lambda sweep=sweep: desk.last.sweep > sweep)
        assert desk.last.generation == desk.reports[0].generation
        assert desk.last.seconds >= seconds


def test_the_time_of_a_fit_leaves_pauses_out_and_ends_with_it(desk, endless):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep)
    desk.session.pause()
    wait_for(lambda: desk.session._fitter.run._still)
    run = desk.session._fitter.run
    assert run.seconds == run.seconds
    desk.session.resume()
    desk.session.stop()
    assert run.seconds == run.seconds


def test_a_report_names_the_state_that_its_sentence_says(desk, gate):
    gate.clear()
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports)
    assert desk.last.state == "PREPARING"
    gate.set()
    wait_for(lambda: desk.last.state == "RUNNING")
    desk.session.pause()
    wait_for(lambda: desk.last.state == "PAUSED")
    assert desk.last.status == f"Paused after sweep {desk.last.sweep}."
    desk.session.try_seeds(2)
    wait_for(lambda: desk.last.state == "TRYING")
    desk.session.stop()
    assert desk.last.state == "STOPPED"
    numbers = [progress.number for progress in desk.reports]
    assert len(set(numbers)) == len(numbers)


def test_what_a_report_says_belongs_together(desk):
    desk.fit(TRAIN)
    generation = desk.session.try_seeds(2)
    wait_for(lambda: desk.done(generation))
    desk.fit(set_rank(set_rank(TRAIN, 1, 30_000), 2, 30_000))
    assert [progress.state for progress in desk.reports if not progress.running and progress.failure][-1] == "FAILED"
    for progress in desk.reports:
        ended = progress.state in {"CONVERGED", "TRIED", "FAILED"}
        assert progress.running != ended
        if progress.state in Status.__members__:
            assert progress.status == Status[progress.state].value
        if progress.errors and progress.state == "RUNNING":
            assert progress.errors[-1] == progress.relative_error


def test_nobody_looking_holds_the_fit(desk, endless):
    desk.session.submit(TRAIN)
    wait_for(lambda: desk.reports and desk.last.sweep)
    desk.session.suspend(True)
    held = desk.last.sweep
    another_fit()
    assert desk.last.sweep <= held + 1
    assert not desk.last.paused
    desk.session.suspend(False)
    wait_for(lambda: desk.last.sweep > held + 2)


def test_commands_from_many_threads_leave_a_consistent_end(desk, endless):
    def hammer(rank):
        for k in range(20):
            desk.session.submit(set_rank(TRAIN, 1, rank), tag=rank)
            (desk.session.pause, desk.session.resume, desk.session.stop)[k % 3]()

    threads = [threading.Thread(target=hammer, args=(rank,)) for rank in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.session.resume()
    generation = desk.session.submit(set_rank(TRAIN, 1, 5), tag=99)
    wait_for(lambda: desk.last.generation == generation and desk.last.sweep)
    assert desk.session.network.structure.ranks[1] == 5


def test_another_tensor_forgets_the_first(desk, generator):
    desk.fit(TRAIN)
    desk.session.load(torch.rand(4, 4, generator=generator, dtype=torch.float64))
    assert desk.session.network is None
    assert len(desk.session.visited) == 0
    desk.fit(formats["tt"].build((4, 4), 2))
    assert desk.session.network.structure.modes == (4, 4)


def test_a_removed_bond_goes_on_from_what_is_left(desk):
    ring = formats["tr"].build(MODES, 2)
    desk.fit(ring)
    desk.fit(remove_bond(ring, 5), tag=1)
    assert desk.last.relative_error < 1


@pytest.mark.parametrize("name", formats)
def test_another_format_is_not_held_back_by_the_one_before(desk, tensor, monkeypatch, name):
    monkeypatch.setattr(fitter, "MAX_SWEEPS", 100)
    desk.fit(formats["tucker"].build(MODES, 2))
    structure = formats[name].build(MODES, 2)
    desk.fit(structure, tag=1)
    alone = fit(tensor, structure, max_sweeps=100)
    assert desk.last.relative_error <= alone.relative_error * 1.02 + 1e-6
