"""Critical-difference diagrams: mean ranks of engines over data sets, and groups that do not differ significantly.

References:
    Demsar 2006: https://jmlr.org/papers/v7/demsar06a.html
    Benavoli 2016: https://jmlr.org/papers/v17/benavoli16a.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tnlab.figures.labels import wrapped
from tnlab.figures.rank_tests import critical_difference, friedman, mean_ranks, pairwise_wilcoxon
from tnlab.figures.style import BLUE, GREY, PURPLE, plotly_objects, styled

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FEW = 10  # data sets: up to this many the tests' distributions are only approximate (Demsar 2006)
BAR, ROW = 0.3, 0.75  # vertical distances between bars and between names, in units of the y axis
NAMES = 165  # pixels for the names on either side
Group = tuple[int, int]  # places of the first and the last engine of a group in the order of mean ranks


@dataclass(frozen=True)
class CriticalDifference:
    """Data of ``critical_difference_plot``: mean ranks, the tests on them, and the groups of similar engines.

    Attributes:
        names: Names of the engines, the best first.
        ranks: Their mean ranks over the data sets, ascending.
        sets: Number of data sets.
        alpha: Significance level of the tests.
        chi_squared: Friedman's chi squared.
        f_statistic: The F statistic of Iman and Davenport.
        p_value: Probability of an F at least as large if all engines are equally good.
        difference: Nemenyi's critical difference: mean ranks that differ by less do not differ significantly.
        groups: Runs of engines within the critical difference, as places in ``names``.
        pairs: For every two places in ``names``, the p-value of Wilcoxon's test with Holm's correction.
        pair_groups: Runs of engines of which no two differ significantly by Wilcoxon's test.
        caution: Warning that there are few data sets, as a sentence; empty if there are enough.
    """

    names: tuple[str, ...]
    ranks: tuple[float, ...]
    sets: int
    alpha: float
    chi_squared: float
    f_statistic: float
    p_value: float
    difference: float
    groups: tuple[Group, ...]
    pairs: Mapping[tuple[int, int], float]
    pair_groups: tuple[Group, ...]
    caution: str

    @property
    def differ(self) -> bool:
        """Whether Friedman's test finds a difference at all; only then do the groups mean anything."""
        return self.p_value < self.alpha


def critical_difference_info(costs: Mapping[str, Sequence[float]], alpha: float = 0.05) -> CriticalDifference:
    """Rank several engines over the same data sets, and test which of them differ.

    Args:
        costs: For each engine its cost on each data set, less is better; infinite where it failed.
        alpha: Significance level of the tests.

    Raises:
        ValueError: There are fewer than two engines or data sets, or not every engine has all data sets.
    """
    counts = {len(own) for own in costs.values()}
    if len(costs) < 2 or len(counts) != 1 or min(counts) < 2:
        raise ValueError("Ranks need two engines and two data sets at least, and every engine on every data set.")
    table = np.array(list(costs.values()), dtype=float).T
    order = np.argsort(mean_ranks(table), kind="stable")
    table, names = table[:, order], [list(costs)[place] for place in order]
    ranks = [float(rank) for rank in mean_ranks(table)]
    sets, engines = table.shape
    chi, statistic, p_value = friedman(table)
    difference, pairs = critical_difference(engines, sets, alpha), pairwise_wilcoxon(table)
    return CriticalDifference(
        names=tuple(names),
        ranks=tuple(ranks),
        sets=sets,
        alpha=alpha,
        chi_squared=chi,
        f_statistic=statistic,
        p_value=p_value,
        difference=difference,
        groups=_groups(engines, lambda first, last: ranks[last] - ranks[first] < difference),
        pairs=pairs,
        pair_groups=_groups(engines, lambda first, last: _none_apart(pairs, first, last, alpha)),
        caution=_caution(sets, engines, alpha),
    )


