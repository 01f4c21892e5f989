"""Sections of the report: ranks and cases in words and tables."""

import re
from dataclasses import replace
from html import unescape

from tests.figures.samples import EVIL
from tnlab.figures.comparison_figures import comparison_figures
from tnlab.figures.comparison_sections import cases_section, ranks_section


def text(parts):
    """Return what a reader sees of a section."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", "".join(parts))).split())


def test_every_case_has_a_table_with_a_row_for_every_engine(plan, outcomes):
    parts = cases_section(comparison_figures(plan, outcomes), False)
    page = "".join(parts)
    assert page.count("<table>") == len(plan.cases)
    assert page.count("<tbody>") == len(plan.cases)
    assert page.count('scope="row"') == len(plan.cases) * len(plan.entrants)
    said = text(parts)
    assert "A tensor of 4x4x4x4 (256 entries), relative error 0.1, family ring, made of a structure with 70 p" in said
    assert f"failed: It {EVIL} fails." in unescape(page)
    assert "not reached" not in said  # each engine that ran reached the target with one seed at least
    assert "1 of 2 50%" in said


def test_a_median_of_seeds_that_missed_is_infinite(plan, outcomes):
    said = text(cases_section(comparison_figures(plan, outcomes), False))
    assert "∞ least 60" in said


def test_ranks_are_told_with_their_caution(plan, outcomes):
    figures = comparison_figures(plan, outcomes)
    said = text(ranks_section(figures, False))
    assert "Friedman's chi squared is" in said
    assert figures.ranks.caution in said
    assert "Ranks need two engines" in text(ranks_section(replace(figures, ranks=None), False))
