"""Logarithmic axes with ticks at round numbers, and whole-numbered axes."""

import math
from collections.abc import Iterable
from typing import Any

NICE = (1, 1.5, 2, 3, 4, 5, 7)  # first digits of the ticks of an axis of about a decade
AIR = 0.05  # room at either end of an axis, as a part of its length
SHORTEST = math.log10(1.5)  # length in decades of an axis of equal values
TICKS = 8  # labels that fit beside an axis


def log_axis(values: Iterable[float]) -> dict[str, Any]:
    """Return plotly's settings of a logarithmic axis that holds all positive finite values, with round ticks.

    Without such a value the axis is linear, so zeros are still seen.
    """
    logs = [math.log10(value) for value in values if 0 < value < math.inf]
    if not logs:
        return {"type": "linear"}
    short = max(0.0, SHORTEST - (max(logs) - min(logs))) / 2
    low, high = min(logs) - short, max(logs) + short
    length = high - low
    axis: dict[str, Any] = {"type": "log", "range": [low - AIR * length, high + AIR * length]}
    if length >= 3:
        return axis | {"tick0": 0, "dtick": math.ceil(length / TICKS), "exponentformat": "power"}
    first, last = axis["range"]
    ticks = _ticks(10**first, 10**last, NICE if length < 1.3 else (1, 2, 5))
    return axis | {"tickmode": "array", "tickvals": ticks, "ticktext": [_number(tick) for tick in ticks]}


def whole_axis(values: Iterable[int]) -> dict[str, Any]:
    """Return plotly's settings of a linear axis with ticks at whole numbers only."""
    numbers = list(values) or [0]
    return {"tick0": 0, "dtick": max(1, round(_round_step((max(numbers) - min(numbers)) / TICKS)))}


def _ticks(low: float, high: float, steps: tuple[float, ...]) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [float(f"{step}e{decade}") for decade in decades for step in steps]
    ticks = [tick for tick in ticks if low <= tick <= high]
    if len(ticks) >= 3:
        return ticks
    step = _round_step((high - low) / TICKS)  # values so close that a linear axis would look the same
    return [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _round_step(least: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is at least as large."""
    if least <= 0:
        return 1.0
    decade = math.floor(math.log10(least))
    return next((one for step in (1, 2, 5) if (one := float(f"{step}e{decade}")) >= least), 10.0 * 10.0**decade)


def _number(tick: float) -> str:
    if 1e-4 <= tick < 1e6:
        return f"{tick:,.6g}"
    first, power = f"{tick:.3e}".split("e")
    first = first.rstrip("0").rstrip(".")
    return ("" if first == "1" else f"{first}·") + f"10<sup>{int(power)}</sup>"
