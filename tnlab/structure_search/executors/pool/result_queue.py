"""The queue of results of one caller of a crew, beside the crew's own queue of tickets, which all callers share."""

from collections import deque
from typing import Any

from tnlab.errors import ExecutorError
from tnlab.structure_search.executors.base import Cancelled
from tnlab.structure_search.executors.pool.crew import Crew, Ticket
from tnlab.structure_search.executors.pool.shared_tensor import Freight


class ResultQueue:
    """Outcomes of the tickets that one caller put into the queue of a crew.

    Args:
        crew: The crew.
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._open: set[Ticket] = set()
        self._arrived: deque[tuple[Ticket, Any]] = deque()
        self._cancelled = False

    def put(self, number: int, packed: bytes, freight: Freight | None = None) -> None:
        """Queue a pickled task of a freight, or a pickled call without one; do nothing once cancelled."""
        ticket = Ticket(receiver=self, freight=freight, number=number, packed=packed)
        with self._crew.changed:
            if not self._cancelled:
                self._open.add(ticket)
                self._crew.put(ticket)

    def receive(self, ticket: Ticket, outcome: Any) -> None:
        """Store the outcome of a ticket for ``next``; called by the crew, under its lock."""
        self._arrived.append((ticket, outcome))

    def next(self) -> tuple[int, Any]:
        """Wait for an outcome, and return it with the number of its ticket; None for one that was given up.

        Raises:
            Cancelled: ``cancel`` was called.
            ExecutorError: The crew has ended.
            Exception: The error that the task or call raised in its process.
        """
        crew = self._crew
        with crew.changed:
            crew.changed.wait_for(lambda: self._arrived or self._cancelled or crew.over)
            if self._cancelled:
                raise Cancelled
            if not self._arrived:
                raise ExecutorError(crew.over)
            ticket, outcome = self._arrived.popleft()
            self._open.discard(ticket)
        if isinstance(outcome, Exception):
            raise outcome
        return ticket.number, outcome

    def cancel(self) -> None:
        """Drop all open tickets, and wake ``next``, which raises ``Cancelled`` from now on."""
        with self._crew.changed:
            self._cancelled = True
        self._crew.drop(self._open)
