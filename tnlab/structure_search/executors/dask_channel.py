"""The channel between one search and a dask cluster: the sender's side, and the function that workers call."""

import contextlib
import functools
import importlib
import operator
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from importlib import metadata
from queue import Empty, SimpleQueue
from typing import Any

from typing_extensions import override

from tnlab.errors import ExecutorError, TnlabError
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import LOSSES, AbstractChannel, Answer, Cancelled, Task
from tnlab.structure_search.executors.remote import (
    perform,
    pickled,
    pickled_evaluator,
    portable,
    unpickled,
    unpickled_evaluator,
)

Client = Future = Any  # of distributed, which is optional
LOOK = 0.5  # seconds between checks for new workers while the cluster has none


class Parcel:
    """A pickled evaluator, scattered to dask workers; calling it there with a pickled task makes the fit.

    A worker unpickles the evaluator at its first task. The scheduler never does: it needs no tnlab.

    Attributes:
        packed: The pickled evaluator.
        version: Version of tnlab that pickled it.
    """

    def __init__(self, packed: bytes, version: str) -> None:
        self.packed, self.version = packed, version

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return Parcel, (self.packed, self.version)

    @functools.cached_property
    def evaluator(self) -> Evaluator:
        """The evaluator, unpickled on first access.

        Raises:
            ExecutorError: This worker has another version of tnlab.
        """
        if version() != self.version:
            raise ExecutorError(f"The search runs with tnlab {self.version}, but a worker has tnlab {version()}.")
        return unpickled_evaluator(self.packed)

    def __call__(self, packed: bytes) -> bytes:
        """Fit a pickled task, and return the pickled result; the fit ends early when the scheduler cancels the task."""
        worker = importlib.import_module("distributed").get_worker()
        key, tasks = worker.get_current_task(), worker.state.tasks

        def unwanted() -> bool:
            task = tasks.get(key)
            return task is None or task.state == "cancelled"

        try:
            return pickled(perform(self.evaluator, unpickled(packed), unwanted))
        except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
            raise portable(error) from None


@dataclass(eq=False)
class _SentTask:
    """A task that was submitted to dask: the scattered evaluator it uses, its future, and how many workers died."""

    task: Task
    losses: int = 0
    parcel: Future | None = None
    future: Future | None = None


class DaskChannel(AbstractChannel):
    """Channel of one search to the workers of a dask cluster.

    Args:
        client: A ``distributed.Client``.
        evaluator: The evaluator of the search.
        heal: Called when the cluster has no workers, to start some; by default workers join by themselves.
    """

    def __init__(self, client: Client, evaluator: Evaluator, heal: Callable[[], None] = lambda: None) -> None:
        self._client, self._heal = client, heal
        self._parcel = Parcel(pickled_evaluator(evaluator.light()), version())
        self._brought: Future | None = None
        self._unsent: deque[_SentTask] = deque()
        self._sent: set[_SentTask] = set()
        self._done: SimpleQueue[_SentTask | None] = SimpleQueue()
        self._cancelled = False
        self._changing = threading.Lock()

    @override
    def submit(self, task: Task) -> None:
        self._unsent.append(_SentTask(task))
        self._send()

    @override
    def next(self) -> Answer:
        while not self._cancelled:
            self._send()
            try:
                ticket = self._done.get(timeout=LOOK if self._unsent else None)
            except Empty:
                if self._unsent and time.time() > self._unsent[0].task.until:
                    raise ExecutorError("No worker of dask was there in the time that the search had.") from None
                continue
            if self._cancelled or ticket is None:
                break
            answer = self._answer(ticket)
            if answer is not None:
                return answer
        raise Cancelled

    @override
    def postpone(self, seconds: float) -> None:
        for ticket in self._unsent:
            ticket.task = replace(ticket.task, until=ticket.task.until + seconds)

    @override
    def cancel(self) -> None:
        with self._changing:
            self._cancelled = True
            sent, self._sent = self._sent, set()
        for ticket in sent:
            if ticket.future is not None:
                ticket.future.release()  # the last reference: the scheduler drops the task, and tells its worker
        self._done.put(None)

    @override
    def close(self) -> None:
        self.cancel()
        if self._brought is not None:
            self._brought.release()

    def _send(self) -> None:
        """Submit the queued tasks to dask if the cluster has workers."""
        while self._unsent and not self._cancelled and (self._there() or self._bring()):
            ticket, parcel = self._unsent.popleft(), self._brought
            future = self._client.submit(
                operator.call, parcel, pickled(ticket.task), key=f"tnlab-fit-{uuid.uuid4().hex}"
            )
            with self._changing:
                ticket.parcel, ticket.future = parcel, future
                self._sent.add(ticket)
            future.add_done_callback(lambda _, ticket=ticket: self._done.put(ticket))

    def _there(self) -> bool:
        """Return whether a worker holds the evaluator."""
        return self._brought is not None and self._brought.status == "finished"

    def _bring(self) -> bool:
        """Scatter the evaluator to all workers, from which later ones copy it; return whether there are any workers."""
        self._check()
        if not self._client.nthreads():
            self._heal()
            return False
        try:
            self._brought = self._client.scatter(self._parcel, broadcast=True, hash=False)
        except OSError:  # a worker was lost meanwhile
            return False
        except Exception as error:
            raise ExecutorError(
                f"The workers of dask cannot take the search ({error}). They need tnlab "
                f"{version()}: pip install 'tnlab[cluster]' where they run."
            ) from error
        return True

    def _answer(self, ticket: _SentTask) -> Answer | None:
        """Return the answer of a task whose future is done; None if its worker died and it was queued again."""
        future = ticket.future
        assert future is not None
        with self._changing:
            self._sent.discard(ticket)
        with contextlib.suppress(CancelledError):
            if future.status == "finished":
                return Answer(ticket.task.number, unpickled(future.result()))
            if future.status == "error":
                return self._erred(ticket, future.exception())
        self._check()
        ticket.losses += 1
        if ticket.losses >= LOSSES:
            return Answer(ticket.task.number, None)
        if ticket.parcel is self._brought:
            self._brought = None  # lost with the workers that held it: scatter it again
        self._unsent.append(ticket)
        return None

    def _check(self) -> None:
        """Raise an ExecutorError if the client has lost its scheduler."""
        if self._client.status != "running":
            raise ExecutorError("The connection to the scheduler of dask is lost.")

    def _erred(self, ticket: _SentTask, error: BaseException | None) -> Answer:
        """Return an answer without a fit if dask gave the task up after workers died; otherwise raise its error."""
        if type(error).__name__ == "KilledWorker":
            return Answer(ticket.task.number, None)
        if isinstance(error, TnlabError) or error is None:
            raise error or ExecutorError("A fit on a worker of dask ended with an error that it does not say.")
        raise ExecutorError(f"A fit on a worker of dask ended with {type(error).__name__}: {error}") from error


def version() -> str:
    """Return the installed version of tnlab; empty if it runs from a folder that was not installed."""
    try:
        return metadata.version("tnlab")
    except metadata.PackageNotFoundError:
        return ""
