"""A queue of results yields outcomes in the order of their arrival, until it is cancelled or its crew ends."""

import pytest

from tnlab.errors import ExecutorError
from tnlab.structure_search.executors.base import Cancelled
from tnlab.structure_search.executors.pool.crew import Crew
from tnlab.structure_search.executors.pool.result_queue import ResultQueue


def queued(crew: Crew) -> list[int]:
    """Return the numbers of the tickets in the queue of a crew whose processes were not started."""
    return [ticket.number for ticket in crew._queue]  # pyright: ignore[reportPrivateUsage]


def test_outcomes_come_as_they_arrive_with_the_numbers_they_were_given():
    crew = Crew(1)
    results, other = ResultQueue(crew), ResultQueue(crew)
    for number in (7, 8, 9):
        results.put(number, b"")
    other.put(7, b"")
    first, second, third, foreign = list(crew._queue)  # pyright: ignore[reportPrivateUsage]
    crew.settle(foreign, "of the other")
    crew.settle(second, "b")
    crew.settle(first, None)
    crew.settle(third, KeyError("c"))
    assert [results.next(), results.next(), other.next()] == [(8, "b"), (7, None), (7, "of the other")]
    with pytest.raises(KeyError, match="c"):
        results.next()


def test_a_cancelled_queue_takes_and_gives_no_more():
    """Its open tickets leave the queue, those of others stay, and what arrives late is not kept."""
    crew = Crew(1)
    results, other = ResultQueue(crew), ResultQueue(crew)
    results.put(1, b"")
    other.put(2, b"")
    (late, _) = list(crew._queue)  # pyright: ignore[reportPrivateUsage]
    results.cancel()
    results.put(3, b"")
    assert queued(crew) == [2]
    crew.settle(late, "too late")
    with pytest.raises(Cancelled):
        results.next()


def test_a_crew_that_ended_says_why():
    crew = Crew(1)
    results = ResultQueue(crew)
    results.put(1, b"")
    crew.fail("Out of processes.")
    with pytest.raises(ExecutorError, match="Out of processes"):
        results.next()
