"""Statistical tests of whether several engines differ over several data sets: Friedman, Nemenyi, Wilcoxon, Holm.

References:
    Demsar 2006: https://jmlr.org/papers/v7/demsar06a.html
    Iman 1980: https://doi.org/10.1080/03610928008827904
    Holm 1979: https://www.jstor.org/stable/4615733
"""

import math
from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]  # scipy loads scipy.stats, which is slow to import, at its first use below

EXACT = 30_000  # sums of ranks that are formed to count a distribution exactly; beyond it F approximates it well


def mean_ranks(costs: ArrayLike) -> Values:
    """Return the mean rank of every column, 1 for the least cost; equal costs share the mean of their ranks.

    Args:
        costs: A row per data set, a column per engine; infinite is worst.

    Raises:
        ValueError: A cost is negative or NaN.
    """
    return scipy.stats.rankdata(_checked(costs), axis=1).mean(axis=0)


def friedman(costs: ArrayLike) -> tuple[float, float, float]:
    """Return Friedman's chi squared, the F of Iman and Davenport and a p-value, for k engines on N data sets.

    As in Demsar 2006, ties are not corrected for in chi squared and F, which is on the safe side. ``F`` is infinite
    where all data sets agree. Where N and k are small, as for two data sets, the p-value is exact: the part of all ways
    to exchange the engines' ranks within the data sets that puts the sums of ranks at least as far apart. Else it is
    that of F.

    Args:
        costs: A row per data set, a column per engine; at least two of both.

    Raises:
        ValueError: A cost is negative or NaN.
    """
    table = _checked(costs)
    sets, engines = table.shape
    ranks = scipy.stats.rankdata(table, axis=1)
    spread = float((ranks.mean(axis=0) ** 2).sum()) - engines * (engines + 1) ** 2 / 4
    chi = 12 * sets / (engines * (engines + 1)) * spread
    left = sets * (engines - 1) - chi
    statistic = (sets - 1) * chi / left if left > 1e-9 * sets else math.inf
    p_value = _exact_p(ranks)
    if p_value is None:
        least = math.exp((1 - sets) * math.lgamma(engines + 1))  # that all data sets agree by chance
        p_value = max(least, float(scipy.stats.f.sf(statistic, engines - 1, (engines - 1) * (sets - 1))))
    return chi, statistic, p_value


def _exact_p(ranks: Values) -> float | None:
    """Return the probability of rank sums at least as far apart if engines are exchanged at random in every row.

    Rank sums are counted as multisets, for every engine is as likely to have each of them.

    Args:
        ranks: A row per data set, a column per engine.

    Returns:
        The probability; None where more than ``EXACT`` sums would have to be formed.
    """
    doubled = np.rint(2 * ranks).astype(int)  # mean ranks of ties are multiples of a half
    ways, formed = {(0,) * doubled.shape[1]: 1.0}, 0
    for row in doubled:
        if len(ways) * math.factorial(len(row)) > EXACT - formed:
            return None
        longer: dict[tuple[int, ...], float] = {}
        for exchanged in permutations(row.tolist()):
            for sums, count in ways.items():
                key = tuple(sorted(a + b for a, b in zip(sums, exchanged, strict=True)))
                longer[key] = longer.get(key, 0.0) + count
        formed += len(ways) * math.factorial(len(row))
        ways = longer
    found = int((doubled.sum(axis=0) ** 2).sum())
    total = sum(ways.values())
    return sum(count for sums, count in ways.items() if sum(one * one for one in sums) >= found) / total


def _checked(costs: ArrayLike) -> Values:
    table = np.asarray(costs, dtype=float)
    if not (table >= 0).all():  # false for NaN
        raise ValueError("Costs must not be negative or NaN; write inf where an engine failed.")
    return table


def critical_difference(engines: int, sets: int, alpha: float = 0.05) -> float:
    """Return Nemenyi's critical difference: the least difference of two mean ranks that is significant at a level."""
    quantile = float(scipy.stats.studentized_range.ppf(1 - alpha, engines, np.inf)) / math.sqrt(2)
    return quantile * math.sqrt(engines * (engines + 1) / (6 * sets))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted for multiple tests by Holm's step-down method, in the given order."""
    adjusted, largest = [1.0] * len(p_values), 0.0
    for step, place in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        largest = max(largest, min(1.0, (len(p_values) - step) * p_values[place]))
        adjusted[place] = largest
    return tuple(adjusted)


def wilcoxon(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p-value of Wilcoxon's signed-rank test on the logarithms of two engines' costs.

    Logarithms, because costs on different data sets have different scales. The ranks of equal costs are split evenly
    between both signs. A pair with one infinite cost, or one of zero, ranks above all finite ratios.

    Raises:
        ValueError: A cost is negative or NaN.
    """
    _checked([*first, *second])
    gaps = [_log_ratio(a, b) for a, b in zip(first, second, strict=True)]
    largest = max((abs(gap) for gap in gaps if math.isfinite(gap)), default=0.0)
    finite = [gap if math.isfinite(gap) else math.copysign(largest + 1, gap) for gap in gaps]
    if not any(finite):
        return 1.0
    return float(scipy.stats.wilcoxon(np.round(finite, 12), zero_method="zsplit").pvalue)


def pairwise_wilcoxon(costs: ArrayLike) -> dict[tuple[int, int], float]:
    """Return the p-value of Wilcoxon's test for every two columns, with Holm's correction.

    Args:
        costs: A row per data set, a column per engine.

    Raises:
        ValueError: A cost is negative or NaN.
    """
    columns = _checked(costs).T
    pairs = list(combinations(range(len(columns)), 2))
    return dict(zip(pairs, holm([wilcoxon(list(columns[a]), list(columns[b])) for a, b in pairs]), strict=True))


def _log_ratio(first: float, second: float) -> float:
    if first == second:
        return 0.0
    if math.isinf(first) or second == 0:
        return math.inf
    if math.isinf(second) or first == 0:
        return -math.inf
    return math.log(first / second)
