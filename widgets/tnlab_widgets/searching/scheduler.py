"""The scheduler of the workbench: one thread that runs several searches in turn, one evaluation at a time.

The turn goes to the lane that has spent the fewest seconds.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from tnlab.errors import StudyBusyError
from tnlab.structure_search.settings import Budget
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.worker import Worker
from tnlab_widgets.searching.lane import Lane

JOIN = 2.0  # seconds that ``close`` waits for a fit in flight
COURTESY = 0.05  # seconds at most that the search waits for a thread that handles a message of the page


class Scheduler:
    """Runs the searches of several lanes in turn, in a thread that ends when none is wanted.

    Every method may be called from any thread and returns at once, except ``wait`` and ``close``.

    Args:
        changed: Called from the searching thread after every evaluation.
        watch: Called with a lane whose study another process turned out to write.
    """

    def __init__(self, changed: Callable[[], None], watch: Callable[[Lane], None]) -> None:
        self._changed, self._watch = changed, watch
        self._worker = Worker(self._step, "tnlab-search")
        self._lanes: tuple[Lane, ...] = ()
        self._leaving: list[Lane] = []
        self._budget = Budget()
        self._executor: Any = "inline"
        self._guests = 0
        self._going = False
        self.paused = self.suspended = self.stopping = False

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that the page shows."""
        return self._lanes

    @property
    def busy(self) -> bool:
        """Whether any lane waits or runs, a pause not counted."""
        return any(lane.active for lane in self._lanes)

    @property
    def held(self) -> bool:
        """Whether the searches are paused or suspended, and not stopping."""
        return (self.paused or self.suspended) and not self.stopping

    @property
    def alive(self) -> bool:
        """Whether the searching thread runs."""
        return self._worker.is_alive

    def put(self, lanes: Sequence[Lane]) -> None:
        """Replace the lanes; those that are left out are stopped, and the locks of their studies released.

        New lanes wait for ``go``; where there are none, the searches go on or stay paused.
        """
        with self._worker.changed:
            self._leaving += [lane for lane in self._lanes if lane not in lanes]
            for lane in self._leaving:
                lane.stop()
            if not lanes or not set(lanes) <= set(self._lanes):
                self._going = self.paused = self.stopping = False
            self._lanes = tuple(lanes)
            self._worker.changed.notify_all()
            if self._leaving or self._going:
                self._worker.wake()

    def go(self, executor: Any, budget: Budget) -> None:
        """Start or resume the search of the wanted lanes.

        Args:
            executor: Where fits run, as ``Search`` takes it; for lanes that have not begun.
            budget: What each search may spend; for lanes that have not begun.
        """
        with self._worker.changed:
            self._executor, self._budget = executor, budget
            self.paused = self.stopping = False
            self._going = True
            self._worker.wake()

    def pause(self) -> None:
        """Hold all searches after the current evaluation."""
        with self._worker.changed:
            self.paused = self.busy
            self._worker.wake()

    def stop(self) -> None:
        """Ask all searches to end after the current evaluation; studies and best structures are kept."""
        with self._worker.changed:
            self.paused, self.stopping = False, True
            for lane in self._lanes:
                lane.stop()
            self._worker.wake()

    def suspend(self, away: bool) -> None:
        """Hold all searches and release their studies while no page is connected (``away``), or continue them."""
        with self._worker.changed:
            if self.suspended != away:
                self.suspended = away
                self._worker.wake()

    def wake(self) -> None:
        """Have the thread check the lanes again, after one of them has become wanted."""
        self._worker.wake()

    def wait(self, seconds: float | None) -> bool:
        """Wait up to ``seconds`` until no lane waits or runs; return whether that is so."""
        with self._worker.changed:
            return self._worker.changed.wait_for(lambda: not self.busy, seconds)

    def guest(self, arrives: bool) -> None:
        """Count a thread that begins (``arrives``) or ends to handle a message of the page; the search yields to it."""
        with self._worker.changed:
            self._guests += 1 if arrives else -1
            if not self._guests:
                self._worker.changed.notify_all()

    def close(self) -> None:
        """Stop all searches and end the thread, waiting up to two seconds for a fit in flight; the studies are kept."""
        with self._worker.changed:
            for lane in (*self._lanes, *self._leaving):
                lane.stop()
        self._worker.close(JOIN)

    # The steps of the thread

    def _step(self) -> float | None:
        """Let go of the lanes that leave, and pull the next one; at the end let go of all."""
        with self._worker.changed:
            closed, leaves = self._worker.closed, self._to_leave()
            leaving, self._leaving = [*self._leaving, *leaves], []
            lane = self._next()
        for each in leaving:
            self._attempt(each, each.let_go)
        if lane is not None:
            self._attempt(lane, lambda lane=lane: lane.pull(self._executor, self._budget))
        if not closed and (leaving or lane is not None):
            self._show()
        return 0.0 if lane is not None else None

    def _next(self) -> Lane | None:
        """Return the active lane that has spent the fewest seconds, those to be stopped first; None if held."""
        if self._worker.closed or self.held or not self._going:
            return None
        active = [lane for lane in self._lanes if lane.active]
        return min(active, key=lambda lane: (lane.wanted, lane.seconds), default=None)

    def _to_leave(self) -> list[Lane]:
        return [lane for lane in self._lanes if lane.begun] if self.suspended or self._worker.closed else []

    def _attempt(self, lane: Lane, action: Callable[[], None]) -> None:
        """Call an action of a lane; an error ends that lane only, and with a busy study the lane watches."""
        try:
            action()
        except StudyBusyError:
            lane.give_way()
            self._watch(lane)
        except Exception as error:  # noqa: BLE001 - the other lanes go on, and this one shows why it ended
            lane.fail(sentence(error))

    def _show(self) -> None:
        with self._worker.changed:
            self.stopping = self.stopping and self.busy
            self._worker.changed.notify_all()
            if self._guests:
                self._worker.changed.wait_for(lambda: not self._guests, COURTESY)
        self._changed()
        time.sleep(0)
