"""The inline executor fits in the calling thread, first come first served."""

import time
from dataclasses import replace

import pytest
import torch

from tests.structure_search.executors.fits import LONG, X, evaluator, inline, task
from tnlab.errors import FormatError
from tnlab.structure_search.executors.base import Cancelled
from tnlab.structure_search.executors.inline import Inline


def test_how_a_tensor_lies_in_memory_is_not_seen_in_the_floats():
    """Turned axes, an odd address: the same fit, bit by bit."""
    turned = X.permute(4, 3, 2, 1, 0).contiguous().permute(4, 3, 2, 1, 0)
    odd = torch.empty(X.numel() + 1)[1:].view(X.shape).copy_(X)
    one = task(1, 20)
    assert inline(one, X=turned) == inline(one, X=odd) == inline(one)


def test_fits_are_made_in_their_order_when_they_are_asked_for(monkeypatch):
    made = []
    fitting = evaluator()
    channel = Inline().connect(fitting)
    monkeypatch.setattr(type(fitting), "__call__", lambda _, proposal, *rest: made.append(proposal.max_sweeps))
    for number in (3, 1, 2):
        channel.submit(task(number, 10 * number))
    assert made == []
    assert [channel.next().number for _ in range(3)] == [3, 1, 2]
    assert made == [30, 10, 20]
    with pytest.raises(Cancelled):
        channel.next()


def test_a_fit_ends_at_its_time_and_a_pause_moves_that():
    channel = Inline().connect(evaluator())
    over = replace(task(1, LONG), until=time.time() - 10.0)
    channel.submit(over)
    short = channel.next().fitted
    channel.submit(replace(over, proposal=task(1, 3, starts=1).proposal))
    channel.postpone(1000.0)
    whole = channel.next().fitted
    assert short is not None
    assert whole is not None
    assert (short.sweeps, short.finished) == (0, False)
    assert whole.sweeps == 3


def test_nothing_is_fitted_after_cancel():
    channel = Inline().connect(evaluator())
    channel.submit(task(1))
    channel.cancel()
    with pytest.raises(Cancelled):
        channel.next()
    with pytest.raises(FormatError, match="inline takes nothing behind a colon, but was given '3'"):
        Inline.parsed("3")
