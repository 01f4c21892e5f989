"""The worker processes of a pool: a common queue of tickets, and one thread per process that feeds it."""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import Any, Protocol

from typing_extensions import override

from tnlab.errors import ExecutorError
from tnlab.structure_search.executors.base import LOSSES
from tnlab.structure_search.executors.pool.shared_tensor import Freight
from tnlab.structure_search.executors.remote import unpickled

IDLE = 600.0  # seconds without a task after which a process ends to free its memory; the next task starts it again
SCRIPT = Path(__file__).with_name("worker_start.py")
LIBRARIES = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "BLIS_NUM", "NUMEXPR_NUM", "NUMBA_NUM", "VECLIB_MAXIMUM")
_numbers = itertools.count()


class Receiver(Protocol):
    """An object whose ``receive`` the crew calls, under its lock, with the outcome of each ticket."""

    def receive(self, ticket: "Ticket", outcome: Any) -> None: ...  # noqa: D102


@dataclass(eq=False)
class Ticket:
    """A pickled task or call in the queue of a crew, or at one of its processes.

    Attributes:
        receiver: Object that gets the outcome.
        freight: Evaluator and tensor of the search whose task it is; None for a call.
        number: Number that its receiver gave it.
        packed: The pickled task, or the pickled function of a call with its arguments.
        losses: Processes that died while they worked on it.
        dropped: Whether it was cancelled, so that no outcome is delivered.
        id: Number that no other ticket of this process has.
    """

    receiver: Receiver
    freight: Freight | None
    number: int
    packed: bytes
    losses: int = 0
    dropped: bool = False
    id: int = field(default_factory=_numbers.__next__)


class Crew:
    """A fixed number of threads with one worker process each, which take tickets from one queue.

    Attributes:
        changed: Lock of all fields, notified after every change.
        over: Why the crew takes no more tickets; empty while it does.
        ready: Whether at least one process has started.
    """

    def __init__(self, size: int) -> None:
        self.changed = threading.Condition()
        self.over = ""
        self.ready = False
        self._owner = os.getpid()
        self._queue: deque[Ticket] = deque()
        self._hands = [_Hand(self) for _ in range(size)]

    def start(self) -> None:
        """Start the processes if they do not run yet, and wait until one of them is ready.

        Raises:
            ExecutorError: The crew has ended, or it was made by the process that this one was forked from.
        """
        if os.getpid() != self._owner:
            raise ExecutorError("This pool belongs to the process that this one was forked from; make another.")
        with self.changed:
            if self.over:
                raise ExecutorError(self.over)
            for hand in self._hands:
                if hand.ident is None:
                    hand.start()
            self.changed.wait_for(lambda: self.ready or self.over)
            if not self.ready:
                raise ExecutorError(self.over)

    def arrive(self) -> None:
        """Record that a process has started, and wake ``start``."""
        with self.changed:
            self.ready = True
            self.changed.notify_all()

    def put(self, ticket: Ticket) -> None:
        """Append a ticket to the queue."""
        with self.changed:
            self._queue.append(ticket)
            self.changed.notify_all()

    def take(self, hand: "_Hand") -> Ticket | None:
        """Wait for the next ticket of the queue and hand it to a thread; None once the crew has ended."""
        with self.changed:
            hand.ticket = None
            while not self.changed.wait_for(lambda: self._queue or self.over, IDLE):
                hand.rest()
            hand.ticket = None if self.over else self._queue.popleft()
            return hand.ticket

    def settle(self, ticket: Ticket, outcome: object) -> None:
        """Deliver the outcome of a ticket, unless it was dropped: a fit, an error, or None if it was given up."""
        with self.changed:
            if not ticket.dropped:
                ticket.receiver.receive(ticket, outcome)
            self.changed.notify_all()

    def lose(self, ticket: Ticket) -> None:
        """Count a process that died during a ticket; put the ticket first in the queue, or give it up at ``LOSSES``."""
        ticket.losses += 1
        if ticket.losses >= LOSSES:
            self.settle(ticket, None)
        else:
            with self.changed:
                if not ticket.dropped:
                    self._queue.appendleft(ticket)
                self.changed.notify_all()

    def drop(self, tickets: set[Ticket]) -> None:
        """Cancel tickets: remove them from the queue, and tell processes that work on one to end its fit."""
        with self.changed:
            for ticket in tickets:
                ticket.dropped = True
            self._queue = deque(ticket for ticket in self._queue if not ticket.dropped)
            taken = [(hand, hand.ticket.id) for hand in self._hands if hand.ticket in tickets and hand.ticket]
            self.changed.notify_all()
        for hand, ticket in taken:
            hand.tell("drop", ticket)

    def forget(self, freight: Freight) -> None:
        """Tell all processes to free an evaluator and its tensor."""
        for hand in self._hands:
            hand.forget(freight)

    def fail(self, words: str) -> None:
        """Take no more tickets, for the reason given in ``words``, and wake all waiting threads."""
        with self.changed:
            self.over = self.over or words
            self.changed.notify_all()

    def end(self) -> None:
        """Kill all processes, and join their threads."""
        if os.getpid() != self._owner:
            return
        self.fail("The pool was closed.")
        for hand in self._hands:
            hand.kill()
        for hand in self._hands:
            if hand.ident is not None and hand is not threading.current_thread():  # garbage collection may run here
                hand.join()


