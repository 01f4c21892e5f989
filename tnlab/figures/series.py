"""Colours, dashes and symbols of figures with many series."""

from typing import Any

from tnlab.figures.style import BLUE, GREEN, GREY, PURPLE

# Six colours that differ with any colour vision (Okabe 2008, https://jfly.uni-koeln.de/color/), without the orange of
# proved bounds and the yellow, which is too pale on white.
COLOURS = (BLUE, "#E69F00", GREEN, PURPLE, "#56B4E9", GREY)
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
MARKED = 40  # symbols on a line at most: more of them would hide its dash


def series_colour(place: int) -> str:
    """Return the colour of the series at a place in a figure, counted from 0; six colours repeat."""
    return COLOURS[place % len(COLOURS)]


def series_look(place: int, shape: str = "linear", hollow: bool = False) -> dict[str, Any]:
    """Return line and markers of the series at a place in a figure, as keywords of plotly's ``add_scatter``.

    Args:
        place: Place of the series, counted from 0; the first 24 differ in colour or dash, and in colour or symbol.
        shape: How plotly joins points: ``"linear"``, or ``"hv"`` for steps.
        hollow: Whether markers are hollow, as for a second quantity of the same series.
    """
    kind = (place + place // len(COLOURS)) % len(DASHES)
    width = max(2.0, 4.5 - 0.5 * place)  # later lines are thinner, so lines that coincide all show
    colour, symbol = series_colour(place), SYMBOLS[kind] + ("-open" if hollow else "")
    return {
        "line": {"color": colour, "dash": DASHES[kind], "width": width, "shape": shape},
        "marker": {"color": colour, "symbol": symbol, "size": 8, "maxdisplayed": MARKED},
    }


def faint(colour: str) -> str:
    """Return a hexadecimal colour as CSS text with an opacity of 16 %, for bands."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.16)"
