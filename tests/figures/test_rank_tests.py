"""Tests on ranks against the numbers that Demsar published."""

import math

import pytest

from tests.figures.samples import DEMSAR
from tnlab.figures import rank_tests
from tnlab.figures.rank_tests import critical_difference, friedman, holm, mean_ranks, pairwise_wilcoxon, wilcoxon

# The same, table 2: by how much C4.5+m is better than C4.5.
GAINS = (0.005, -0.008, 0.017, 0.033, 0.006, -0.005, 0.007, 0.0, 0.063, 0.0, 0.022, 0.047, 0.009, 0.021)


def test_the_friedman_test_of_demsar():
    assert mean_ranks(DEMSAR) == pytest.approx([3.143, 2.0, 2.893, 1.964], abs=5e-4)
    chi, statistic, p_value = friedman(DEMSAR)
    assert chi == pytest.approx(9.28, abs=5e-3)
    assert statistic == pytest.approx(3.69, abs=5e-3)
    assert p_value < 0.05  # the critical value of F(3, 39) is 2.85


@pytest.mark.parametrize(
    ("costs", "probability"),
    [
        ([[1, 2], [1, 2]], 1 / 2),
        ([[1, 2], [2, 1]], 1),
        ([[1, 2]] * 5, 2 / 2**5),
        ([[1, 2, 3]] * 2, 1 / 6),
        ([[1, 2, 3]] * 3, 1 / 36),
        ([[1, 2, 3, 4]] * 3, 1 / 24**2),
        ([[1, 1, 2], [1, 1, 2]], 1 / 3),  # ties: the two orders of equal costs are one
        ([[5, 5], [5, 5]], 1),
    ],
)
def test_on_few_data_sets_the_probability_is_exact(costs, probability):
    assert friedman(costs)[2] == pytest.approx(probability)


def test_the_exact_probability_is_that_of_published_tables():
    """Friedman 1937, table V: for three engines on five data sets, chi squared of 6.4 or more has probability 0.039."""
    costs = [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [3, 2, 1]]
    chi, _, p_value = friedman([[1, 2, 3], [1, 3, 2], [1, 2, 3], [1, 2, 3], [2, 1, 3]])
    assert chi == pytest.approx(6.4)
    assert p_value == pytest.approx(0.039, abs=5e-4)
    assert friedman(costs)[2] > 0.039


def test_beyond_few_data_sets_f_is_close_to_what_counting_gives(monkeypatch):
    exact = friedman(DEMSAR[:7])[2]
    monkeypatch.setattr(rank_tests, "EXACT", 0)
    assert friedman(DEMSAR[:7])[2] == pytest.approx(exact, abs=0.02)
    assert friedman([[1, 2, 3, 4]] * 3)[2] == pytest.approx(1 / 24**2)  # never less than chance can do


def test_costs_of_zero_count_and_nan_is_refused():
    assert wilcoxon([0.0] * 6, [1.0] * 6) == pytest.approx(2 / 2**6)
    assert wilcoxon([0.0] * 6, [math.inf] * 6) == pytest.approx(2 / 2**6)
    for test in (mean_ranks, friedman, pairwise_wilcoxon):
        for bad in (math.nan, -1.0):
            with pytest.raises(ValueError, match="inf where an engine failed"):
                test([[1.0, bad], [1.0, 2.0]])
    with pytest.raises(ValueError, match="inf where an engine failed"):
        wilcoxon([math.nan], [1.0])


def test_the_nemenyi_test_of_demsar():
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=5e-3)
    assert critical_difference(4, 14, 0.10) == pytest.approx(1.12, abs=5e-3)
    published = (1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164)
    for engines, value in enumerate(published, start=2):
        unit = math.sqrt(engines * (engines + 1) / 6)
        assert critical_difference(engines, 1) / unit == pytest.approx(value, abs=1e-3)


def test_the_wilcoxon_test_of_demsar():
    """There, the smaller sum of ranks is 12, and 21 is significant at 0.05."""
    p_value = wilcoxon([math.exp(gain) for gain in GAINS], [1.0] * len(GAINS))
    assert p_value == pytest.approx(0.011, abs=2e-3)
    assert wilcoxon([1.0] * 14, [1.0] * 14) == 1


def test_what_failed_is_worst_for_wilcoxon():
    one, other = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 4.5, 7.0, math.inf, math.inf, math.inf]
    assert wilcoxon(one, other) == wilcoxon(other, one) == pytest.approx(2 / 2**6)
    assert wilcoxon([math.inf] * 6, [math.inf] * 6) == 1


def test_holm():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.7]) == (1.0, 1.0)


def test_every_pair_is_tested_and_adjusted():
    assert pairwise_wilcoxon([[1.0, 1.0]] * 5) == {(0, 1): 1}
    adjusted = pairwise_wilcoxon([[1.0, 2.0, 3.0]] * 6)
    assert adjusted == pytest.approx(dict.fromkeys([(0, 1), (0, 2), (1, 2)], 3 * 2 / 2**6))
