"""Settings of a search in the workbench: engines, target, family, budget and executor, their checks and menus."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tnlab.bounds.families import FAMILIES, MAX_ORDER
from tnlab.errors import DataError, TnlabError, UnknownNameError
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.executors import executors
from tnlab.structure_search.settings import Budget
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.fitting.options import seed_of

MAX_EVALUATIONS = 10**7  # fits of one search
MAX_SECONDS = 10.0**8  # of one search; three years
MAX_RANK = 10**4  # of a bond; larger ones exceed the memory of any fit
MOST_ENGINES = 8  # lanes that one start makes


@dataclass(frozen=True)
class Settings:
    """The chosen settings of a search, all checked.

    Attributes:
        engines: Names of the engines; each runs a search of its own, side by side.
        target_error: Relative error to reach with the fewest parameters.
        family: Family of structures; an empty text for the first family of each engine.
        max_rank: Largest rank of a bond; None for the limit that the data give.
        max_evaluations: Structures that each engine may fit.
        max_seconds: Seconds that each engine may spend.
        seed: Seed of the engines; same seed, same search.
        executor: Name of the executor that runs the fits.
    """

    engines: tuple[str, ...] = ("auto",)
    target_error: float = 0.1
    family: str = ""
    max_rank: int | None = None
    max_evaluations: int = 1000
    max_seconds: float = 60.0
    seed: int = 0
    executor: str = "inline"

    def changed(self, changes: Mapping[str, Any], executors: Sequence[str]) -> "Settings":
        """Return the settings with some of them changed.

        Args:
            changes: New values by name.
            executors: Names of the executors that may be chosen.

        Raises:
            DataError: A value is out of range.
            UnknownNameError: An engine, a family, an executor or a setting is unknown.
        """
        checked = {}
        for name, value in changes.items():
            if name == "executor":
                checked[name] = _one_of("executor", value, executors)
            elif name in CHECKS:
                checked[name] = CHECKS[name](value)
            else:
                raise UnknownNameError("setting", name, [field.name for field in fields(self)])
        return replace(self, **checked)

    def to_page(self, order: int) -> dict[str, Any]:
        """Return the settings for the page, with the engines that cannot search a tensor of this order."""
        return {**asdict(self), "engines": list(self.engines), "refusals": self.refusals(order)}

    def refusals(self, order: int) -> dict[str, str]:
        """Return a sentence for each engine that cannot search a tensor of this order in this family, by its name."""
        if not 2 <= order <= MAX_ORDER:
            why = f"A search needs a tensor with 2 to {MAX_ORDER} modes, but this has {order}; cut it in another way."
            return dict.fromkeys(engines, why)
        return {
            name: f"{name} searches the families {', '.join(engine.families)}, but not {self.family}."
            for name, engine in engines.items()
            if self.family and self.family not in engine.families
        }


def engine_menu() -> list[dict[str, Any]]:
    """Return name, summary, families and paper of every engine, for the page's menu."""
    return [
        {
            "name": name,
            "summary": (engine.__doc__ or "").strip().partition("\n")[0],
            "families": list(engine.families),
            "needs_target": engine.needs_target,
            "paper": engine.paper,
            "batch": getattr(engine, "batch", None),
        }
        for name, engine in engines.items()
    ]


def family_menu() -> list[dict[str, str]]:
    """Return {name, label} of every family of structures for the page's menu, the choice of each engine first."""
    what_suits = {"name": "", "label": "what suits each engine"}
    return [what_suits, *({"name": name, "label": f"{name}: {family.contents}"} for name, family in FAMILIES.items())]


def executor_menu(*, private: bool) -> list[dict[str, str]]:
    """Return {name, label} of the executors of this machine; dask is left out where visitors share a server."""
    cores = os.cpu_count() or 1
    menu = [{"name": "inline", "label": "here, one fit after the other"}]
    if "pool" in executors:
        menu += [{"name": f"pool:{n}", "label": f"{n} processes on this machine"} for n in _counts(cores)]
    if "dask" in executors and not private:
        menu.append({"name": "dask", "label": "dask on this machine"})
    return menu


