"""The loop of every fit: advances a solver from sweep to sweep, and tells when the fit ends and with which cores."""

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from tnlab.interrupt import Interrupted, current_limit, interruptible, unlimited
from tnlab.network.network import Network
from tnlab.solvers.settings import Stop
from tnlab.solvers.snapshot import Ending, Snapshot, Status, Swept, compared_error
from tnlab.threads import one_thread

EXACT_ERROR = 1e-14  # relative error at the level of float64 rounding: no sweep lowers it further
SURE = 1e-13  # doubt up to which a relative error counts as measured: the error of a fit is right to 1e-12
QUICK = 0.1  # seconds that an error may be measured after a fit was stopped
SHARE = 0.2  # part of a fit's time for measuring errors ahead, where that takes longer, so that a stop can be quick
SHORT = 0.01  # seconds of a step that may be waited for after a stop; a longer one runs in a thread of its own
LARGE = 2**17  # numbers fitted above which the first step of a solver may take longer than that
RATE = 4e-8  # seconds per entry that measuring takes, before it was timed: a machine of two busy cores


class Loop:
    """One fit: when it ends, its course so far, and its best networks.

    Args:
        stop: The stopping rule.
        ending: How the solver has converged.
        patience: Number of sweeps without a lower held-out error after which the fit ends; None for no such rule.
        warm: Whether the fit goes on from a network.
        size: Count of the numbers that are fitted.
        heavy: Whether the first step may take longer than ``SHORT``.
        measure: Returns the relative error of a network in float64, from its reconstruction.
        first: Network that the fit was given to start from and may return; None if there is none.
        nothing: Returns a network of relative error 1, for a fit that is stopped before it has cores.
    """

    def __init__(
        self,
        stop: Stop,
        ending: Ending,
        *,
        patience: int | None,
        warm: bool,
        size: int,
        heavy: bool,
        measure: Callable[[Network], float],
        nothing: Callable[[], Network],
        first: Network | None = None,
    ) -> None:
        self.stop, self.ending, self.patience, self.size, self.heavy = stop, ending, patience, size, heavy
        self.warm_up = 0 if warm else ending.warm_up
        self._measure, self._nothing, self._first = measure, nothing, first
        self._begun = time.perf_counter()
        self._recent: deque[float] = deque(maxlen=ending.window[1] + 1)
        self._low, self._waited = math.inf, 0  # the least error that was clearly lower, and the sweeps since then
        self._held_out: Snapshot | None = None  # of least held-out error
        self._best: Snapshot | None = None
        self._sure: Snapshot | None = None  # the best one whose error is as good as measured
        self._sweeping, self._measuring = 0.0, RATE * size  # seconds that the last one took
        self._measured = 0.0  # seconds that all took together

    def snapshots(self, steps: Iterator[Swept]) -> Iterator[Snapshot]:
        """Yield a snapshot of the start and of every sweep; the last one has a final status and a measured error.

        Args:
            steps: The solver's start and sweeps.
        """
        for sweep in itertools.count():
            if self._is_short_of_time():
                yield self._stopped(sweep - 1, in_time=True)
                return
            began, ahead = time.perf_counter(), self._measures_ahead()
            try:
                swept = self._in_step(lambda ahead=ahead: self._swept(steps, ahead=ahead))
                snapshot = self._judged(sweep, swept)
            except Interrupted:
                yield self._stopped(sweep - 1)
                return
            self._sweeping = time.perf_counter() - began
            yield snapshot
            if snapshot.status is not Status.RUNNING:
                return

    def _in_step(self, compute: Callable[[], Swept]) -> Swept:
        """Return the result of a computation, interrupted at the limit; it must change no attribute of the loop."""
        if current_limit().open:
            return compute()

        def step() -> Swept:
            with one_thread(self.size):
                return compute()

        return interruptible(step, long=self.heavy or self._sweeping > SHORT)

    def _swept(self, steps: Iterator[Swept], *, ahead: bool) -> Swept:
        swept = next(steps)
        return self._with_error(swept) if swept.relative_error is None or (ahead and swept.doubt > SURE) else swept

    def _with_error(self, swept: Swept) -> Swept:
        """Return what was swept with its error measured, and the seconds that this took."""
        began = time.perf_counter()
        error = self._measure(swept.network)
        return replace(swept, relative_error=error, doubt=0.0, measuring=time.perf_counter() - began)

    def _judged(self, sweep: int, swept: Swept) -> Snapshot:
        """Return the snapshot of a sweep; an error that ends the fit is measured."""
        assert swept.relative_error is not None
        self._revise(swept.best_error)
        self._note(swept)
        if swept.held_out_error is not None and (
            self._held_out is None or swept.held_out_error < (self._held_out.held_out_error or 0.0)
        ):
            self._held_out = self._record(sweep, swept, Status.RUNNING)
        status = self._status(sweep, swept)
        if status is not Status.RUNNING and swept.doubt > 0:
            swept = self._in_step(lambda: self._with_error(swept))
            status = self._status(sweep, swept)
        if swept.measuring:
            self._measuring = swept.measuring
            self._measured += swept.measuring
        snapshot = self._record(sweep, swept, status)
        if self._best is None or compared_error(snapshot) <= compared_error(self._best):
            self._best = snapshot
        if swept.doubt <= SURE and (self._sure is None or compared_error(snapshot) <= compared_error(self._sure)):
            self._sure = snapshot
        if status is Status.HELD_OUT and swept.ended is None and self._held_out is not None:
            return replace(self._held_out, sweep=sweep, seconds=snapshot.seconds, status=status)
        if status is not Status.RUNNING and swept.best_error is not None:
            return replace(self._best, sweep=sweep, seconds=snapshot.seconds, status=status)
        return snapshot

    def _revise(self, error: float | None) -> None:
        """Take over the present estimate of the best network's error, where errors are estimated from a sample."""
        if error is not None and self._best is not None:
            held_out = None if self._best.held_out_error is None else error
            self._best = self._sure = replace(self._best, relative_error=error, held_out_error=held_out)
            self._low = max(self._low, error)

    def _record(self, sweep: int, swept: Swept, status: Status) -> Snapshot:
        assert swept.relative_error is not None
        return Snapshot(
            sweep,
            swept.relative_error,
            swept.network,
            seconds=time.perf_counter() - self._begun,
            status=status,
            upper_bound=swept.upper_bound,
            held_out_error=swept.held_out_error,
            objective=swept.objective,
            evaluations=swept.evaluations,
        )

    def _note(self, swept: Swept) -> None:
        """Record the value whose decrease tells when the fit has settled."""
        value = swept.relative_error if swept.progress is None else swept.progress
        assert value is not None
        if swept.compared:
            self._recent.append(value)
        if self.ending.lower is not None:
            lower = value < self.ending.lower * self._low
            self._low, self._waited = (value, 0) if lower else (self._low, self._waited + 1)

    def _status(self, sweep: int, swept: Swept) -> Status:
        """Return the status after a sweep: the first reason to end, if there is one."""
        error, target = swept.relative_error, self.stop.target_error
        assert error is not None
        if self.ending.direct:
            return Status.DIRECT
        if not swept.compared or (sweep == 0 and not self.ending.wanders):
            return Status.RUNNING
        settled = self._has_settled(swept)
        shown = error if swept.held_out_error is None else swept.held_out_error
        if error < EXACT_ERROR and swept.best_error is None:
            return Status.EXACT
        if target is not None and shown <= target and (settled or not self.ending.within_target):
            return Status.REACHED
        if swept.ended is not None:
            return swept.ended
        if swept.settled is not False and sweep > self.warm_up and self._is_out_of_patience(sweep):
            return Status.HELD_OUT
        if (sweep > self.warm_up and settled) or error < EXACT_ERROR:
            return Status.CONVERGED
        return Status.MAX_SWEEPS if sweep >= self.stop.max_sweeps else Status.RUNNING

    def _has_settled(self, swept: Swept) -> bool:
        """Return whether the compared values fall by less than the tolerance, relatively, per sweep."""
        if swept.settled is not None:
            return swept.settled
        least, past = self.ending.window[0], len(self._recent) - 1
        if self.ending.lower is not None:
            return self._waited >= least
        if past < least:
            return False
        first, last = self._recent[0], self._recent[-1]
        fell = max(self._recent) - min(self._recent) if self.ending.wanders else first - last
        return fell < past * self.stop.tolerance * first

    def _is_out_of_patience(self, sweep: int) -> bool:
        if self.patience is None or self._held_out is None:
            return False
        return sweep - max(self._held_out.sweep, self.warm_up) >= self.patience

    def _measures_ahead(self) -> bool:
        """Return whether the next error is measured, so that the fit can be stopped at once with measured cores."""
        if current_limit().open or self._measuring <= QUICK:
            return False
        spent = time.perf_counter() - self._begun
        return self._sure is None or self._measured + self._measuring < SHARE * spent

    def _is_short_of_time(self) -> bool:
        """Return whether the deadline leaves no time for another sweep besides measuring the error of the best."""
        deadline = current_limit().deadline
        if deadline == math.inf or self._best is None or self._best is self._sure:
            return False
        return deadline - time.monotonic() < self._sweeping + self._measuring

    def _stopped(self, sweep: int, *, in_time: bool = False) -> Snapshot:
        """Return the last snapshot of a stopped fit: the best cores, or the best measured ones where that is quicker.

        Args:
            sweep: Number of sweeps done; below 0 where the start is not complete.
            in_time: Whether the deadline leaves time to measure an error.
        """
        seconds = time.perf_counter() - self._begun
        best = self._best
        if best is None and self._first is not None and self._measuring <= QUICK:
            best = Snapshot(0, math.inf, self._first, seconds=seconds)
        if best is None:
            return Snapshot(0, 1.0, self._nothing(), seconds=seconds, status=Status.STOPPED)
        if best is not self._sure and (in_time or self._sure is None or self._measuring <= QUICK):
            with unlimited():
                best = replace(best, relative_error=self._measure(best.network))
        elif self._sure is not None:
            best = self._sure
        return replace(best, sweep=max(sweep, 0), seconds=seconds, status=Status.STOPPED)
