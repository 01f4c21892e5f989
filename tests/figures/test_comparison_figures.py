"""Figures and the report of a comparison: statistics against published numbers, and text that stays text."""

import json
import math
import re
import sys
from html import unescape

import pytest

from tnlab.figures.comparison_report import write_report
from tnlab.figures.convergence import convergence_info, convergence_plot
from tnlab.figures.critical_difference import critical_difference_info, critical_difference_plot
from tnlab.figures.performance_profile import performance_profile_info, performance_profile_plot
from tnlab.figures.rank_tests import critical_difference, friedman, holm, mean_ranks, pairwise_wilcoxon, wilcoxon
from tnlab.figures.series import log_axis, shown_name
from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan
from tnlab.structure_search.comparison.tensors import Origin

INF = math.inf
EVIL = '<img src=x onerror="window.hit=1">%{x}&</script>'
# Demsar 2006, table 6: ranks of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 data sets.
DEMSAR = (
    (4, 3, 2, 1), (1, 2, 3, 4), (4, 1, 2, 3), (4, 1, 3, 2), (4, 2, 3, 1), (1, 2.5, 4, 2.5), (3, 2, 4, 1),
    (2.5, 2.5, 4, 1), (4, 3, 2, 1), (2.5, 2.5, 2.5, 2.5), (4, 2.5, 1, 2.5), (3, 2, 4, 1), (4, 1, 2, 3), (3, 1, 4, 2),
)  # fmt: skip
# The same, table 2: by how much C4.5+m is better than C4.5.
GAINS = (0.005, -0.008, 0.017, 0.033, 0.006, -0.005, 0.007, 0.0, 0.063, 0.0, 0.022, 0.047, 0.009, 0.021)


def test_the_friedman_test_of_demsar():
    assert mean_ranks(DEMSAR) == pytest.approx([3.143, 2.0, 2.893, 1.964], abs=5e-4)
    chi, statistic, p_value = friedman(DEMSAR)
    assert chi == pytest.approx(9.28, abs=5e-3)
    assert statistic == pytest.approx(3.69, abs=5e-3)
    assert p_value < 0.05  # the critical value of F(3, 39) is 2.85


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
    one, other = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 4.5, 7.0, INF, INF, INF]
    assert wilcoxon(one, other) == wilcoxon(other, one) == pytest.approx(2 / 2**6)
    assert wilcoxon([INF] * 6, [INF] * 6) == 1


def test_holm():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.7]) == (1.0, 1.0)


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
    info = critical_difference_info({"c": [3.0] * 12, "a": [1.0] * 12, "b": [2.0] * 12, "d": [INF] * 12})
    assert (info.names, info.ranks) == (("a", "b", "c", "d"), (1, 2, 3, 4))
    assert (info.f_statistic, info.p_value) == (INF, 0)
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


def test_a_profile_by_hand():
    info = performance_profile_info({"a": [1.0, 4.0, 3.0, INF], "b": [2.0, 2.0, INF, INF]})
    a, b = info.profiles
    assert (a.ratios, a.parts) == ((1.0, 2.0), (0.5, 0.75))
    assert (b.ratios, b.parts) == ((1.0, 2.0), (0.25, 0.5))
    assert (a.within(1), a.within(1.9), a.within(INF), b.within(0.5)) == (0.5, 0.5, 0.75, 0.0)


@pytest.mark.parametrize("costs", [{}, {"a": []}, {"a": [1.0], "b": [1.0, 2.0]}, {"a": [0.0]}, {"a": [math.nan]}])
def test_a_profile_needs_costs(costs):
    with pytest.raises(ValueError, match=r"(needs the cost|must be above 0)"):
        performance_profile_info(costs)


def test_a_course_by_hand():
    runs = {"a": [[(1, 90), (3, 60)], [(2, 80)], []], "b": [[(5, 50)]]}
    a, b = convergence_info(runs, 40, 6).courses
    assert a.evaluations == (1, 2, 3, 6)
    assert a.median == (INF, 90, 80, 80)
    assert a.low == (INF, 85, 70, 70)
    assert a.high == (INF, INF, INF, INF)
    assert (b.evaluations, b.median) == ((1, 5, 6), (INF, 50, 50))


@pytest.mark.parametrize("runs", [{}, {"a": []}])
def test_a_course_needs_runs(runs):
    with pytest.raises(ValueError, match="at least one engine"):
        convergence_info(runs, None, 1)


