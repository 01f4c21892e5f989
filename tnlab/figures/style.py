"""Settings that all figures share: colours, axes and layouts for light and dark pages, and the import of plotly."""

import math
from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING

from tnlab.errors import TnlabError

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Okabe 2008, https://jfly.uni-koeln.de/color/: colours that differ with every kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY, SOFT, FAINT = "#767676", "rgba(118, 118, 118, 0.6)", "rgba(118, 118, 118, 0.25)"
SERIES = (BLUE, GREEN, PURPLE, ORANGE)
FORBIDDEN = "rgba(213, 94, 0, 0.13)"
SIGNED = ((0.0, BLUE), (0.5, "rgba(118, 118, 118, 0)"), (1.0, ORANGE))  # transparent at zero, on light and dark pages


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


def styled(
    figure: "Figure", *, title: str, x: str = "", y: str = "", log_x: bool = False, log_y: bool = False
) -> "Figure":
    """Set the title, the axes and a transparent background of a figure, and return it.

    Args:
        figure: The figure, which is changed.
        title: Title above it.
        x: Title of the horizontal axes.
        y: Title of the vertical axes.
        log_x: Whether the horizontal axes are logarithmic.
        log_y: Whether the vertical axes are logarithmic.
    """
    axis = {"gridcolor": FAINT, "linecolor": GREY, "zeroline": False, "ticks": "outside", "tickcolor": FAINT}
    figure.update_layout(
        title={"text": title, "x": 0, "xref": "paper", "font": {"size": 15}},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        font={"color": GREY},
        margin={"l": 60, "r": 20, "t": 60, "b": 50},
        height=400,
        hovermode="closest",
    )
    figure.update_xaxes(title=x, type="log" if log_x else "linear", **axis)
    figure.update_yaxes(title=y, type="log" if log_y else "linear", **axis)
    figure.update_xaxes({"dtick": "D2"} if log_x else {})
    figure.update_yaxes({"dtick": "D2"} if log_y else {})
    return figure


def side_by_side(figure: "Figure") -> None:
    """Place two diagrams in a figure: axes x and y on the left, x2 and y2 on the right. Call it before ``styled``."""
    figure.update_layout(
        xaxis={"domain": [0, 0.44]}, xaxis2={"domain": [0.56, 1], "anchor": "y2"}, yaxis2={"anchor": "x2"}
    )


def many_decades(figure: "Figure", values: Iterable[float]) -> "Figure":
    """Label only powers of ten on logarithmic y axes if positive values span three of them or more; return it."""
    positive = [value for value in values if value > 0]
    if positive and math.log10(max(positive) / min(positive)) >= 3:
        figure.update_yaxes(dtick=1, exponentformat="power")
    return figure
