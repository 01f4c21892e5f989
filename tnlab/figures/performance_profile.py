"""Performance profiles: for which part of the problems each solver is within a factor of the best.

References:
    Dolan 2002: https://doi.org/10.1007/s101070100263
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tnlab.figures.series import log_axis, series_look, shown_name
from tnlab.figures.style import plotly_objects, styled

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class Profile:
    """How one solver compares.

    Attributes:
        name: Of the solver.
        ratios: Factors to the best at which it gains problems, ascending and finite.
        parts: Part of all problems for which it is within that factor.
    """

    name: str
    ratios: tuple[float, ...]
    parts: tuple[float, ...]

    def within(self, factor: float) -> float:
        """Return the part of the problems for which it is within a factor of the best."""
        return max((part for ratio, part in zip(self.ratios, self.parts, strict=True) if ratio <= factor), default=0.0)


@dataclass(frozen=True)
class PerformanceProfile:
    """What ``performance_profile_plot`` shows.

    Attributes:
        profiles: The solvers.
        problems: How many problems there are; those that nobody solved count too.
        cost: What is compared, in words.
    """

    profiles: tuple[Profile, ...]
    problems: int
    cost: str


def performance_profile_info(costs: Mapping[str, Sequence[float]], cost: str = "cost") -> PerformanceProfile:
    """Return the profiles of several solvers.

    Args:
        costs: For each solver what each problem cost it, above 0; infinite where it failed. The problems are the same.
        cost: What that is, in words.

    Raises:
        ValueError: There is no solver or no problem, they differ in their problems, or a cost is not above 0.
    """
    counts = {len(own) for own in costs.values()}
    if len(counts) != 1 or 0 in counts:
        raise ValueError("Every solver needs the cost of every problem, and there must be at least one of both.")
    if not all(value > 0 for own in costs.values() for value in own):
        raise ValueError("Costs must be above 0.")
    best = [min(own) for own in zip(*costs.values(), strict=True)]
    return PerformanceProfile(tuple(_profile(name, own, best) for name, own in costs.items()), len(best), cost)


def performance_profile_plot(info: PerformanceProfile) -> "Figure":
    """Draw a step line per solver: the higher, the more problems it solves within the factor."""
    figure = plotly_objects().Figure()
    widest = max((ratio for profile in info.profiles for ratio in profile.ratios), default=1.0)
    end = 1.15 * max(widest, 1.5)
    for place, profile in enumerate(info.profiles):
        xs, ys = [1.0, *profile.ratios, end], [profile.within(1.0), *profile.parts, profile.within(end)]
        hover = "%{fullData.name}<br>within %{x:.3g} times the best: %{y:.0%}<extra></extra>"
        figure.add_scatter(
            x=xs, y=ys, mode="lines", name=shown_name(profile.name), hovertemplate=hover,
            **series_look(place, shape="hv"),
        )  # fmt: skip
    styled(figure, title="", x=f"{info.cost}: times the least", y="part of the problems")
    figure.update_layout(
        margin={"t": 20, "b": 60},
        xaxis=log_axis(0.99, end) if end > 4 else {"range": [0.99, end]},
        yaxis={"range": [-0.02, 1.04], "tickformat": ".0%", "automargin": True},
        showlegend=True,
    )
    return figure


def _profile(name: str, own: Sequence[float], best: Sequence[float]) -> Profile:
    ratios = [cost / least for cost, least in zip(own, best, strict=True) if math.isfinite(cost)]
    distinct = sorted(set(ratios))
    return Profile(
        name, tuple(distinct), tuple(sum(other <= ratio for other in ratios) / len(best) for ratio in distinct)
    )
