"""An inbox yields outcomes in the order of their arrival, until it is cancelled or its crew ends."""

import pytest

from tnlab.errors import ExecutorError
from tnlab.structure_search.executors.base import Cancelled
from tnlab.structure_search.executors.pool.crew import Crew
from tnlab.structure_search.executors.pool.inbox import Inbox


def queued(crew: Crew) -> list[int]:
    """Return the numbers of the tickets in the queue of a crew whose processes were not started."""
    return [ticket.number for ticket in crew._queue]  # pyright: ignore[reportPrivateUsage]


def test_outcomes_come_as_they_arrive_with_the_numbers_they_were_given():
    crew = Crew(1)
    inbox, other = Inbox(crew), Inbox(crew)
    for number in (7, 8, 9):
        inbox.put(number, b"")
    other.put(7, b"")
    first, second, third, foreign = list(crew._queue)  # pyright: ignore[reportPrivateUsage]
    crew.settle(foreign, "of the other")
    crew.settle(second, "b")
    crew.settle(first, None)
    crew.settle(third, KeyError("c"))
    assert [inbox.next(), inbox.next(), other.next()] == [(8, "b"), (7, None), (7, "of the other")]
    with pytest.raises(KeyError, match="c"):
        inbox.next()


def test_a_cancelled_inbox_takes_and_gives_no_more():
    """Its open tickets leave the queue, those of others stay, and what arrives late is not kept."""
    crew = Crew(1)
    inbox, other = Inbox(crew), Inbox(crew)
    inbox.put(1, b"")
    other.put(2, b"")
    (late, _) = list(crew._queue)  # pyright: ignore[reportPrivateUsage]
    inbox.cancel()
    inbox.put(3, b"")
    assert queued(crew) == [2]
    crew.settle(late, "too late")
    with pytest.raises(Cancelled):
        inbox.next()


def test_a_crew_that_ended_says_why():
    crew = Crew(1)
    inbox = Inbox(crew)
    inbox.put(1, b"")
    crew.fail("Out of processes.")
    with pytest.raises(ExecutorError, match="Out of processes"):
        inbox.next()
