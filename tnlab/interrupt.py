"""A deadline and a way to cancel for what a thread computes, within one long step too.

``limited`` sets the limit of a block. ``interruptible`` runs one step of the block: it ends at once when the limit is
reached, for a long step runs in a thread of its own, which is left behind then and ends at its next ``checkpoint``.
"""

import contextvars
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

Computed = TypeVar("Computed")
POLL = 0.01  # seconds between two looks at a limit while a step runs in another thread


class Interrupted(Exception):  # noqa: N818 - no error
    """The limit of a computation was reached before it was complete."""


def never() -> bool:
    """Return False: the default of ``cancel``, with which nothing is cancelled."""
    return False


@dataclass(frozen=True)
class Limit:
    """When a computation ends though it is not complete.

    Attributes:
        deadline: Time, in seconds of ``time.monotonic``.
        cancel: Called often, also from other threads; a true answer ends the computation.
    """

    deadline: float = math.inf
    cancel: Callable[[], object] = never

    @property
    def open(self) -> bool:
        """Whether there is neither a deadline nor a way to cancel."""
        return self.deadline == math.inf and self.cancel is never

    def reached(self) -> bool:
        """Return whether the computation is to end now."""
        return time.monotonic() >= self.deadline or bool(self.cancel())

    def within(self, outer: "Limit") -> "Limit":
        """Return the limit that is reached as soon as this one or an outer one is."""
        if outer.open or self.open:
            return self if outer.open else outer
        return Limit(min(self.deadline, outer.deadline), lambda: self.cancel() or outer.cancel())


OPEN = Limit()
_limit: contextvars.ContextVar[Limit] = contextvars.ContextVar("limit", default=OPEN)


@contextmanager
def limited(limit: Limit) -> Iterator[None]:
    """Set a limit for a block of this thread, besides those of the blocks around it."""
    token = _limit.set(limit.within(_limit.get()))
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def unlimited() -> Iterator[None]:
    """Lift the limits of all blocks around for a block of this thread: for what is still computed after a stop."""
    token = _limit.set(OPEN)
    try:
        yield
    finally:
        _limit.reset(token)


def current_limit() -> Limit:
    """Return the limit of the innermost block."""
    return _limit.get()


def checkpoint() -> None:
    """Raise ``Interrupted`` if the limit of the block is reached. A long computation calls it between its parts."""
    limit = _limit.get()
    if limit is not OPEN and limit.reached():
        raise Interrupted


def interruptible(step: Callable[[], Computed], *, long: bool) -> Computed:
    """Return the result of one step, or raise ``Interrupted`` as soon as the limit of the block is reached.

    Args:
        step: The computation, which returns once.
        long: Whether it may take longer than a caller wants to wait for its end: then it runs in a thread of its own.
            A step that is left behind must change nothing that the caller goes on to use.
    """
    limit = _limit.get()
    if limit is OPEN:
        return step()
    checkpoint()
    return _Apart(step).wait(limit) if long else step()


class _Apart(Generic[Computed]):
    """One step in a thread of its own, with the settings of the thread that waits for it."""

    def __init__(self, step: Callable[[], Computed]) -> None:
        self._step, self._over, self._left = step, threading.Event(), threading.Event()
        self._grad = torch.is_grad_enabled()
        self._result: list[Computed] = []
        self._error: BaseException | None = None

    def wait(self, limit: Limit) -> Computed:
        """Return the result; leave the thread behind when the limit is reached or an exception comes."""
        context = contextvars.copy_context()  # no daemon: Python ends torch's calls in such a thread by an abort
        threading.Thread(target=context.run, args=(self._run,), name="tnlab-step").start()
        try:
            while not self._over.wait(POLL):
                if limit.reached():
                    raise Interrupted
        finally:
            self._left.set()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _run(self) -> None:
        try:
            with limited(Limit(cancel=self._left.is_set)), torch.set_grad_enabled(self._grad):
                self._result.append(self._step())
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            self._error = error
        self._over.set()
