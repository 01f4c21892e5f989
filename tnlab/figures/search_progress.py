"""The figure of searches: parameters of the best structure over time, and the Pareto front of size and error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tnlab.bounds.error_bound import rounded_down
from tnlab.bounds.families import kinds_of
from tnlab.figures.axes import log_axis
from tnlab.figures.labels import MANY, shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import FORBIDDEN, ORANGE, plotly_objects, side_by_side, styled
from tnlab.structure_search.progress import Progress

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class PathPoint:
    """One point of a search: parameters of the best structure, structures fitted so far, and wall time in seconds."""

    parameters: int
    fitted: int
    seconds: float


@dataclass(frozen=True)
class SearchPath:
    """The course of one search.

    Attributes:
        name: Name of the search.
        steps: A point for every smaller structure that reached the target, and one for the end; empty if none did.
        front: Pareto front of the evaluations: (parameters, relative error), by ascending parameters.
    """

    name: str
    steps: tuple[PathPoint, ...]
    front: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class SearchProgress:
    """Data of ``search_progress_plot``.

    Attributes:
        paths: One course for each search.
        target_error: Relative error that the searches were asked to reach.
        bound: Parameters below which no structure reaches it: the least that the searches proved for their families;
            None if one of them proved nothing.
        families: These families, in words.
    """

    paths: tuple[SearchPath, ...]
    target_error: float
    bound: int | None
    families: str = ""


def search_progress_info(searches: Mapping[str, Sequence[Progress]], target_error: float) -> SearchProgress:
    """Return the courses of several searches for one target error from their snapshots.

    Args:
        searches: The snapshots of each search, by its name; ``list(Search(...))`` collects those of one.
        target_error: Relative error that the searches were asked to reach.

    Raises:
        ValueError: There is no search, or one has no snapshot.
    """
    if not searches or not all(searches.values()):
        raise ValueError("There is no snapshot to show: list(Search(X, target_error=...)) collects them.")
    bounds = [run[-1].bound for run in searches.values()]
    proved = [bound.parameters for bound in bounds if bound is not None]
    paths = tuple(_path(name, run, target_error) for name, run in searches.items())
    whole = len(proved) == len(bounds)
    families = kinds_of(bound.family for bound in bounds if bound is not None) if whole else ""
    return SearchProgress(paths, target_error, bound=min(proved) if whole else None, families=families)


def search_progress_plot(info: SearchProgress, *, over: Literal["evaluations", "seconds"] = "evaluations") -> "Figure":
    """Draw the parameters of the best structure so far on the left, Pareto fronts of size and error on the right."""
    figure = plotly_objects().Figure()
    if info.bound is not None:
        _draw_bound(figure, info.bound, info.target_error, info.families)
    for place, path in enumerate(info.paths):
        name = shown_name(path.name)
        look = series_look(place, shape="hv") | {"name": name, "legendgroup": str(place)}
        spent = [_spent(step, over) for step in path.steps]
        hover = f"{name}<br>%{{y}} parameters after %{{x:.4g}} {over}<extra></extra>"
        sizes = [step.parameters for step in path.steps]
        figure.add_scatter(x=spent, y=sizes, mode="lines+markers", hovertemplate=hover, **look)
        hover = f"{name}<br>%{{x}} parameters: error %{{y:.4g}}<extra></extra>"
        x, y = zip(*path.front, strict=True) if path.front else ((), ())
        right = {"xaxis": "x2", "yaxis": "y2", "showlegend": not path.steps, "hovertemplate": hover}
        figure.add_scatter(x=x, y=y, mode="lines+markers", **right, **look)
    side_by_side(figure)
    styled(figure, title="How the best shrank, and what else was met on the way", x="parameters", y="parameters")
    figure.update_layout(
        xaxis={"title": "structures fitted" if over == "evaluations" else over}
        | log_axis(_spent(step, over) for path in info.paths for step in path.steps),
        yaxis={"rangemode": "tozero"},
        xaxis2={"rangemode": "tozero"},
        yaxis2={"title": "relative error", "rangemode": "tozero"},
        showlegend=True,
    )
    return figure


def _draw_bound(figure: "Figure", bound: int, error: float, families: str) -> None:
    """Colour the region that the bound rules out: on the left below the bound, on the right also below the error."""
    flat = {"fillcolor": FORBIDDEN, "line_width": 0, "layer": "below"}
    figure.add_shape(x0=0, x1=1, xref="x domain", y0=0, y1=bound, **flat)
    figure.add_shape(x0=0, x1=bound, xref="x2", y0=0, y1=error, yref="y2", **flat)
    figure.add_shape(x0=0, x1=1, xref="x domain", y0=bound, y1=bound, line={"color": ORANGE}, layer="below")
    families = shown_name(families, MANY)
    hover = f"{families} below {bound:,} parameters do not reach {rounded_down(error, 4)}<extra></extra>"
    corner = {"x": [0, bound, bound], "y": [error, error, 0], "xaxis": "x2", "yaxis": "y2", "hovertemplate": hover}
    figure.add_scatter(
        mode="lines",
        line={"color": ORANGE},
        name=f"proved for {families}: not below {bound:,}",
        legendrank=2000,
        **corner,
    )


def _spent(step: PathPoint, over: str) -> float:
    return step.fitted if over == "evaluations" else max(step.seconds, 1e-3)


def _path(name: str, run: Sequence[Progress], target_error: float) -> SearchPath:
    steps: list[PathPoint] = []
    for progress in run:
        best = progress.incumbent
        if best is None or best.relative_error > target_error:
            continue
        if not steps or best.parameters < steps[-1].parameters or progress is run[-1]:
            steps.append(PathPoint(best.parameters, progress.counts.fitted, progress.seconds))
    front = tuple((found.parameters, found.relative_error) for found in run[-1].pareto)
    return SearchPath(name, tuple(steps), front)
