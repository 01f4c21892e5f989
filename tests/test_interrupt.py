"""A limit ends a computation within a step, in the thread that waits and in the one that computes."""

import math
import threading
import time

import pytest
import torch

from tnlab.interrupt import Interrupted, Limit, checkpoint, current_limit, interruptible, limited, unlimited

PATIENCE = 60  # seconds


def test_without_a_limit_a_step_runs_where_it_is():
    checkpoint()
    assert current_limit().open
    assert interruptible(threading.current_thread, long=True) is threading.current_thread()


def test_a_short_step_runs_where_it_is_and_a_long_one_apart():
    with limited(Limit(time.monotonic() + PATIENCE)):
        assert interruptible(threading.current_thread, long=False) is threading.current_thread()
        assert interruptible(threading.current_thread, long=True) is not threading.current_thread()


def test_a_limit_is_that_of_its_block_and_of_those_around_it():
    outer, inner = Limit(5.0, lambda: False), Limit(9.0, lambda: True)
    with limited(outer):
        assert current_limit() is outer
        with limited(inner):
            assert current_limit().deadline == 5.0
            assert current_limit().cancel()
        assert current_limit() is outer
    assert current_limit().open
    assert inner.within(Limit()) is inner
    assert Limit().within(inner) is inner


@pytest.mark.parametrize("limit", [Limit(-math.inf), Limit(cancel=lambda: True)])
def test_a_limit_that_is_reached_lets_no_step_begin(limit):
    with limited(limit), pytest.raises(Interrupted):
        interruptible(lambda: pytest.fail("it began"), long=False)
    with limited(limit), pytest.raises(Interrupted):
        checkpoint()


def test_a_long_step_is_left_behind_and_ends_at_its_next_checkpoint():
    begun, ended, go_on = threading.Event(), threading.Event(), threading.Event()

    def step():
        begun.set()
        go_on.wait(PATIENCE)
        try:
            checkpoint()
        except Interrupted:
            ended.set()

    with limited(Limit(cancel=begun.is_set)), pytest.raises(Interrupted):
        interruptible(step, long=True)
    go_on.set()
    assert ended.wait(PATIENCE)


def test_an_exception_of_a_long_step_is_raised_where_it_is_waited_for():
    with limited(Limit(time.monotonic() + PATIENCE)), pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 / 0, long=True)


def test_a_long_step_has_the_settings_of_the_thread_that_waits():
    with limited(Limit(time.monotonic() + PATIENCE)), torch.no_grad():
        assert not interruptible(torch.is_grad_enabled, long=True)
        assert interruptible(lambda: current_limit().deadline, long=True) == current_limit().deadline


def test_what_is_computed_after_a_stop_has_no_limit():
    with limited(Limit(cancel=lambda: True)):
        with unlimited():
            checkpoint()
            assert current_limit().open
        with pytest.raises(Interrupted):
            checkpoint()