class _Hand(threading.Thread):
    """A thread that sends tickets to one worker process and receives results; it replaces a process that died."""

    def __init__(self, crew: Crew) -> None:
        super().__init__(name="tnlab pool", daemon=True)
        self.ticket: Ticket | None = None
        self._crew = crew
        self._speaking = threading.Lock()
        self._known: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    @override
    def run(self) -> None:
        try:
            self._replace()
            self._crew.arrive()
            while self._serve():
                pass
        except ExecutorError as error:
            self._crew.fail(str(error))
        except Exception as error:  # noqa: BLE001 - otherwise searches would wait for ever
            self._crew.fail(f"The pool cannot go on: {type(error).__name__}: {error}")
        finally:
            self.rest()

    def _serve(self) -> bool:
        """Take one ticket, have the process fit it, and deliver the outcome; return False once the crew has ended."""
        ticket = self._crew.take(self)
        if ticket is None:
            return False
        if self._process is None or self._process.poll() is not None:
            self._replace()
        try:
            outcome = self._asked(ticket)
        except (EOFError, OSError):
            self.rest()
            self._crew.lose(ticket)
        else:
            self._crew.settle(ticket, outcome)
        if ticket.dropped and ticket.freight is not None:
            self.forget(ticket.freight)  # ``Crew.forget`` may have run before the evaluator was sent
        return True

    def tell(self, kind: str, number: int) -> None:
        """Send ``(kind, number)`` to the process, if it runs."""
        with self._speaking, contextlib.suppress(OSError):
            if self._pipe is not None:
                self._pipe.send((kind, number))

    def forget(self, freight: Freight) -> None:
        """Tell the process to free an evaluator, if it received it."""
        if freight.id in self._known:
            self._known.discard(freight.id)
            self.tell("forget", freight.id)

    def kill(self) -> None:
        """Kill the process; the thread notices by itself."""
        process = self._process
        if process is not None:
            process.kill()

    def rest(self) -> None:
        """Kill the process and close its pipe; the next ticket starts another one."""
        with self._speaking:
            process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
            self._known = set()
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.wait()

    def _asked(self, ticket: Ticket) -> object:
        """Send a ticket, preceded by its evaluator if the process lacks that, and wait for the result."""
        assert self._pipe is not None
        assert self._process is not None
        freight = ticket.freight
        with self._speaking:
            if freight is None:
                self._pipe.send(("call", ticket.packed))
            else:
                if freight.id not in self._known:
                    self._pipe.send(("evaluator", freight.id, *freight.label))
                    send_handle(self._pipe, freight.handle, self._process.pid)
                    self._known.add(freight.id)
                self._pipe.send(("task", freight.id, ticket.id, ticket.packed))
        return unpickled(self._pipe.recv_bytes())

    def _replace(self) -> None:
        """Start a new process and wait until it is ready; raise an ExecutorError after ``LOSSES`` attempts."""
        for _ in range(LOSSES):
            self.rest()
            try:
                self._process, pipe = start_process()
            except OSError as error:
                raise ExecutorError(f"No process can be started for the pool: {error}.") from error
            self._pipe = pipe
            if self._crew.over:
                self._process.kill()
            with contextlib.suppress(EOFError, OSError):
                words = pipe.recv_bytes().decode()
                if words:
                    raise ExecutorError(f"A process of the pool could not start: {words}")
                return
            if self._crew.over:
                return
        code = self._process.wait() if self._process is not None else 0
        raise ExecutorError(f"The processes of the pool end as soon as they start; the last with exit status {code}.")


def start_process() -> tuple["subprocess.Popen[bytes]", Connection]:
    """Start a worker process; return it and the connection to it.

    The process has a session of its own, so that Ctrl-C in the terminal does not reach it. It runs ``worker_start.py``
    in a new interpreter: it is no fork, and does not import the main module of the caller.
    """
    ours, theirs = socket.socketpair()
    environment = os.environ | {f"{library}_THREADS": "1" for library in LIBRARIES}
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(place).absolute()) for place in sys.path)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - this very interpreter, and a script of ours
            [sys.executable, "-P", str(SCRIPT), str(theirs.fileno())],
            env=environment,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    return process, Connection(ours.detach())
