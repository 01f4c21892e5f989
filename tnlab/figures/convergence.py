"""The figure of searches with several seeds: quartiles of the best's parameters over the structures fitted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tnlab.figures.axes import log_axis
from tnlab.figures.labels import MANY, shown_name
from tnlab.figures.series import faint, series_colour, series_look
from tnlab.figures.style import FORBIDDEN, ORANGE, plotly_objects, styled
from tnlab.structure_search.comparison.summary import quantile

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Steps = Sequence[tuple[float, float]]  # (structures fitted, parameters) at every new best of a run


@dataclass(frozen=True)
class Course:
    """Quartiles of the best's parameters over the seeds of one engine, by the number of structures fitted.

    A run that has not reached the target yet counts as infinite, so a quartile may be infinite.

    Attributes:
        name: Name of the engine.
        evaluations: Numbers of structures fitted, ascending: those at which a run found a new best, and the end.
        low: First quartile of the parameters of the best at each of them.
        median: Median at each of them.
        high: Third quartile at each of them.
    """

    name: str
    evaluations: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Convergence:
    """Data of ``convergence_plot``.

    Attributes:
        courses: One course for each engine.
        bound: Parameters below which no structure of ``families`` reaches the target; None if nothing was proved.
        families: The families that the bound holds for, in words.
    """

    courses: tuple[Course, ...]
    bound: int | None
    families: str = ""


def convergence_info(
    runs: Mapping[str, Sequence[Steps]], bound: int | None, end: float, families: str = ""
) -> Convergence:
    """Compute the quartiles of the best's parameters for several engines; a run that has ended keeps its best.

    Args:
        runs: For each engine the steps of each of its runs; empty for a run that did not reach the target.
        bound: Parameters below which no structure of ``families`` reaches the target; None if nothing was proved.
        end: Number of structures fitted at which the courses end.
        families: The families that the bound holds for, in words.

    Raises:
        ValueError: There is no engine, or one without a run.
    """
    if not runs or not all(runs.values()):
        raise ValueError("There must be at least one engine, and a run of each.")
    return Convergence(tuple(_course(name, own, end) for name, own in runs.items()), bound, families)


def convergence_plot(info: Convergence) -> "Figure":
    """Draw the medians as lines, the quartiles as bands, and the region below the bound in colour."""
    figure = plotly_objects().Figure()
    parts = [part for course in info.courses for part in (course.low, course.median, course.high)]
    values = [value for part in parts for value in part] + [float(info.bound or 0)]
    xaxis, yaxis = (
        log_axis([1, max([2, *(spent for course in info.courses for spent in course.evaluations)])]),
        log_axis(values),
    )
    if info.bound and yaxis["type"] == "log":
        _draw_bound(figure, info.bound, shown_name(info.families or "what was searched", MANY), xaxis, yaxis)
    for place, course in enumerate(info.courses):
        _draw_course(figure, place, course)
    styled(figure, title="", x="structures fitted", y="parameters of the best")
    return figure.update_layout(margin={"t": 20}, xaxis=xaxis, yaxis=yaxis, showlegend=True)


def _draw_course(figure: "Figure", place: int, course: Course) -> None:
    shown = [k for k, value in enumerate(course.high) if math.isfinite(value)]
    edge = {"x": [course.evaluations[k] for k in shown], "mode": "lines", "line": {"width": 0, "shape": "hv"}}
    edge |= {"legendgroup": str(place), "showlegend": False, "hoverinfo": "skip"}
    figure.add_scatter(y=[course.low[k] for k in shown], **edge)
    fill = {"fill": "tonexty", "fillcolor": faint(series_colour(place))}
    figure.add_scatter(y=[course.high[k] for k in shown], **edge, **fill)
    shown = [k for k, value in enumerate(course.median) if math.isfinite(value)]
    name = shown_name(course.name) + ("" if shown else " (median: not reached)")
    hover = "%{fullData.name}<br>median %{y:,.6g} parameters after %{x:,.6g} fits<extra></extra>"
    figure.add_scatter(
        x=[course.evaluations[k] for k in shown] or [None],
        y=[course.median[k] for k in shown] or [None],
        mode="lines",
        name=name,
        legendgroup=str(place),
        hovertemplate=hover,
        **series_look(place, shape="hv"),
    )


def _draw_bound(figure: "Figure", bound: int, families: str, xaxis: dict[str, Any], yaxis: dict[str, Any]) -> None:
    flat = {"fillcolor": FORBIDDEN, "line_width": 0, "layer": "below"}
    figure.add_shape(x0=0, x1=1, xref="x domain", y0=10 ** yaxis["range"][0], y1=bound, **flat)
    figure.add_scatter(
        x=[10**end for end in xaxis["range"]],
        y=[bound, bound],
        mode="lines",
        line={"color": ORANGE},
        legendrank=2000,
        name=f"proved for {families}: not below {bound:,}",
        hovertemplate=f"{families}: none below {bound:,} parameters reaches the target<extra></extra>",
    )


def _course(name: str, runs: Sequence[Steps], end: float) -> Course:
    places = sorted({1.0, float(end), *(float(fitted) for run in runs for fitted, _ in run if fitted <= end)})
    columns = [sorted(_best(run, place) for run in runs) for place in places]
    low, median, high = (tuple(quantile(column, level) for column in columns) for level in (0.25, 0.5, 0.75))
    return Course(name=name, evaluations=tuple(places), low=low, median=median, high=high)


def _best(run: Steps, fitted: float) -> float:
    return min((parameters for then, parameters in run if then <= fitted), default=math.inf)
