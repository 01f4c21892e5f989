"""The loop of a pool process answers every task, with a fit or an error, until it is told of an unknown channel."""

import os
from multiprocessing import Pipe
from queue import SimpleQueue

import pytest

from tests.structure_search.executors.fits import LONG, evaluator, inline, task
from tnlab.structure_search.executors.pool.shared_tensor import Freight
from tnlab.structure_search.executors.pool.worker import serve
from tnlab.structure_search.executors.remote import pickled, unpickled


def served(*messages, dropped=frozenset()) -> list:
    """Return what the loop sends for messages, of which the last must end it with a KeyError."""
    queue: SimpleQueue = SimpleQueue()
    for message in messages:
        queue.put(message)
    ours, theirs = Pipe()
    with ours, theirs:
        with pytest.raises(KeyError):
            serve(queue, lambda ticket: ticket in dropped, theirs)
        found = []
        while ours.poll():
            found.append(unpickled(ours.recv_bytes()))
    return found


def test_tasks_are_fitted_until_their_evaluator_is_forgotten():
    freight = Freight(evaluator())
    brought = ("evaluator", 5, *freight.label, os.dup(freight.handle))
    tasks = [("task", 5, ticket, pickled(task(ticket))) for ticket in (1, 2)]
    found = served(brought, *tasks, ("forget", 5), tasks[0])
    assert [one.relative_error for one in found] == list(inline(task(1), task(2)).values())


def test_the_fit_of_a_ticket_that_was_dropped_ends():
    freight = Freight(evaluator())
    brought = ("evaluator", 5, *freight.label, os.dup(freight.handle))
    (found,) = served(brought, ("task", 5, 9, pickled(task(1, LONG))), ("task", 6, 1, b""), dropped={9})
    assert (found.sweeps, found.finished) == (0, False)


def test_an_error_is_sent_in_the_place_of_a_fit():
    freight = Freight(evaluator())
    packed, *tensor = freight.label
    broken = ("evaluator", 5, b"no pickle", *tensor, os.dup(freight.handle))
    whole = ("evaluator", 6, packed, *tensor, os.dup(freight.handle))
    first, second = served(
        broken, whole, ("task", 5, 1, pickled(task(1))), ("task", 6, 2, b"no pickle"), ("task", 7, 3, b"")
    )
    assert isinstance(first, Exception)
    assert isinstance(second, Exception)
