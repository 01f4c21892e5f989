"""Work in the background: no wake-up is lost, threads end when idle, and nothing is held that is forgotten."""

import gc
import os
import random
import sys
import threading
import weakref

import pytest

from tests.waiting import PATIENCE, wait_for
from tnlab.errors import DataError
from tnlab_widgets.base.worker import Errands, Worker


class Counter:
    """Work that counts down what was asked for."""

    def __init__(self, idle=PATIENCE):
        self.asked = self.done = self.steps = self.last = 0
        self.worker = Worker(self.step, "tnlab-counter", idle=idle)

    def ask(self):
        with self.worker.changed:
            self.asked += 1
        self.worker.wake()

    def step(self):
        if self.worker.closed:
            self.last += 1
            return
        self.steps += 1
        with self.worker.changed:
            self.done = self.asked
            self.worker.changed.notify_all()
        return

    def wait(self, number):
        with self.worker.changed:
            assert self.worker.changed.wait_for(lambda: self.done == number, PATIENCE)


@pytest.fixture
def counter():
    made = []

    def counter(**settings):
        made.append(Counter(**settings))
        return made[-1]

    yield counter
    for each in made:
        each.worker.close(PATIENCE)


def test_a_thread_starts_with_work_and_ends_when_idle(counter):
    work = counter(idle=0.0)
    assert not work.worker.is_alive
    for number in (1, 2):
        work.ask()
        wait_for(lambda number=number: work.done == number and not work.worker.is_alive)


@pytest.fixture
def often():
    """Have Python switch threads after every few instructions."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_no_wake_up_is_lost_where_the_thread_is_about_to_end(counter, often):
    """With no idle time every thread is about to end: thousands of wake-ups come while one does."""
    work = counter(idle=0.0)

    def ask():
        for _ in range(1000):
            work.ask()

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    work.wait(4000)
    for number in range(4001, 10_001):
        work.ask()
        work.wait(number)
    wait_for(lambda: not work.worker.is_alive)


def test_a_wake_up_right_after_the_thread_has_released_the_lock_is_served(counter):
    """At every boundary of the thread: it asks for more itself, often when it has let go of the lock."""
    work = counter(idle=0.0)

    choice = random.Random(0)

    class Boundary(threading.Condition):
        asking = False

        def __exit__(self, *args):
            super().__exit__(*args)
            if threading.current_thread().name == "tnlab-counter" and not self.asking and choice.random() < 0.3:
                self.asking = True
                work.ask()
                self.asking = False

    work.worker.changed = Boundary()
    for _ in range(300):
        work.ask()
        with work.worker.changed:
            assert work.worker.changed.wait_for(lambda: work.done == work.asked, PATIENCE)


def test_a_wake_up_during_a_step_leads_to_another(counter):
    work, inside, free = counter(), threading.Event(), threading.Event()
    step = work.step

    def slow():
        result = step()
        inside.set()
        assert free.wait(PATIENCE)
        return result

    work.step = slow
    work.worker._step = lambda: slow
    work.ask()
    assert inside.wait(PATIENCE)
    work.ask()
    free.set()
    work.wait(2)
    assert work.steps == 2


def test_a_step_says_when_the_next_is_due():
    class Steps:
        def __init__(self):
            self.pauses = [0.0, 0.0, 1e-6, None, None]
            self.worker = Worker(self.step, "tnlab-steps")

        def step(self):
            return self.pauses.pop(0)

    steps = Steps()
    steps.worker.wake()
    wait_for(lambda: steps.pauses == [None])  # after None nothing more
    steps.worker.close(PATIENCE)


def test_an_exception_is_logged_and_the_next_work_is_done(caplog):
    class Failing:
        def __init__(self):
            self.errors, self.done = [DataError("The tensor is empty."), ZeroDivisionError("no")], False
            self.worker = Worker(self.step, "tnlab-failing")

        def step(self):
            if self.errors:
                raise self.errors.pop(0)
            self.done = True

    failing = Failing()
    for left in (1, 0):
        failing.worker.wake()
        wait_for(lambda left=left: len(failing.errors) == left and not failing.worker._due)
    failing.worker.wake()
    wait_for(lambda: failing.done)
    failing.worker.close(PATIENCE)
    said = [record.getMessage() for record in caplog.records]
    assert "A step of the thread tnlab-failing failed: The tensor is empty." in said
    assert any("ZeroDivisionError: no" in text for text in said)


@pytest.mark.parametrize("started", [True, False])
def test_close_does_one_last_step_and_then_nothing_more(counter, started):
    work = counter()
    if started:
        work.ask()
        work.wait(1)
    steps = work.steps
    work.worker.close(PATIENCE)
    work.worker.close(PATIENCE)
    assert (work.last, work.worker.is_alive) == (1, False)
    work.ask()
    assert (work.steps, work.worker.is_alive) == (steps, False)


def test_a_forgotten_owner_is_freed_and_its_thread_ends():
    work = Counter(idle=0.01)
    work.ask()
    worker, gone = work.worker, weakref.ref(work)
    wait_for(lambda: worker._due is False)
    del work
    wait_for(lambda: gc.collect() >= 0 and gone() is None and not worker.is_alive)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_starts_a_thread_of_its_own(counter):
    work, inside, free = counter(), threading.Event(), threading.Event()
    work.ask()
    work.wait(1)

    def hold():
        with work.worker.changed:
            inside.set()
            assert free.wait(PATIENCE)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(PATIENCE)  # the lock is held by a thread that the child lacks
    child = os.fork()
    if child == 0:
        fresh = not work.worker.is_alive
        work.ask()
        with work.worker.changed:
            done = work.worker.changed.wait_for(lambda: work.done == 2, PATIENCE)
        os._exit(0 if fresh and done else 1)
    free.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    work.ask()
    work.wait(2)


def test_errands_are_done_in_order_and_the_error_of_one_is_logged(caplog):
    done, free = [], threading.Event()

    def fail():
        raise DataError("It went wrong.")

    errands = Errands("tnlab-errands")
    for errand in (lambda: free.wait(PATIENCE), lambda: done.append("first"), fail, lambda: done.append("second")):
        errands.send(errand)
    assert done == []
    free.set()
    wait_for(lambda: done == ["first", "second"])
    assert caplog.messages == ["A task of the thread tnlab-errands failed: It went wrong."]
    errands.close(PATIENCE)


def test_close_waits_for_the_errands_in_the_queue_and_takes_no_more():
    done, inside, free = [], threading.Event(), threading.Event()

    def long():
        inside.set()
        assert free.wait(PATIENCE)
        done.append("long")

    errands = Errands("tnlab-errands")
    errands.send(long)
    errands.send(lambda: done.append("next"))
    assert inside.wait(PATIENCE)
    free.set()
    errands.close(PATIENCE)
    errands.send(lambda: done.append("too late"))
    assert done == ["long", "next"]
