"""The thread that searches: of all lanes it pulls the one that has spent the least, one evaluation at a time."""

import atexit
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from tnlab.errors import StudyBusyError
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.searching.lane import Lane

JOIN = 2.0  # seconds that a fit in flight gets to end
COURTESY = 0.05  # the longest that the search waits for somebody who handles a message of the page


class Scheduler:
    """Searches several lanes in turns. Everything may be called from any thread, and answers at once.

    Args:
        changed: Called, from the thread that searches, when something is to be shown.
        watch: Called with a lane that has turned out to be written by somebody else.
    """

    def __init__(self, changed: Callable[[], None], watch: Callable[[Lane], None]) -> None:
        self._changed, self._watch = changed, watch
        self._desk = threading.Condition()
        self._lanes: tuple[Lane, ...] = ()
        self._leaving: list[Lane] = []
        self._budget: dict[str, Any] = {}
        self._executor: Any = "inline"
        self._guests = 0
        self._thread: threading.Thread | None = None
        self.paused = self.suspended = self.stopping = self.closed = False

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Those that are shown."""
        return self._lanes

    @property
    def busy(self) -> bool:
        """Whether there is a lane that is searched, or would be if it were not paused."""
        return any(lane.active for lane in self._lanes)

    @property
    def held(self) -> bool:
        """Whether searches wait."""
        return (self.paused or self.suspended) and not self.stopping

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def put(self, lanes: Sequence[Lane]) -> None:
        """Take these lanes instead of those there were; their studies are left to others."""
        with self._desk:
            self._leaving += [lane for lane in self._lanes if lane not in lanes]
            for lane in self._leaving:
                lane.stop()
            self._lanes = tuple(lanes)
            self.paused = self.stopping = False
            self._desk.notify_all()

    def go(self, executor: Any, budget: dict[str, Any]) -> None:
        """Search the lanes that are wanted, after a pause too.

        Args:
            executor: Where fits run, as ``Search`` takes it; for lanes that have not begun.
            budget: ``max_evaluations`` and ``max_seconds``, for lanes that have not begun.
        """
        with self._desk:
            self._executor, self._budget = executor, budget
            self.paused = self.stopping = False
            if self._thread is None and not self.closed:
                self._thread = threading.Thread(target=self._run, name="tnlab-search", daemon=True)
                self._thread.start()
                atexit.register(self.close)  # a thread in the middle of a fit would bring the interpreter down
            self._desk.notify_all()

    def pause(self) -> None:
        """Hold after the evaluation at hand."""
        with self._desk:
            self.paused = self.busy
            self._desk.notify_all()

    def stop(self) -> None:
        """End all lanes soon; their best so far are kept."""
        with self._desk:
            self.paused, self.stopping = False, True
            for lane in self._lanes:
                lane.stop()
            self._desk.notify_all()

    def suspend(self, away: bool) -> None:
        """Leave the studies to others while nobody is there, and go on from them afterwards."""
        with self._desk:
            if self.suspended != away:
                self.suspended = away
                self._desk.notify_all()

    def wake(self) -> None:
        """Look at the lanes again: another one may be wanted."""
        with self._desk:
            self._desk.notify_all()

    def wait(self, seconds: float | None) -> bool:
        """Wait until nothing is searched any more; return whether that is so."""
        with self._desk:
            return self._desk.wait_for(lambda: not self.busy, seconds)

    def guest(self, arrives: bool) -> None:
        """Know that somebody handles a message of the page, who needs the interpreter more than a search does."""
        with self._desk:
            self._guests += 1 if arrives else -1
            if not self._guests:
                self._desk.notify_all()

    def close(self) -> None:
        """End the search and its thread; nothing that is recorded is lost."""
        atexit.unregister(self.close)
        with self._desk:
            self.closed = True
            for lane in (*self._lanes, *self._leaving):
                lane.stop()
            self._desk.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(JOIN)

    # The thread

    def _run(self) -> None:
        while not self.closed:
            with self._desk:
                self._desk.wait_for(lambda: self.closed or self._leaving or self._next() or self._to_leave())
                leaving, self._leaving = [*self._leaving, *self._to_leave()], []
                lane = self._next()
            for each in leaving:
                self._attempt(each, each.let_go)
            if lane is not None and not self.closed:
                self._attempt(lane, lambda lane=lane: lane.pull(self._executor, self._budget))
            self._show()
        for lane in self._lanes:
            self._attempt(lane, lane.let_go)

    def _next(self) -> Lane | None:
        """Return the lane whose turn it is; one that is to stop comes first."""
        if self.closed or self.held:
            return None
        active = [lane for lane in self._lanes if lane.active]
        return min(active, key=lambda lane: (lane.wanted, lane.seconds), default=None)

    def _to_leave(self) -> list[Lane]:
        return [lane for lane in self._lanes if lane.begun] if self.suspended and not self.closed else []

    def _attempt(self, lane: Lane, action: Callable[[], None]) -> None:
        """Do something with a lane; an error ends this lane, and no other."""
        try:
            action()
        except StudyBusyError:
            lane.give_way()
            self._watch(lane)
        except Exception as error:  # noqa: BLE001 - the other lanes go on, and the person is told
            lane.fail(sentence(error))

    def _show(self) -> None:
        with self._desk:
            self.stopping = self.stopping and self.busy
            self._desk.notify_all()
            if self._guests:
                self._desk.wait_for(lambda: not self._guests, COURTESY)
        self._changed()
        time.sleep(0)
