"""The settings of a fit: how it starts, and when it stops."""

import difflib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, TypedDict

import torch

from tnlab.array_like import count, real_number, whole
from tnlab.interrupt import Limit, never
from tnlab.network.network import Network

Init = str | Network


@dataclass(frozen=True)
class Start:
    """How a fit starts.

    Attributes:
        init: ``"svd"``, ``"random"``, or a network of the structure to go on from.
        seed: The same seed gives the same floats; None draws a fresh one.
        restarts: Number of starts; the first is ``init``, the others are random, and the best fit is returned.
    """

    init: Init = "svd"
    seed: int | torch.Generator | None = 0
    restarts: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", whole(self.seed))
        object.__setattr__(self, "restarts", count(self.restarts, "restarts"))


@dataclass(frozen=True)
class Stop:
    """When a fit stops.

    Attributes:
        max_sweeps: Number of sweeps per start after which it stops.
        tolerance: A start has converged when the relative decrease of its error per sweep is below this.
        target_error: Relative error at which the fit stops; a closed form chooses its ranks for it.
        max_seconds: Wall time in seconds, all starts together, after which the fit stops with its best cores so far.
        cancel: Called often, also from other threads and within a sweep; a true answer stops the fit with its best
            cores so far. The ``is_set`` of a ``threading.Event`` serves. ``Status`` says what a fit returns that is
            stopped before it has cores.
        held_out: Where entries are missing, the fraction of the known ones that is measured instead of fitted, at least
            0 and below 1: the fit stops by their error. 0 or None holds none out.
    """

    max_sweeps: int = 500
    tolerance: float = 1e-6
    target_error: float | None = None
    max_seconds: float | None = None
    cancel: Callable[[], object] | None = None
    held_out: float | None = 0.1

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_sweeps", count(self.max_sweeps, "max_sweeps"))
        for name in ("tolerance", "target_error", "max_seconds"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, real_number(given, name))
        for name in ("tolerance", "max_seconds"):
            given = getattr(self, name)
            if given is not None and not given >= 0:
                raise ValueError(f"{name} must be at least 0, but is {given!r}.")

    def limit(self) -> Limit:
        """Return the limit, counted from now, that interrupts a fit within a sweep too."""
        deadline = math.inf if self.max_seconds is None else time.monotonic() + self.max_seconds
        return Limit(deadline, self.cancel or never)


class FitKeywords(TypedDict, total=False):
    """The fields of ``Start`` and ``Stop``, as keywords."""

    init: Init
    seed: int | torch.Generator | None
    restarts: int
    max_sweeps: int
    tolerance: float
    target_error: float | None
    max_seconds: float | None
    cancel: Callable[[], object] | None
    held_out: float | None


def start_and_stop(
    start: Start | None, stop: Stop | None, settings: Any, *, caller: str, besides: tuple[str, ...]
) -> tuple[Start, Stop]:
    """Return how a fit starts and stops, from two values and the keywords that replace fields of theirs.

    Args:
        start: How it starts; None for the defaults.
        stop: When it stops; None for the defaults.
        settings: Keywords of ``FitKeywords``.
        caller: Name of the function that was called.
        besides: Its other keywords, for the error about an unknown one.

    Raises:
        TypeError: A keyword is unknown.
        ValueError: A number is out of range.
    """
    of_start, of_stop = ({field.name for field in fields(part)} for part in (Start, Stop))
    for name in settings:
        if name not in of_start | of_stop:
            near = difflib.get_close_matches(name, sorted({*of_start, *of_stop, *besides}), n=1, cutoff=0.0)
            raise TypeError(f"{caller}() takes no keyword {name!r}. Did you mean {near[0]!r}?")
    start = replace(start or Start(), **{name: settings[name] for name in settings if name in of_start})
    stop = replace(stop or Stop(), **{name: settings[name] for name in settings if name in of_stop})
    return start, stop
