"""What the figures of a comparison show, from outcomes written by hand."""

import math
from dataclasses import replace

import pytest

from tnlab.figures.comparison_figures import case_bound, comparison_figures


def test_the_median_and_the_profiles_are_those_of_the_outcomes(plan, outcomes):
    figures = comparison_figures(plan, outcomes)
    assert [(row.reached, row.failed) for row in figures.rows[:3]] == [(2, 0), (1, 0), (0, 2)]
    found, missed, failed = figures.by_parameters.profiles
    assert (found.within(1), found.within(80 / 60)) == (0.5, 1)  # 60 and 80 parameters, with one seed each
    assert (
        missed.within(math.inf) == missed.within(1) == 0.5
    )  # it missed with the first seed, and found 60 with the other
    assert failed.within(math.inf) == 0


def test_every_case_has_a_course_that_ends_with_the_longest_run(plan, outcomes):
    figures = comparison_figures(plan, outcomes)
    assert list(figures.courses) == list(plan.cases)
    for course in figures.courses.values():
        assert [one.evaluations[-1] for one in course.courses] == [9, 9, 9]
        assert course.courses[0].median[-1] == 70
        assert course.bound == figures.rows[0].bound


def test_ranks_need_two_engines_and_two_cases(plan, outcomes):
    assert comparison_figures(plan, outcomes).ranks.names[-1] == "none"
    assert comparison_figures(replace(plan, cases=plan.cases[:1]), outcomes).ranks is None
    assert comparison_figures(replace(plan, entrants=plan.entrants[:1]), outcomes).ranks is None


def test_the_bound_of_a_case_is_the_least_that_was_proved(plan, outcomes):
    rows = comparison_figures(plan, outcomes).rows
    case = plan.cases[0]
    own = [row for row in rows if row.case == case]
    least = min(row.bound for row in own if row.failed < row.runs)
    assert least > 0
    assert case_bound(case, rows) == (least, "rings and trains")
    assert case_bound(case, (replace(own[0], bound=0), own[1])) is None
    assert case_bound(case, ()) is None


def test_all_runs_must_be_there(plan, outcomes):
    outcomes.popitem()
    with pytest.raises(ValueError, match="1 of 18 runs"):
        comparison_figures(plan, outcomes)
