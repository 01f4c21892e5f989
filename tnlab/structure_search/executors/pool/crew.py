"""The processes of a pool, and the threads that each serve one of them."""

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

IDLE = 600.0  # seconds without a task after which a process ends; the next task starts it again
SCRIPT = Path(__file__).with_name("worker_start.py")
LIBRARIES = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "BLIS_NUM", "NUMEXPR_NUM", "NUMBA_NUM", "VECLIB_MAXIMUM")
_numbers = itertools.count()


class Receiver(Protocol):
    """Who wants to know what became of a ticket; called under the crew's lock."""

    def receive(self, ticket: "Ticket", outcome: Any) -> None: ...  # noqa: D102


@dataclass(eq=False)
class Ticket:
    """A task on its way through the crew.

    Attributes:
        receiver: Who waits for it.
        freight: What it needs where it is done.
        number: Of the task.
        packed: The task.
        losses: Processes that were lost with it.
        dropped: Whether nobody waits for it any more.
        id: Its own, among all tickets.
    """

    receiver: Receiver
    freight: Freight
    number: int
    packed: bytes
    losses: int = 0
    dropped: bool = False
    id: int = field(default_factory=_numbers.__next__)


class Crew:
    """Hands that take tickets from one queue.

    Attributes:
        changed: Guards everything here, and is notified of every change.
        over: Why no ticket is taken any more; empty while they are.
        ready: Whether a process has ever been ready.
    """

    def __init__(self, size: int) -> None:
        self.changed = threading.Condition()
        self.over = ""
        self.ready = False
        self._owner = os.getpid()
        self._queue: deque[Ticket] = deque()
        self._hands = [_Hand(self) for _ in range(size)]

    def start(self) -> None:
        """Start the processes, if they are not there yet, and wait until the first can take a ticket.

        Raises:
            ExecutorError: They ended, or belong to another process, of which this one is a fork.
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
        """Say that a process is there."""
        with self.changed:
            self.ready = True
            self.changed.notify_all()

    def put(self, ticket: Ticket) -> None:
        """Queue a ticket."""
        with self.changed:
            self._queue.append(ticket)
            self.changed.notify_all()

    def take(self, hand: "_Hand") -> Ticket | None:
        """Wait for a ticket; None when there will be no more."""
        with self.changed:
            hand.ticket = None
            while not self.changed.wait_for(lambda: self._queue or self.over, IDLE):
                hand.rest()
            hand.ticket = None if self.over else self._queue.popleft()
            return hand.ticket

    def settle(self, ticket: Ticket, outcome: object) -> None:
        """Hand on what became of a ticket: a fit, an error, or None where it was given up."""
        with self.changed:
            if not ticket.dropped:
                ticket.receiver.receive(ticket, outcome)
            self.changed.notify_all()

    def lose(self, ticket: Ticket) -> None:
        """Have a ticket done again, after the process that had it was lost; or give it up."""
        ticket.losses += 1
        if ticket.losses >= LOSSES:
            self.settle(ticket, None)
        else:
            with self.changed:
                if not ticket.dropped:
                    self._queue.appendleft(ticket)
                self.changed.notify_all()

    def drop(self, tickets: set[Ticket]) -> None:
        """Take tickets out of the queue, and end the fits of those that left it."""
        with self.changed:
            for ticket in tickets:
                ticket.dropped = True
            self._queue = deque(ticket for ticket in self._queue if not ticket.dropped)
            taken = [(hand, hand.ticket.id) for hand in self._hands if hand.ticket in tickets and hand.ticket]
            self.changed.notify_all()
        for hand, ticket in taken:
            hand.tell("drop", ticket)

    def forget(self, freight: Freight) -> None:
        """Free what was brought to the processes."""
        for hand in self._hands:
            hand.forget(freight)

    def fail(self, words: str) -> None:
        """End because a process cannot be had."""
        with self.changed:
            self.over = self.over or words
            self.changed.notify_all()

    def end(self) -> None:
        """End all processes at once."""
        if os.getpid() != self._owner:
            return
        self.fail("The pool was closed.")
        for hand in self._hands:
            hand.kill()
        for hand in self._hands:
            if hand.ident is not None and hand is not threading.current_thread():  # which may be tidying up
                hand.join()


class _Hand(threading.Thread):
    """A thread that serves one process, and replaces it when it is lost."""

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
        except Exception as error:  # noqa: BLE001 - or whoever waits would wait for ever
            self._crew.fail(f"The pool cannot go on: {type(error).__name__}: {error}")
        finally:
            self.rest()

    def _serve(self) -> bool:
        """Do one ticket, of which nothing is kept; return whether there was one."""
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
        if ticket.dropped:
            self.forget(ticket.freight)  # it may have been brought after the others were told to
        return True

    def tell(self, kind: str, number: int) -> None:
        """Say something to the process, if it is there."""
        with self._speaking, contextlib.suppress(OSError):
            if self._pipe is not None:
                self._pipe.send((kind, number))

    def forget(self, freight: Freight) -> None:
        """Have the process forget what was brought to it."""
        if freight.id in self._known:
            self._known.discard(freight.id)
            self.tell("forget", freight.id)

    def kill(self) -> None:
        """End the process; the thread ends by itself."""
        process = self._process
        if process is not None:
            process.kill()

    def rest(self) -> None:
        """End the process, and clear up after it; the next ticket starts another one."""
        with self._speaking:
            process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
            self._known = set()
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.wait()

    def _asked(self, ticket: Ticket) -> object:
        assert self._pipe is not None
        assert self._process is not None
        with self._speaking:
            if ticket.freight.id not in self._known:
                self._pipe.send(("evaluator", ticket.freight.id, *ticket.freight.label))
                send_handle(self._pipe, ticket.freight.handle, self._process.pid)
                self._known.add(ticket.freight.id)
            self._pipe.send(("task", ticket.freight.id, ticket.id, ticket.packed))
        return unpickled(self._pipe.recv_bytes())

    def _replace(self) -> None:
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
    """Start a process of its own session, which no Ctrl-C reaches; return it and the way to speak to it.

    It is no fork, and does not import the caller's main module: it may be started from anywhere.
    """
    ours, theirs = socket.socketpair()
    environment = os.environ | {f"{library}_THREADS": "1" for library in LIBRARIES}
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(place).absolute()) for place in sys.path)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - this very interpreter, and a script of ours
            [sys.executable, "-P", str(SCRIPT), str(theirs.fileno())], env=environment, pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    return process, Connection(ours.detach())
