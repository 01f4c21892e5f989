"""What a person chooses before a search: engines, target, family, budget, executor; checked, and as menus."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tnlab.errors import DataError, TnlabError, UnknownNameError
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.executors import executors
from tnlab.structure_search.problem import FAMILY_DESCRIPTIONS, MAX_ORDER
from tnlab.structure_search.resume import BUDGET
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.fitting.options import seed_of

MAX_EVALUATIONS = 10**7
MAX_SECONDS = 10.0**8
MAX_RANK = 10**4
MOST_ENGINES = 8


@dataclass(frozen=True)
class Settings:
    """What is to be searched, and how long.

    Attributes:
        engines: Their names; each has a search of its own, side by side.
        target_error: Relative error to reach with the fewest parameters.
        family: Which structures count; nothing for what each engine is meant for.
        max_rank: Largest rank of a bond; None leaves it to the data.
        max_evaluations: Structures that each engine may fit.
        max_seconds: Seconds that each engine may spend.
        seed: Same seed, same search.
        executor: Where fits run.
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
            executors: Those that may be chosen.

        Raises:
            DataError: A value is out of range.
            UnknownNameError: There is no such engine, family, executor or setting.
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
        """Return them as the page shows them, for a tensor of this order."""
        return {**asdict(self), "engines": list(self.engines), "refusals": self.refusals(order)}

    def refusals(self, order: int) -> dict[str, str]:
        """Return, for each engine that cannot run with these settings, why."""
        if not 2 <= order <= MAX_ORDER:
            why = f"A search needs a tensor with 2 to {MAX_ORDER} modes, but this has {order}; cut it in another way."
            return dict.fromkeys(engines, why)
        return {
            name: f"{name} searches the families {', '.join(engine.families)}, but not {self.family}."
            for name, engine in engines.items()
            if self.family and self.family not in engine.families
        }


def engine_menu() -> list[dict[str, Any]]:
    """Return the engines as the page offers them."""
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
    """Return the families as the page offers them."""
    what_suits = {"name": "", "label": "what suits each engine"}
    return [what_suits, *({"name": name, "label": f"{name}: {text}"} for name, text in FAMILY_DESCRIPTIONS.items())]


def executor_menu(*, private: bool) -> list[dict[str, str]]:
    """Return where fits may run; on a server for others not on other machines."""
    cores = os.cpu_count() or 1
    menu = [{"name": "inline", "label": "here, one fit after the other"}]
    if "pool" in executors:
        menu += [{"name": f"pool:{n}", "label": f"{n} processes on this machine"} for n in _counts(cores)]
    if "dask" in executors and not private:
        menu.append({"name": "dask", "label": "dask on this machine"})
    return menu


class Offer:
    """Where fits may run: what Python gave, and what this machine has. Nothing that a page sends adds to it.

    Attributes:
        first: Name of what was given.
        menu: What the page shows, fits in this process first.

    Args:
        given: A name, an executor, or a client of dask.
        private: Whether strangers share the server, who get no other machines.

    Raises:
        UnknownNameError: There is no executor of the given name.
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
        """Those that may be chosen, the given one first."""
        return [self.first, *(entry["name"] for entry in executor_menu(private=self._private))]

    def executor(self, name: str) -> Any:
        """Return the executor of this name as a search takes it; whatever chose the name, it is checked here again.

        Raises:
            UnknownNameError: It is none of those on offer.
        """
        return self._given if name == self.first else _one_of("executor", name, self.names)


def restored(settings: Settings, readers: Sequence[StudyReader], executors: Sequence[str]) -> Settings:
    """Return the settings that studies were written with: those of the first, and the engines of all.

    What they do not say, or what cannot be chosen here, stays as it is.
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
        **{name: last.get(name) for name in BUDGET},
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
    "family": lambda value: _one_of("family", value, ["", *FAMILY_DESCRIPTIONS]),
    "max_rank": lambda value: None if value is None else _whole("The largest rank", value, MAX_RANK),
    "max_evaluations": lambda value: _whole("The number of fits", value, MAX_EVALUATIONS),
    "max_seconds": lambda value: _number("The number of seconds", value, above=0.0, below=MAX_SECONDS),
    "seed": seed_of,
}