@pytest.mark.parametrize(("low", "high"), [(1, 103), (60, 260), (124, 129), (90, 1e6)])
def test_logarithmic_axes_have_a_handful_of_ticks(low, high):
    axis = log_axis(low, high)
    assert "nticks" in axis or 3 <= len(axis["tickvals"]) <= 10


def test_names_in_figures_are_text():
    assert shown_name("<b>a</b> & %{x}") == "&lt;b&gt;a&lt;/b&gt; &amp; %&#123;x}"
    assert len(shown_name("a" * 100)) == 32


@pytest.mark.parametrize("bound", [None, 40])
def test_all_are_drawn(bound):
    pytest.importorskip("plotly")
    figure = convergence_plot(convergence_info({EVIL: [[(1, 90), (3, 60)]], "b": [[]]}, bound, 6)).to_plotly_json()
    names = [line["name"] for line in figure["data"] if line.get("name")]
    assert [name for name in names if "proved" in name] == ([] if bound is None else ["proved: not below 40"])
    assert names[-1] == "b (median: not reached)"
    profile = performance_profile_plot(performance_profile_info({EVIL: [1.0, INF], "b": [9.0, 1.0]}))
    ranks = critical_difference_plot(critical_difference_info({EVIL: [1.0, 2.0, 3.0], "b": [2.0, 3.0, 4.0]}))
    for text in (json.dumps(figure, default=list), profile.to_json(), ranks.to_json()):
        said = json.dumps(json.loads(text))
        assert "&lt;img" in said
        assert "<img" not in said


@pytest.fixture
def plan(tmp_path):
    origin = Origin(f"data {EVIL}", name="camera")
    limits = "ring", None, (4,) * 4
    cases = tuple(Case(f"{origin.label}, error {e}", origin, e, *limits, f"{e}", 70) for e in (0.1, 0.2, 0.3))
    evil = Entrant(f"engine {EVIL}", "tnls", (("samples", 8),))
    entrants = (evil, Entrant("other", "random"), Entrant("none", "rgtn"))
    text = f"# {EVIL} </pre>\nseeds = 2\n"
    return Plan(f"Title {EVIL}", entrants, cases, (0, 1), 100, 5.0, "inline", tmp_path, text)


def outcomes(plan):
    good = Outcome("", "ring", ((2, 0.5, 90), (4, 1.0, 60)), 0.01, 9, 20, 2.0, 50, "x")
    fair = Outcome("", "ring", ((3, 0.25, 80),), 0.09, 5, 20, 1.0, 40, "x")
    missed = Outcome("", "ring", (), 0.5, 7, 20, 3.0, 0, "x")
    by_name = {"tnls": (good, fair), "random": (missed, good), "rgtn": (Outcome(f"It {EVIL} fails."),) * 2}
    return {run: by_name[run.entrant.name][run.seed] for run in plan.runs}


def test_the_report_is_one_file_of_text(plan):
    pytest.importorskip("plotly")
    page = write_report(plan, outcomes(plan), {"torch": "2.6.0", "processor": "A <fast> one"}).read_text()
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "<img" not in markup
    assert plan.text in unescape(markup)
    assert plan.title in unescape(markup)
    assert f"It {EVIL} fails." in unescape(markup)
    assert "A &lt;fast&gt; one" in markup
    assert "0, 1" in markup
    assert not re.search(r"<(link|img|iframe|script)\b[^>]*(src|href)=", markup)
    assert page.count("Plotly.react(") >= 1
    assert page.count("plotly.js v") == 1
    assert "default-src 'none'" in unescape(page)
    figures = re.findall(r'<script type="application/json" id="[\w-]+">(.*?)</script>', page, flags=re.DOTALL)
    assert len(figures) == 3 + len(plan.cases)
    assert all(json.loads(figure)["data"] for figure in figures)
    assert "<" not in "".join(figures)


def test_the_report_says_what_came_out(plan):
    page = unescape(write_report(plan, outcomes(plan), {}).read_text())
    assert "6 runs could not be made" in page
    assert "3 engines on 3 cases with 2 seeds: 18 runs" in page
    assert "TNLS(samples=8," in page
    assert "3 data sets are too few to tell two engines apart by themselves" in page
    assert "least 60" in page


def test_without_plotly_there_are_tables_and_a_note(plan, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    page = write_report(plan, outcomes(plan), {}).read_text()
    assert "Figures are left out" in page
    assert "<script" not in page
    assert page.count("<table>") == 2 + len(plan.cases)


def test_a_report_needs_all_runs(plan):
    part = outcomes(plan)
    part.popitem()
    with pytest.raises(ValueError, match="1 of 18 runs"):
        write_report(plan, part, {})
