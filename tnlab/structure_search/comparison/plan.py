"""A comparison plan, read from TOML and checked before any run: engines, data sets, target errors, seeds, budget."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tnlab.bounds.families import FAMILIES
from tnlab.data import modes_text
from tnlab.errors import UnknownNameError
from tnlab.structure_search.comparison.entrants import Entrant, entrant_of
from tnlab.structure_search.comparison.tensors import Origin, origin_of
from tnlab.structure_search.comparison.toml_tables import (
    COUNT,
    ERROR,
    POSITIVE,
    SEED,
    TEXT,
    Requirement,
    Table,
    one_of,
    one_or_more,
    read_toml,
)
from tnlab.structure_search.executors import executors
from tnlab.structure_search.settings import Budget

SEEDS = Requirement(
    "a count of at least 1, or a list of different seeds",
    lambda value: COUNT.holds(value) or (isinstance(value, list) and one_or_more(SEED).holds(value)),
)


@dataclass(frozen=True)
class Case:
    """One search problem of a comparison: a data set with a target error.

    Attributes:
        label: Name in tables and figures.
        origin: Where the tensor comes from.
        target_error: Relative error to reach.
        family: Family of structures to search; None for the family that each engine is meant for.
        max_rank: Largest rank of a bond; None for no limit but that of the mode sizes.
        modes: Mode sizes of the tensor.
        digest: The tensor's shape and dtype with a hash of its entries.
        planted: Parameters of the structure that the tensor was built from; None if it is not planted.
    """

    label: str
    origin: Origin
    target_error: float
    family: str | None
    max_rank: int | None
    modes: tuple[int, ...]
    digest: str
    planted: int | None = None


@dataclass(frozen=True)
class Run:
    """One engine on one case with one seed."""

    case: Case
    entrant: Entrant
    seed: int

    @property
    def name(self) -> str:
        """File name of its study: engine, mode sizes, seed and a hash of the problem, without labels and budget."""
        case, engine = self.case, self.entrant.engine()
        problem = [case.digest, case.target_error, case.family, case.max_rank]
        asked = [*problem, self.entrant.name, repr(engine), self.seed]
        mark = hashlib.blake2b(json.dumps(asked).encode(), digest_size=6).hexdigest()
        words = re.sub(r"[^A-Za-z0-9]+", "-", f"{self.entrant.name} {modes_text(self.case.modes)}").strip("-")
        return f"{words}-seed{self.seed}-{mark}"

    @property
    def label(self) -> str:
        """Engine, case and seed in words, for progress messages."""
        return f"{self.entrant.label} on {self.case.label}, seed {self.seed}"


@dataclass(frozen=True)
class Plan:
    """Everything that a comparison file asks for: every engine on every case with every seed, and the budget of a run.

    Attributes:
        title: Title of the report.
        entrants: The engines.
        cases: The data sets with their target errors.
        seeds: Seeds; each makes one run of every engine on every case.
        budget: What a run may spend.
        executor: Where the fits of a run are made, as ``executor_of`` reads it.
        output: Folder of the studies, the results and the report.
        text: Text of the TOML file, for the report.
    """

    title: str
    entrants: tuple[Entrant, ...]
    cases: tuple[Case, ...]
    seeds: tuple[int, ...]
    budget: Budget
    executor: str
    output: Path
    text: str

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs, ordered by case, then seed, then engine, so that a part of them compares the engines already."""
        return tuple(
            Run(case, entrant, seed) for case in self.cases for seed in self.seeds for entrant in self.entrants
        )


def read_plan(path: Path) -> Plan:
    """Return a comparison plan from a TOML file; relative paths in it are relative to the folder of the file.

    Raises:
        DataError: The file or a tensor cannot be read, or a key is missing, unknown or has a wrong value.
    """
    table, text = read_toml(path)
    folder = path.absolute().parent
    seeds = table.take("seeds", SEEDS, 1)
    entrants = tuple(entrant_of(part) for part in table.tables("engines"))
    plan = Plan(
        title=table.take("title", TEXT, path.stem),
        entrants=entrants,
        cases=_cases(table, folder),
        seeds=tuple(seeds) if isinstance(seeds, list) else tuple(range(seeds)),
        budget=Budget(
            max_evaluations=table.take("max_evaluations", COUNT, 1000),
            max_seconds=float(table.take("max_seconds", POSITIVE, 60.0)),
        ),
        executor=_executor(table),
        output=folder / table.take("output", TEXT, path.stem),
        text=text,
    )
    table.done()
    for key, labels in (("engines", [one.label for one in entrants]), ("datasets", [one.label for one in plan.cases])):
        _require_distinct(table, key, labels)
    return plan


def _executor(table: Table) -> str:
    """Return the value of ``executor``, whose part before the colon must be a registered executor."""
    given = table.take("executor", TEXT, "inline")
    if given.partition(":")[0] not in executors:
        raise table.wrong("executor", f"cannot be taken: {UnknownNameError('executor', given, executors)}")
    return given


def _require_distinct(table: Table, key: str, labels: Sequence[str]) -> None:
    """Raise a DataError if two entries of the list ``key`` have the same label."""
    label, times = Counter(labels).most_common(1)[0]
    if times > 1:
        raise table.wrong(key, f'has {label!r:.80} {times} times; tell them apart with label = "...".')


def _cases(table: Table, folder: Path) -> tuple[Case, ...]:
    """Return one case per data set and target error; a data set's own settings override those of the whole file."""
    common, cases = _scope(table), []
    for part in table.tables("datasets"):
        origin, scope = origin_of(part, folder), common | _scope(part)
        part.done()
        if "target_errors" not in scope:
            raise table.wrong("target_errors", f"is missing; it must be {one_or_more(ERROR).words}.")
        given, digest, truth = scope["target_errors"], origin.digest(), origin.truth()
        for error in given if isinstance(given, list) else [given]:
            label = f"{origin.label}, error {error:g}"
            case = Case(
                label=label,
                origin=origin,
                target_error=float(error),
                family=scope.get("family"),
                max_rank=scope.get("max_rank"),
                modes=origin.load().modes,
                digest=digest,
                planted=truth.parameters if truth is not None else None,
            )
            cases.append(case)
    return tuple(cases)


def _scope(table: Table) -> dict[str, Any]:
    """Return which of ``target_errors``, ``family`` and ``max_rank`` a table sets, with their values."""
    kinds = {"target_errors": one_or_more(ERROR), "family": one_of(*FAMILIES), "max_rank": COUNT}
    return {key: value for key, kind in kinds.items() if (value := table.take(key, kind, None)) is not None}
