"""The figure of fitted errors over parameters, beside the lower and upper error bounds of the fitted structures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound, rounded_down, rounded_up
from tnlab.figures.labels import shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import plotly_objects, styled
from tnlab.solvers.fit import Fit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class BoundedFit:
    """One fit with the error bounds of its structure.

    Attributes:
        parameters: Number of parameters of the structure.
        error: Relative error of the fit.
        lower: Relative error that no fit of the structure goes below.
        upper: On a tree, a relative error that the best fit is guaranteed to reach; otherwise None.
    """

    parameters: int
    error: float
    lower: float
    upper: float | None


@dataclass(frozen=True)
class BoundAgainstError:
    """Data of ``bound_against_error_plot``: by the name of each series, its fits in the order of their parameters."""

    series: Mapping[str, tuple[BoundedFit, ...]]


def bound_against_error_info(spectra: CutSpectra, fits: Mapping[str, Sequence[Fit]]) -> BoundAgainstError:
    """Return the fits of every series with the error bounds of their structures.

    Args:
        spectra: Singular values of the unfoldings of the tensor that was fitted.
        fits: The fits of each series, by its name.

    Raises:
        DataError: A fit is of a tensor with other modes.
    """
    return BoundAgainstError(
        {
            name: tuple(sorted((_bounded(spectra, fit) for fit in several), key=lambda point: point.parameters))
            for name, several in fits.items()
        }
    )


def bound_against_error_plot(info: BoundAgainstError) -> "Figure":
    """Draw the fits of each series as dots, its lower bound as a line, and its upper bound, if any, as hollow dots."""
    figure = plotly_objects().Figure()
    for place, (name, points) in enumerate(info.series.items()):
        x = [point.parameters for point in points]
        for y, part, rounded, mode, hollow in (
            ([point.error for point in points], "fit", "{:.{}g}".format, "markers", False),
            ([point.lower for point in points], "no fit of it is below", rounded_down, "lines", False),
            ([point.upper for point in points], "the best reaches", rounded_up, "markers", True),
        ):
            if any(value is not None for value in y):
                told = ["" if value is None else rounded(value, 4) for value in y]
                hover = "%{x:,} parameters<br>%{fullData.name} %{customdata}<extra></extra>"
                look = series_look(place, hollow=hollow) | {"customdata": told, "hovertemplate": hover}
                figure.add_scatter(x=x, y=y, mode=mode, name=f"{shown_name(name)}: {part}", **look)
    title = "What no fit of a structure can beat, and what fits reach"
    return styled(figure, title=title, x="parameters", y="relative error", log_x=True)


def _bounded(spectra: CutSpectra, fit: Fit) -> BoundedFit:
    certificate = error_bound(spectra, fit.structure)
    return BoundedFit(
        fit.parameters, error=fit.relative_error, lower=certificate.error_bound, upper=certificate.upper_bound
    )
