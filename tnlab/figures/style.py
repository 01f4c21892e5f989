"""Settings that all figures share: colours and layouts for light and dark pages, and the import of plotly."""

import math
from html import unescape
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tnlab.errors import TnlabError
from tnlab.figures.axes import log_axis
from tnlab.figures.labels import wrapped

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Okabe 2008, https://jfly.uni-koeln.de/color/: colours that differ with every kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY, SOFT, FAINT = "#767676", "rgba(118, 118, 118, 0.6)", "rgba(118, 118, 118, 0.25)"
FORBIDDEN = "rgba(213, 94, 0, 0.13)"
CLEAR = "rgba(118, 118, 118, 0)"
SIGNED = ((0.0, BLUE), (0.5, CLEAR), (1.0, ORANGE))  # the paper's colour at zero
SCHEMES = (("#ffffff", "#1b1f24"), ("#14171b", "#e6e8eb"))  # paper and ink, light and dark
TITLE = {"y": 1, "yref": "paper", "yanchor": "bottom", "pad": {"b": 16}}  # place: 16 pixels above the diagram
PLOT, BELOW = 280, 60  # pixels of the height of a diagram, and from its bottom to the legend
COLUMNS = 70  # letters beside each other in a narrow notebook


def plotly_objects() -> ModuleType:
    """Import and return the module ``plotly.graph_objects``.

    Raises:
        TnlabError: plotly is not installed.
    """
    try:
        import plotly.graph_objects as objects  # noqa: PLC0415, optional
    except ImportError:
        raise TnlabError("Figures need plotly: pip install 'tnlab[lab]'. Their data (*_info) does not.") from None
    return objects


def paper_and_ink() -> tuple[str, str]:
    """Return the colours of paper and text: dark paper where plotly's default template is dark, else white.

    One colour of text cannot have a contrast of 4.5 on white and on dark pages, so figures bring their paper.
    ``plotly.io.templates.default = "plotly_dark"`` chooses the dark one.
    """
    from plotly.io import templates  # noqa: PLC0415, optional

    return SCHEMES["dark" in str(templates.default)]


def styled(
    figure: "Figure", *, title: str, x: str = "", y: str = "", log_x: bool = False, log_y: bool = False
) -> "Figure":
    """Set the title, the axes, the legend and the colours of paper and text of a figure with its data, and return it.

    Args:
        figure: The figure, which is changed.
        title: Title above it; like those of the axes it is shown letter by letter, in several lines if it is long.
        x: Title of the horizontal axes.
        y: Title of the vertical axes.
        log_x: Whether the horizontal axes are logarithmic.
        log_y: Whether the vertical axes are logarithmic.
    """
    paper, ink = paper_and_ink()
    heading, room = wrapped(title, 64), _legend_room(figure)
    above, below = 60 + 20 * heading.count("<br>"), BELOW + room
    axis = {"gridcolor": FAINT, "linecolor": GREY, "zeroline": False, "ticks": "outside", "tickcolor": FAINT}
    figure.update_layout(
        title={"text": heading, "x": 0, "xref": "paper", "font": {"size": 15}} | TITLE,
        paper_bgcolor=paper,
        plot_bgcolor=CLEAR,
        font={"color": ink},
        margin={"l": 60, "r": 20, "t": above, "b": below},
        height=above + PLOT + below,
        legend={"orientation": "h", "x": 0, "y": -BELOW / PLOT, "yanchor": "top", "tracegroupgap": 0},
        hovermode="closest",
    )
    figure.update_xaxes(title=wrapped(x, 48), automargin=True, **axis)
    figure.update_yaxes(title=wrapped(y, 40), automargin=True, **axis)
    for letter in [letter for letter, log in (("x", log_x), ("y", log_y)) if log]:
        for name, values in _drawn(figure, letter).items():
            figure.update_layout({name: log_axis(values)})
    return figure


def _legend_room(figure: "Figure") -> int:
    """Return the height of a legend in pixels, in the columns that a narrow notebook has room for."""
    series: Any = figure.data
    letters = [len(unescape(trace.name or "")) for trace in series if trace.showlegend is not False]
    columns = max(1, COLUMNS // (max(letters, default=0) + 6))  # the line before a name takes the room of 6 letters
    return 10 + 19 * math.ceil(min(len(letters), 24) / columns)


def _drawn(figure: "Figure", letter: str) -> dict[str, list[float]]:
    """Return what is drawn along each axis of a letter, x or y, by the axis' name in the layout."""
    drawn: dict[str, list[float]] = {}
    traces: Any = figure.data
    for trace in traces:
        name = (trace[f"{letter}axis"] or letter).replace(letter, f"{letter}axis")
        values = trace[letter] if trace[letter] is not None else ()
        drawn.setdefault(name, []).extend(float(value) for value in values if value is not None)
    return drawn


def side_by_side(figure: "Figure") -> None:
    """Place two diagrams in a figure: axes x and y on the left, x2 and y2 on the right. Call it before ``styled``."""
    figure.update_layout(
        xaxis={"domain": [0, 0.44]}, xaxis2={"domain": [0.56, 1], "anchor": "y2"}, yaxis2={"anchor": "x2"}
    )