def critical_difference_plot(info: CriticalDifference) -> "Figure":
    """Draw the mean ranks on an axis, and a bar over each group of engines within the critical difference."""
    figure = plotly_objects().Figure()
    styled(figure, title="")
    count, half = len(info.names), (len(info.names) + 1) // 2
    bars = info.groups if info.differ else ((0, count - 1),)
    top = -0.4 - BAR * len(bars)
    _draw_ruler(figure, info)
    for level, (first, last) in enumerate(bars):
        alike = wrapped(" ~ ".join(info.names[first : last + 1]), 60)
        hover = f"not told apart: {alike}<extra></extra>"
        look = {"line": {"color": PURPLE, "width": 6}, "showlegend": False, "hovertemplate": hover}
        x, y = [info.ranks[first] - 0.03, info.ranks[last] + 0.03], [-0.4 - BAR * level] * 2
        figure.add_scatter(x=x, y=y, mode="lines", **look)
    for place, (name, rank) in enumerate(zip(info.names, info.ranks, strict=True)):
        left = place < half
        _draw_name(
            figure, name, rank, side=0.9 if left else count + 0.1, depth=top - ROW * min(place, count - 1 - place)
        )
    hover = "mean rank %{x:.3f}<extra></extra>"
    figure.add_scatter(
        x=list(info.ranks),
        y=[0] * count,
        mode="markers",
        marker={"color": BLUE, "size": 10},
        showlegend=False,
        hovertemplate=hover,
    )
    bottom = top - ROW * half
    figure.update_layout(
        margin={"t": 10, "l": NAMES, "r": NAMES, "b": 10},
        height=round(46 * (2 - bottom)),
        xaxis={"visible": False, "range": [0.9, max(count, 1 + info.difference) + 0.1]},
        yaxis={"visible": False, "range": [bottom, 2]},
    )
    return figure


def _draw_name(figure: "Figure", name: str, rank: float, *, side: float, depth: float) -> None:
    """Lead a line from a mean rank down, and to the name of its engine beside the diagram."""
    left = side < 1
    x, y = [rank, rank, side], [0, depth, depth]
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": GREY, "width": 1.5}, showlegend=False, hoverinfo="skip", cliponaxis=False
    )
    shown = wrapped(name, 16, lines=2)
    text = f"{shown}  {rank:.2f} " if left else f" {rank:.2f}  {shown}"
    anchor = {"xanchor": "right" if left else "left", "yanchor": "middle", "align": "right" if left else "left"}
    figure.add_annotation(x=side, y=depth, text=text, showarrow=False, **anchor)


def _draw_ruler(figure: "Figure", info: CriticalDifference) -> None:
    """Draw the axis of ranks and, above it, a line as long as the critical difference."""
    count = len(info.names)
    figure.add_shape(x0=1, x1=count, y0=0, y1=0, line={"color": GREY, "width": 2}, layer="below")
    step = 1 + count // 16  # so many numbers are apart in a narrow notebook
    for rank in range(1, count + 1, step):
        figure.add_shape(x0=rank, x1=rank, y0=0, y1=0.15, line={"color": GREY, "width": 2}, layer="below")
        figure.add_annotation(x=rank, y=0.17, text=str(rank), yanchor="bottom", showarrow=False)
    figure.add_annotation(
        x=count, y=0.17, text="mean rank", yanchor="bottom", xanchor="left", xshift=12, showarrow=False
    )
    end = 1 + info.difference
    figure.add_shape(x0=1, x1=end, y0=1.2, y1=1.2, line={"color": PURPLE, "width": 2})
    for x in (1, end):
        figure.add_shape(x0=x, x1=x, y0=1.1, y1=1.3, line={"color": PURPLE, "width": 2})
    said = f"critical difference {info.difference:.2f}"
    figure.add_annotation(x=(1 + end) / 2, y=1.3, text=said, yanchor="bottom", showarrow=False)


def _groups(count: int, alike: Callable[[int, int], bool]) -> tuple[Group, ...]:
    """Return first and last of the longest runs of at least two of ``count`` places whose ends are ``alike``."""
    found: list[Group] = []
    for first in range(count):
        last = first
        while last + 1 < count and alike(first, last + 1):
            last += 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return tuple(found)


def _none_apart(pairs: Mapping[tuple[int, int], float], first: int, last: int, alpha: float) -> bool:
    return all(pairs[a, b] >= alpha for a in range(first, last) for b in range(a + 1, last + 1))


def _caution(sets: int, engines: int, alpha: float) -> str:
    """Return a sentence that warns if there are too few data sets for the tests; an empty text if there are enough."""
    least, needed = 2 * 0.5**sets, 1
    while engines * (engines - 1) * 0.5**needed >= alpha:  # Holm multiplies the least p-value by the number of pairs
        needed += 1
    if least >= alpha:
        return (
            f"{sets} data sets are too few to tell two engines apart by themselves: even if one is better on all of "
            f"them, chance alone does that with probability {least:.2g}. Take the ranks as a description."
        )
    if sets < needed:
        return (
            f"{sets} data sets are few: with {engines} engines it takes {needed} before Wilcoxon's test can tell two "
            "of them apart, after Holm's correction."
        )
    return f"With {sets} data sets the distributions that these tests rest on are rough." if sets <= FEW else ""
