"""Looks of many lines in one figure: six colours that are told apart with any colour vision, and four dashes."""

import math
from html import escape
from typing import Any

from tnlab.figures.style import BLUE, GREEN, GREY, PURPLE

# Okabe 2008 without the orange, which is what is proved, and the yellow, which is lost on white.
COLOURS = (BLUE, "#E69F00", GREEN, PURPLE, "#56B4E9", GREY)
DASHES = ("solid", "dash", "dot", "dashdot")
LONGEST = 32  # letters of a name in a figure
NICE = (1, 1.5, 2, 3, 4, 5, 7)


def shown_name(name: str) -> str:
    """Return a name as a figure shows it: not too long, and as text where plotly would see markup or a template."""
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return escape(short, quote=False).replace("%{", "%&#123;")


def series_colour(place: int) -> str:
    """Return the colour of a line."""
    return COLOURS[place % len(COLOURS)]


def series_look(place: int, shape: str = "linear") -> dict[str, Any]:
    """Return how to draw a line, as keywords of ``add_scatter``."""
    dash, width = DASHES[(place + place // 12) % len(DASHES)], max(2.0, 4.5 - 0.5 * place)  # so that all are seen
    return {"line": {"color": series_colour(place), "dash": dash, "width": width, "shape": shape}}


def faint(colour: str) -> str:
    """Return a colour as a transparent one, for bands."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.16)"


def log_axis(low: float, high: float) -> dict[str, Any]:
    """Return a logarithmic axis from ``low`` to ``high``, both above 0, with a handful of round numbers on it."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps: tuple[float, ...] = NICE if high / low < 20 else (1, 2, 5) if high / low < 1000 else (1,)
    ticks = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
    axis: dict[str, Any] = {"type": "log", "range": [math.log10(low), math.log10(high)]}
    if len(ticks) < 3:
        return axis | {"nticks": 6, "dtick": None}
    return axis | {"tickmode": "array", "tickvals": ticks, "ticktext": [f"{tick:,.6g}" for tick in ticks]}
