"""The report of a comparison: one file, whose text stays text."""

import json
import re
import sys
from html import unescape

import pytest

from tests.figures.samples import EVIL
from tnlab.figures.comparison_report import write_report


def test_the_report_is_one_file_of_text(plan, outcomes):
    pytest.importorskip("plotly")
    page = write_report(plan, outcomes, {"torch": "2.6.0", "processor": "A <fast> one"}).read_text()
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


def test_the_report_says_what_came_out(plan, outcomes):
    page = unescape(write_report(plan, outcomes, {}).read_text())
    assert "6 runs could not be made" in page
    assert "3 engines on 3 cases with 2 seeds: 18 runs" in page
    assert "TNLS(samples=8," in page
    assert "3 data sets are too few to tell two engines apart by themselves" in page
    assert "least 60" in page


def test_without_plotly_there_are_tables_and_a_note(plan, outcomes, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    page = write_report(plan, outcomes, {}).read_text()
    assert "Figures are left out" in page
    assert "<script" not in page
    assert page.count("<table>") == 2 + len(plan.cases)


def test_a_report_needs_all_runs(plan, outcomes):
    part = outcomes
    part.popitem()
    with pytest.raises(ValueError, match="1 of 18 runs"):
        write_report(plan, part, {})
