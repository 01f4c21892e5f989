"""The settings of a search as values: its budget, how it fits, where its fits run, and where it is recorded.

Each keyword of ``Search`` that is a field of one of these values is short for that field: ``max_seconds=30`` for
``budget=Budget(max_seconds=30)``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from tnlab.array_like import count, real_number
from tnlab.errors import UnknownNameError

AHEAD = 8  # proposals of a batch whose evaluations may be outstanding at the same time: two for each of four workers


@dataclass(frozen=True)
class Budget:
    """What a search may spend.

    Attributes:
        max_evaluations: Largest number of structures to fit.
        max_seconds: Wall time in seconds.

    Raises:
        ValueError: One of them is not above 0.
    """

    max_evaluations: int = 10_000
    max_seconds: float = 60.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_evaluations", count(self.max_evaluations, "max_evaluations"))
        object.__setattr__(self, "max_seconds", real_number(self.max_seconds, "max_seconds"))
        if not self.max_seconds > 0:
            raise ValueError(f"max_seconds must be above 0, but is {self.max_seconds}.")


@dataclass(frozen=True)
class FitSettings:
    """How a search fits the structures that its engine proposes.

    Attributes:
        solver: Name of the solver.
        max_sweeps: Largest number of sweeps per start.
        restarts: Largest number of starts, made until the error needed is reached. The first is plain, from given
            cores if there are any; most others are annealed: a ridge term decays over the sweeps, which takes more
            sweeps and ends at a lower error.
        tolerance: Relative decrease of the error per sweep below which a fit has converged.
        warm: Whether a fit without given cores starts from those of the nearest structure fitted so far.
    """

    solver: str = "als"
    max_sweeps: int = 100
    restarts: int = 2
    tolerance: float = 1e-4
    warm: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_sweeps", count(self.max_sweeps, "max_sweeps"))
        object.__setattr__(self, "restarts", count(self.restarts, "restarts"))
        object.__setattr__(self, "tolerance", real_number(self.tolerance, "tolerance"))


@dataclass(frozen=True, eq=False)
class Dispatch:
    """Which proposals are fitted, where, and how many at a time.

    Attributes:
        executor: Runs the fits: ``"inline"``, ``"pool:2"``, ``"dask:ADDRESS"``, an executor, or a client of dask.
        ahead: Proposals of a batch that may be outstanding at a time; equal numbers give equal results on every
            executor. A larger number keeps more workers busy; with a smaller one each decision uses more of the
            earlier evaluations.
        prune: Whether structures, and fits under way, that cannot score below the engine's cutoff are skipped. Where
            fits do not start from nearby structures, the engine proposes the same structures either way.

    Raises:
        ValueError: ``ahead`` is below 1.
    """

    executor: Any = "inline"
    ahead: int = AHEAD
    prune: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "ahead", count(self.ahead, "ahead"))


@dataclass(frozen=True, eq=False)
class StudyPlace:
    """Where a search is recorded.

    Attributes:
        location: File, or ``DATABASE_URL#NAME``, that records every evaluation; None to record nothing.
        source: Recipe by which the tensor can be read again, recorded with the study (``tnlab.data.recipe``).
    """

    location: Path | str | None = None
    source: dict[str, Any] | None = None


class ShortForm(TypedDict, total=False):
    """Keywords of ``Search`` that are short for one field of ``budget``, ``fits``, ``dispatch`` or ``study``.

    ``evaluator`` is a mapping of ``max_sweeps``, ``restarts`` and ``tolerance``.
    """

    max_evaluations: int
    max_seconds: float
    solver: str
    max_sweeps: int
    restarts: int
    tolerance: float
    warm: bool
    evaluator: Mapping[str, Any]
    executor: Any
    ahead: int
    prune: bool
    source: dict[str, Any] | None


_Settings = TypeVar("_Settings", Budget, FitSettings, Dispatch, StudyPlace)


def spelled_out(short: ShortForm, others: Iterable[str]) -> dict[str, Any]:
    """Return the keywords of a call with those in ``evaluator`` beside the others.

    Args:
        short: The keywords.
        others: Names of the other parameters of the call, for the error message.

    Raises:
        TypeError: A keyword is unknown; the message names the closest known one.
    """
    given: dict[str, Any] = {**short, **short.get("evaluator", {})}
    known = ShortForm.__annotations__
    for name in given:
        if name not in known:
            raise TypeError(str(UnknownNameError("keyword", name, [*known, *others])))
    return given


def updated(value: _Settings, given: Mapping[str, Any]) -> _Settings:
    """Return a value with those of its fields replaced that ``given`` names."""
    return replace(value, **{each.name: given[each.name] for each in fields(value) if each.name in given})
