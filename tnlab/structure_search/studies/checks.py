"""What the lines of a study must hold, so that whoever reads one finds in it what it expects."""

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

KINDS = ("number", "forget", "opened", "bound", "closed")
LARGEST = 2**63  # whole number


def check_header(kept: Mapping[str, Any]) -> None:
    """Refuse a first line that does not hold what one holds.

    Raises:
        ValueError: It says what is wrong.
    """
    for name in ("dtype", "tensor", "family", "engine", "solver"):
        if name in kept and not isinstance(kept[name], str):
            raise ValueError(f"its {name} is {kept[name]!r:.40}")
    shape = kept.get("shape", [])
    if not isinstance(shape, list) or not all(_is_count(size) for size in shape):
        raise ValueError(f"its shape is {shape!r:.40}")
    target = kept.get("target_error")
    if target is not None and not (_is_number(target) and 0 < target < 1):
        raise ValueError(f"its target error is {target!r:.40}")
    if not isinstance(kept.get("source"), dict | None):
        raise ValueError(f"its source is {kept['source']!r:.40}")


def check_record(record: object) -> None:
    """Refuse what is not a further line of a study; structures and cores are looked at when they are read.

    Raises:
        ValueError: It says what is wrong.
    """
    if not isinstance(record, dict) or not any(kind in record for kind in KINDS):
        raise ValueError("it says nothing that is known")
    for name in ("number", "forget"):
        if name in record and not _is_count(record[name]):
            raise ValueError(f"{name} is {record[name]!r:.40}")
    for name in ("opened", "bound", "closed"):
        if not isinstance(record.get(name, {}), dict):
            raise ValueError(f"{name} is {record[name]!r:.40}")
    if "number" in record:
        _check_evaluation(record)
    if "opened" in record:
        _check_budget(record["opened"])
    if "closed" in record:
        _check_seconds(record["closed"].get("seconds"))
        if not isinstance(record["closed"].get("status"), str):
            raise ValueError("it is closed without a reason")


def _check_evaluation(record: Mapping[str, Any]) -> None:
    _check_seconds(record.get("seconds"))
    for name in ("relative_error", "score"):
        if not _is_number(record.get(name)):
            raise ValueError(f"{name} is {record.get(name)!r:.40}")
    if not isinstance(record.get("cores", 0), str | None):
        raise ValueError("the cores are no text")


def _check_seconds(seconds: object) -> None:
    if not _is_number(seconds) or not 0 <= seconds < math.inf:
        raise ValueError(f"the seconds are {seconds!r:.40}")


def _check_budget(opened: Mapping[str, Any]) -> None:
    evaluations, seconds = opened.get("max_evaluations"), opened.get("max_seconds")
    if not _is_count(evaluations):
        raise ValueError(f"max_evaluations is {evaluations!r:.40}")
    if not _is_number(seconds) or not seconds > 0:
        raise ValueError(f"max_seconds is {seconds!r:.40}")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < LARGEST


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < LARGEST and not isinstance(value, bool))
