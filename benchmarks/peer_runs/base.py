"""Workloads, their contestants, and the rows that are measured.

A contestant of a *direct* workload is a function of the data that returns ``(run, judge)``: only ``run()`` is timed,
and ``judge(model)`` gives its relative error, its parameters and, where it iterates, its sweeps. One of a *traced*
workload is a function of the data, a seed and a ``Trace``; it calls ``trace.add(error)`` after every iteration, and
is stopped there when its time is up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import torch
from _common import Stopwatch

WORKLOADS: "dict[str, Workload]" = {}
OURS = "tnlab"
CHANGE = 1e-6  # an iteration that lowers the relative error by less is the last: one rule for all iterative methods
DEFECTS = {  # of peers, in tests/peers/test_defects.py
    "tntorch als_completion": "its known defect 5: does not converge on noiseless data",
    "tntorch round_tt(eps, eig)": "its known defect 5: small tolerances inflate the ranks",
    "teneva svd(e)": "its known defect 1: its e does not bound the error of the whole",
}


class TimeUpError(Exception):
    """Raised when a trace has reached its cap of CPU seconds."""


class Trace:
    """Points (CPU seconds, relative error) of one iterative run."""

    def __init__(self, cap: float) -> None:
        self.cap, self.points, self.parameters, self.note = cap, list[tuple[float, float]](), 0, ""
        self._watch = Stopwatch()

    def restart(self) -> None:
        """Restart the clock, so that imports and the conversion of data for a library do not count."""
        self._watch = Stopwatch()

    def add(self, error: float) -> None:
        seconds = self._watch.seconds
        self.points.append((seconds, float(error)))
        if seconds > self.cap:
            raise TimeUpError

    def judged(self, judge: Callable[[], float]) -> float:
        """Add an error that is computed with the clock paused, because the method itself does not compute it."""
        error = float(self._watch.paused(judge))  # type: ignore[arg-type]
        self.add(error)
        return error


@dataclass(frozen=True)
class Goal:
    """A goal for tnlab; ``met`` decides for each of its rows whether it is reached."""

    name: Literal["must", "stretch"]
    text: str
    met: "Callable[[Row], bool]"


@dataclass
class Row:
    """The measurements of one contestant.

    Attributes:
        seconds: CPU seconds; of a traced run to within 1 % of the best error of all contestants.
        times: Every repeat, or every seed.
        runs: Points of every seed, of a traced run.
    """

    name: str
    error: float = np.nan
    parameters: int = 0
    seconds: float = np.nan
    times: list[float] = field(default_factory=list)
    runs: list[list[tuple[float, float]]] = field(default_factory=list)
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        return self.name.startswith(OURS)

    @property
    def typed(self) -> bool:
        """Whether this is a call without settings, as a user types it."""
        return self.name.startswith((f"{OURS} fit(", f"{OURS} decompose(", f"{OURS} Network."))


@dataclass(frozen=True)
class Contestant:
    name: str
    needs: tuple[str, ...]
    call: Callable[..., Any]

    @property
    def missing(self) -> list[str]:
        return [module for module in self.needs if find_spec(module) is None]


@dataclass
class Workload:
    """One problem.

    Attributes:
        seeds: Of the traced kind, and of the lottery, where a seed may fail to find the best fit.
        cap: CPU seconds of one traced run.
    """

    key: str
    title: str
    data: Callable[[], Any]
    kind: Literal["direct", "traced", "lottery", "paths"]
    goals: Sequence[Goal] = ()
    seeds: int = 3
    cap: float = 4.0
    floor: float = 0.0  # of a traced run with no noise: an error as good as none
    contestants: list[Contestant] = field(default_factory=list)

    def __post_init__(self) -> None:
        WORKLOADS[self.key] = self

    def contestant(self, name: str, *needs: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return a decorator that enters a function; ``needs`` are the modules it imports."""

        def enter(call: Callable[..., Any]) -> Callable[..., Any]:
            self.contestants.append(Contestant(name, needs, call))
            return call

        return enter


def relative(X: Any, model: Any) -> float:
    """Return ``|X - model| / |X|`` of numpy arrays or torch tensors."""
    X, model = array(X), array(model).astype(float)
    return float(np.linalg.norm((X - model.reshape(X.shape)).ravel()) / np.linalg.norm(X.ravel()))


def array(tensor: Any) -> Any:
    return tensor.detach().cpu().numpy() if isinstance(tensor, torch.Tensor) else np.asarray(tensor)


def judged(X: Any) -> Callable[[Any], tuple[float, int, int]]:
    """Return the judge of a ``tnlab.Fit``: error of its reconstruction, parameters, sweeps (0 of a closed form)."""

    def judge(fit: Any) -> tuple[float, int, int]:
        return relative(X, fit.network.to_tensor()), fit.parameters, fit.sweeps

    return judge
