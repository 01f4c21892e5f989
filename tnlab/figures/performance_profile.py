"""Performance profiles: for which part of the problems each method is within a factor of the best.

References:
    Dolan 2002: https://doi.org/10.1007/s101070100263
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tnlab.figures.axes import log_axis
from tnlab.figures.labels import shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import plotly_objects, styled

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class Profile:
    """The performance profile of one method: a step function from a factor to a part of the problems.

    Attributes:
        name: Name of the method.
        ratios: The steps: its finite ratios of cost to the least cost of any method, ascending.
        parts: For each ratio, the part of all problems on which the ratio of the method is at most as large.
    """

    name: str
    ratios: tuple[float, ...]
    parts: tuple[float, ...]

    def within(self, factor: float) -> float:
        """Return the part of the problems on which the method costs at most ``factor`` times the cheapest."""
        return max((part for ratio, part in zip(self.ratios, self.parts, strict=True) if ratio <= factor), default=0.0)


@dataclass(frozen=True)
class PerformanceProfile:
    """Data of ``performance_profile_plot``.

    Attributes:
        profiles: One profile for each method.
        problems: Number of problems, with those that no method solved.
        cost: Name of the cost, such as "parameters of the best".
    """

    profiles: tuple[Profile, ...]
    problems: int
    cost: str


def performance_profile_info(costs: Mapping[str, Sequence[float]], cost: str = "cost") -> PerformanceProfile:
    """Compute the performance profiles of several methods on the same problems.

    Args:
        costs: For each method its cost on each problem, above 0; infinite where it failed.
        cost: Name of the cost.

    Raises:
        ValueError: There is no method or no problem, the numbers of problems differ, or a cost is not above 0.
    """
    counts = {len(own) for own in costs.values()}
    if len(counts) != 1 or 0 in counts:
        raise ValueError("Every method needs the cost of every problem, and there must be at least one of both.")
    if not all(value > 0 for own in costs.values() for value in own):
        raise ValueError("Costs must be above 0.")
    best = [min(own) for own in zip(*costs.values(), strict=True)]
    return PerformanceProfile(tuple(_profile(name, own, best) for name, own in costs.items()), len(best), cost)


def performance_profile_plot(info: PerformanceProfile) -> "Figure":
    """Draw the profile of every method as a step line over the factor."""
    figure = plotly_objects().Figure()
    widest = max((ratio for profile in info.profiles for ratio in profile.ratios), default=1.0)
    end = 1.15 * max(widest, 1.5)
    for place, profile in enumerate(info.profiles):
        xs, ys = [1.0, *profile.ratios, end], [profile.within(1.0), *profile.parts, profile.within(end)]
        hover = "%{fullData.name}<br>within %{x:.3g} times the best: %{y:.0%}<extra></extra>"
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="lines",
            name=shown_name(profile.name),
            hovertemplate=hover,
            **series_look(place, shape="hv"),
        )
    styled(figure, title="", x=f"{info.cost}: times the least", y="part of the problems")
    figure.update_layout(
        margin={"t": 20},
        xaxis=log_axis((1.0, end)) if end > 4 else {"range": [0.99, end]},
        yaxis={"range": [-0.02, 1.04], "tickformat": ".0%"},
        showlegend=True,
    )
    return figure


def _profile(name: str, own: Sequence[float], best: Sequence[float]) -> Profile:
    ratios = [cost / least for cost, least in zip(own, best, strict=True) if math.isfinite(cost)]
    distinct = sorted(set(ratios))
    return Profile(
        name, tuple(distinct), tuple(sum(other <= ratio for other in ratios) / len(best) for ratio in distinct)
    )
