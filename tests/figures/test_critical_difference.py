"""Ranks of engines and the groups that are not told apart, as Demsar finds them."""

import json
import math

import pytest

from tests.figures.samples import DEMSAR, EVIL
from tnlab.figures.critical_difference import critical_difference_info, critical_difference_plot
from tnlab.figures.rank_tests import pairwise_wilcoxon


def test_groups_as_demsar_finds_them():
    columns = dict(zip(("C4.5", "m", "cf", "m+cf"), zip(*DEMSAR, strict=True), strict=True))
    strict = critical_difference_info(columns)
    assert strict.names == ("m+cf", "m", "cf", "C4.5")
    assert strict.differ
    assert strict.groups == ((0, 3),)  # 3.143 - 1.964 is below 1.25
    loose = critical_difference_info(columns, alpha=0.10)
    assert loose.groups == ((0, 2), (2, 3))  # C4.5 is worse than both that tune m
    assert loose.caution == ""


def test_engines_that_always_win_are_told_apart():
    info = critical_difference_info({"c": [3.0] * 12, "a": [1.0] * 12, "b": [2.0] * 12, "d": [math.inf] * 12})
    assert (info.names, info.ranks) == (("a", "b", "c", "d"), (1, 2, 3, 4))
    assert (info.f_statistic, info.p_value) == (math.inf, pytest.approx(1 / 24**11))
    assert info.groups == ((0, 1), (1, 2), (2, 3))  # the critical difference is 1.35
    assert info.pair_groups == ()
    assert list(info.pairs.values()) == pytest.approx([6 * 2 / 2**12] * 6)


def test_equal_engines_are_alike():
    info = critical_difference_info({"a": [1.0] * 5, "b": [1.0] * 5})
    assert (info.chi_squared, info.p_value, info.groups, info.pair_groups) == (0, 1, ((0, 1),), ((0, 1),))
    assert pairwise_wilcoxon([[1.0, 1.0]] * 5) == {(0, 1): 1}


@pytest.mark.parametrize(("sets", "words"), [(5, "too few"), (6, "few: with 3 engines it takes 7"), (9, "rough")])
def test_too_few_data_sets_are_said_to_be(sets, words):
    assert words in critical_difference_info({name: [1.0] * sets for name in "abc"}).caution


@pytest.mark.parametrize("costs", [{"a": [1.0, 2.0]}, {"a": [1.0], "b": [1.0]}, {"a": [1.0, 2.0], "b": [1.0]}])
def test_ranks_need_two_of_both(costs):
    with pytest.raises(ValueError, match="two engines and two data sets"):
        critical_difference_info(costs)


def test_it_is_drawn_with_names_as_text():
    pytest.importorskip("plotly")
    info = critical_difference_info({EVIL: [1.0, 2.0, 3.0], "b": [2.0, 3.0, 4.0]})
    text = json.dumps(json.loads(critical_difference_plot(info).to_json()))
    assert "&lt;img" in text
    assert "<img" not in text