class Offer:
    """The executors that a page may choose from: the one given in Python, and those of this machine.

    Attributes:
        first: Name of the given executor.
        menu: {name, label} of every executor on offer, fits in this process first.

    Args:
        given: Name of an executor, an executor, or a client of dask.
        private: Whether visitors share the server, so that dask is not on offer.

    Raises:
        UnknownNameError: The given name is no executor.
    """

    def __init__(self, given: Any, *, private: bool) -> None:
        if isinstance(given, str):
            self.first = given
            executors[given.partition(":")[0]]  # an unknown name is refused at once
        else:
            self.first = f"given: {getattr(given, 'name', type(given).__name__)}"
        machine = executor_menu(private=private)
        own = [] if self.first in [entry["name"] for entry in machine] else [{"name": self.first, "label": self.first}]
        self.menu = tuple(sorted([*own, *machine], key=lambda entry: entry["name"] != "inline"))
        self._given, self._private = given, private

    @property
    def names(self) -> list[str]:
        """The names that may be chosen, the given executor first."""
        return [self.first, *(entry["name"] for entry in executor_menu(private=self._private))]

    def executor(self, name: str) -> Any:
        """Return the executor of a name as ``Search`` takes it; the name is checked here again before its use.

        Raises:
            UnknownNameError: The name is not on offer.
        """
        return self._given if name == self.first else _one_of("executor", name, self.names)


def restored(settings: Settings, readers: Sequence[StudyReader], executors: Sequence[str]) -> Settings:
    """Return settings with the values of studies: target, rank, seed, budget and executor of the first, engines of all.

    A value that a study lacks, or that cannot be chosen here, stays as in ``settings``.

    Args:
        settings: The settings to change.
        readers: The studies, at least one.
        executors: Names of the executors that may be chosen.
    """
    first, families = readers[0], {reader.family for reader in readers}
    last = first.openings[-1] if first.openings else {}
    names = dict.fromkeys(reader.engine for reader in readers if reader.engine in engines)
    found = {
        "engines": list(names)[:MOST_ENGINES],
        "target_error": first.target_error,
        "family": first.family if len(families) == 1 else "",
        "max_rank": first.header.get("max_rank"),
        "seed": first.header.get("seed"),
        **{each.name: last.get(each.name) for each in fields(Budget)},
        "executor": last.get("executor"),
    }
    for name, value in found.items():
        with contextlib.suppress(TnlabError):
            settings = settings.changed({name: value}, executors)
    return settings


def _counts(cores: int) -> list[int]:
    return sorted({2, 4, 8, cores} & set(range(2, max(cores, 2) + 1)))


def _one_of(kind: str, value: object, known: Sequence[str]) -> str:
    if value not in known:
        raise UnknownNameError(kind, value, known)
    return str(value)


def _engines(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not 1 <= len(names) <= MOST_ENGINES:
        raise DataError(f"Choose 1 to {MOST_ENGINES} engines, not {value!r:.80}.")
    chosen = [_one_of("engine", name, list(engines)) for name in names]
    return tuple(dict.fromkeys(chosen))


def _target(value: object) -> float:
    return _number("The target error", value, above=0.0, below=1.0)


def _number(what: str, value: object, *, above: float, below: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not above < value < below:
        raise DataError(f"{what} must lie between {above:g} and {below:g}, but is {value!r:.40}.")
    return float(value)


def _whole(what: str, value: object, most: int) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise DataError(f"{what} must be a whole number from 1 to {most:,}, but is {value!r:.40}.")
    return value


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "engines": _engines,
    "target_error": _target,
    "family": lambda value: _one_of("family", value, ["", *FAMILIES]),
    "max_rank": lambda value: None if value is None else _whole("The largest rank", value, MAX_RANK),
    "max_evaluations": lambda value: _whole("The number of fits", value, MAX_EVALUATIONS),
    "max_seconds": lambda value: _number("The number of seconds", value, above=0.0, below=MAX_SECONDS),
    "seed": seed_of,
}
