"""Colours, dashes, names and logarithmic axes of figures with many lines."""

import math
from html import escape
from typing import Any

from tnlab.figures.style import BLUE, GREEN, GREY, PURPLE

# Six colours that differ with any colour vision (Okabe 2008, https://jfly.uni-koeln.de/color/), without the orange of
# proved bounds and the yellow, which is too pale on white.
COLOURS = (BLUE, "#E69F00", GREEN, PURPLE, "#56B4E9", GREY)
DASHES = ("solid", "dash", "dot", "dashdot")
LONGEST = 32  # letters of a name in a figure: a legend of longer ones would take half of its width
NICE = (1, 1.5, 2, 3, 4, 5, 7)  # first digits of the ticks of a logarithmic axis of about a decade


def shown_name(name: str) -> str:
    """Return a name for a figure: cut to ``LONGEST`` letters, with plotly's markup and templates escaped."""
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return escape(short, quote=False).replace("%{", "%&#123;")


def series_colour(place: int) -> str:
    """Return the colour of the line at a place in a figure, counted from 0; six colours repeat."""
    return COLOURS[place % len(COLOURS)]


def series_look(place: int, shape: str = "linear") -> dict[str, Any]:
    """Return colour, dash and width of the line at a place in a figure, as keywords of plotly's ``add_scatter``.

    Args:
        place: Place of the line, counted from 0; the first twelve differ in colour or dash.
        shape: How plotly joins points: ``"linear"``, or ``"hv"`` for steps.
    """
    dash, width = (
        DASHES[(place + place // 12) % len(DASHES)],
        max(2.0, 4.5 - 0.5 * place),
    )  # later lines are thinner, so lines that coincide all show
    return {"line": {"color": series_colour(place), "dash": dash, "width": width, "shape": shape}}


def faint(colour: str) -> str:
    """Return a hexadecimal colour as CSS text with an opacity of 16 %, for bands."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.16)"


def log_axis(low: float, high: float) -> dict[str, Any]:
    """Return plotly's settings of a logarithmic axis from ``low`` to ``high``, both above 0, with round ticks."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps: tuple[float, ...] = NICE if high / low < 20 else (1, 2, 5) if high / low < 1000 else (1,)
    ticks = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
    axis: dict[str, Any] = {"type": "log", "range": [math.log10(low), math.log10(high)]}
    if len(ticks) < 3:
        return axis | {"nticks": 6, "dtick": None}
    return axis | {"tickmode": "array", "tickvals": ticks, "ticktext": [f"{tick:,.6g}" for tick in ticks]}
