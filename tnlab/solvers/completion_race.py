"""A race of completions of the same entries: who leaves, who goes on, how it ends, and the last fit of all entries."""

import math
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial

from tnlab.network.network import Network
from tnlab.network.used_ranks import lacks_rank
from tnlab.solvers.base import Init, Status, Swept
from tnlab.solvers.completion_base import AbstractCompletion, CompletionTask, Point
from tnlab.solvers.loop import EXACT_ERROR

ROUND = 15  # sweeps of every lane in the first round, twice as many in the next: a first ridge falls to 1e-5 in it
TURN = 50  # sweeps of one method before the other may take over
GAIN = 0.002  # relative decrease of the error in a turn below which a method is of no more use
RISE = 0.05  # relative rise of the held-out error that tells that noise is fitted: few held-out entries vary by less
FOUND = 1e-9  # error at which a race is decided: what was planted is found
WINDOW = 5  # sweeps over which the decrease of the error is averaged
REFIT = 3  # sweeps over all known entries after a fit that the held-out error stopped: more would fit the noise


class Race:
    """Several completions of the same entries, its lanes, of which the best is refined.

    Args:
        task: The entries to fit and to hold out.
        settings: Largest number of sweeps of all lanes together, tolerance and patience.
        als: Alternating least squares.
        lbfgs: L-BFGS.
    """

    def __init__(
        self, task: CompletionTask, settings: AbstractCompletion, *, als: AbstractCompletion, lbfgs: AbstractCompletion
    ) -> None:
        self.task, self.settings, self.lbfgs = task, settings, lbfgs
        self.als = replace(als, patience=settings.patience)
        self._lanes: list[_Lane] = []
        self._left = settings.max_sweeps - (REFIT if settings.max_sweeps > ROUND else 0)
        self._best: Point | None = None

    def enter(self, start: Network, method: AbstractCompletion, init: Init) -> None:
        """Add a lane.

        Args:
            start: The cores from which it starts.
            method: How it goes on.
            init: What the start was made from.
        """
        lane = self._lane(start, method, warm=isinstance(init, Network))
        self._lanes.append(lane)
        self._best = min(self._best or lane.best, lane.best, key=_compared)

    @property
    def best(self) -> Point:
        """The best point so far."""
        assert self._best is not None
        return self._best

    def sweeps(self) -> Iterator[Swept]:
        """Yield the best point after every sweep, then the sweeps over all known entries, with the reason to end."""
        yield replace(_swept(self.best), compared=False, settled=None)
        sweeps = ROUND
        while len(self._lanes) > 1 and self._left > 0:
            for lane in self._lanes:
                if self.best.compared > FOUND:
                    yield from self._run(lane, sweeps)
            self._lanes.sort(key=lambda lane: lane.best.compared)
            self._lanes = self._lanes[: len(self._lanes) // 2 if self.best.compared > FOUND else 1]
            sweeps *= 2
        lane = yield from self._in_turns(self._lanes[0])
        yield from self._refitted(overfits=lane.overfits)

    def _lane(
        self, start: Network, method: AbstractCompletion, *, task: CompletionTask | None = None, warm: bool
    ) -> "_Lane":
        course = (task or self.task).course(start, partial(method.steps, warm=warm))
        return _Lane(course, method, tolerance=self.settings.tolerance, warm_up=0 if warm else method.ending.warm_up)

    def _run(self, lane: "_Lane", sweeps: int) -> Iterator[Swept]:
        for _ in range(min(sweeps, self._left)):
            if lane.ended:
                break
            self._best = min(self.best, lane.step(), key=_compared)
            self._left -= 1
            yield _swept(self.best)

    def _in_turns(self, lane: "_Lane") -> Generator[Swept, None, "_Lane"]:
        """Let both methods go on from a lane's cores, each turn the one that last gained more; return the last lane."""
        gains = dict.fromkeys((type(self.als), type(self.lbfgs)), math.inf)
        while self.best.compared > FOUND and self._left > 0 and max(gains.values()) > GAIN:
            if gains[type(lane.method)] < max(gains.values()) or lane.ended:
                other = self.lbfgs if type(lane.method) is type(self.als) else self.als
                lane = self._lane(self.best.network, other, warm=True)
            before = self.best.compared
            yield from self._run(lane, TURN)
            gains[type(lane.method)] = 1 - self.best.compared / before
        return lane

    def _refitted(self, *, overfits: bool) -> Iterator[Swept]:
        best, over = self.best, self._left <= 0
        lane = self._lane(best.network, self.als, task=self.task.of_all(), warm=True)
        most = 0 if best.held_out_error is None else REFIT if overfits or over else ROUND
        for _ in range(most):
            if lane.ended:
                break
            lane.step()
            yield replace(_swept(lane.best), held_out_error=best.held_out_error)
        settled = Status.LOWER_RANK if lacks_rank(lane.best.network) else Status.CONVERGED
        ended = Status.MAX_SWEEPS if over else Status.HELD_OUT if overfits else settled
        yield replace(_swept(lane.best), held_out_error=best.held_out_error, settled=None, ended=ended)


class _Lane:
    """One method from one start: its course, its best point, and whether it has ended."""

    def __init__(self, course: Iterator[Point], method: AbstractCompletion, *, tolerance: float, warm_up: int) -> None:
        self.method, self.tolerance = method, tolerance
        self._course = course
        self.best = next(self._course)
        self._errors = [self.best.error]
        self._first = warm_up
        self._lowest, self._latest = 0, self.best.compared  # the sweep of the best, and the latest error

    @property
    def overfits(self) -> bool:
        """Whether the held-out error has risen by more than ``RISE`` since its least."""
        best = self.best
        return best.held_out_error is not None and best.compared > FOUND and self._latest > (1 + RISE) * best.compared

    @property
    def ended(self) -> bool:
        """Whether no more sweeps are of use."""
        errors = self._errors
        waited = len(errors) - 1 - max(self._lowest, self._first)
        if errors[-1] < EXACT_ERROR or (self.best.held_out_error is not None and waited >= self.method.patience):
            return True
        past = errors[-1 - WINDOW :]
        settled = len(past) > WINDOW and past[0] - past[-1] < WINDOW * self.tolerance * past[0]
        return settled and len(errors) - 1 > self._first

    def step(self) -> Point:
        """Take a step; return the best point so far."""
        point = next(self._course)
        self._errors.append(point.error)
        self._latest = point.compared
        if point.compared < self.best.compared:
            self.best, self._lowest = point, len(self._errors) - 1
        return self.best


def _compared(point: Point) -> float:
    return point.compared


def _swept(point: Point) -> Swept:
    return Swept(point.network, point.error, settled=False, held_out_error=point.held_out_error)
