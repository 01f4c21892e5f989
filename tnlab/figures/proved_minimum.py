"""The figure of parameter bounds over target errors, with fits beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tnlab.bounds.families import FAMILIES
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.figures.labels import shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import FORBIDDEN, ORANGE, plotly_objects, styled
from tnlab.solvers.fit import Fit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class ProvedMinimum:
    """Data of ``proved_minimum_plot``.

    Attributes:
        targets: Relative errors, ascending.
        minima: Parameters below which no structure of the family reaches each target.
        family: Name of the family of structures.
        fits: Parameters and relative errors of fits, by the name of their series.
    """

    targets: tuple[float, ...]
    minima: tuple[int, ...]
    family: str
    fits: Mapping[str, tuple[tuple[int, float], ...]]


def proved_minimum_info(bounds: Mapping[float, ParameterBound], fits: Mapping[str, Iterable[Fit]]) -> ProvedMinimum:
    """Return parameter bounds in the order of their target errors, with parameters and errors of fits.

    Args:
        bounds: Parameter bounds of one family, by target error.
        fits: The fits of each series, by its name.

    Raises:
        ValueError: There are no bounds, or they are for several families.
    """
    families = {bound.family for bound in bounds.values()}
    if len(families) != 1:
        raise ValueError(f"The bounds must be of one family, but are of {sorted(families) or 'none'}.")
    targets = tuple(sorted(bounds))
    points = {name: tuple((fit.parameters, fit.relative_error) for fit in several) for name, several in fits.items()}
    return ProvedMinimum(
        targets, minima=tuple(bounds[target].parameters for target in targets), family=families.pop(), fits=points
    )


def proved_minimum_plot(info: ProvedMinimum) -> "Figure":
    """Draw the region of errors and parameters that no structure of the family reaches, and the fits as dots."""
    figure, kind = plotly_objects().Figure(), FAMILIES[info.family].kind
    x, y = _region(info.targets, info.minima)
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        fill="toself",
        fillcolor=FORBIDDEN,
        line={"color": ORANGE},
        name=f"proved for {kind}: none is here",
        hovertemplate=f"{kind}: %{{x:.6g}} needs at least %{{y:,}} parameters<extra></extra>",
    )
    for place, (name, points) in enumerate(info.fits.items()):
        parameters, errors = zip(*points, strict=True) if points else ((), ())
        figure.add_scatter(x=errors, y=parameters, name=shown_name(name), mode="markers", **series_look(place))
    title = "What a target error needs at least, and what was found"
    styled(figure, title=title, x="relative error", y="parameters", log_y=True)
    return figure.update_layout(showlegend=True)


def _region(targets: Sequence[float], minima: Sequence[int]) -> tuple[list[float], list[float]]:
    """Return x and y of the corners of the region ruled out; a bound for an error holds for smaller errors too."""
    x, y, left = [], [], 0.0
    for target, minimum in zip(targets, minima, strict=True):
        x += [left, target]
        y += [float(minimum)] * 2
        left = target
    floor = minima[-1] / 1.5
    return [*x, left, 0.0, 0.0], [*y, floor, floor, float(minima[0])]
