"""The course of searches over seeds, computed by hand."""

import json
import math

import pytest

from tests.figures.samples import EVIL, shown
from tnlab.figures.convergence import convergence_info, convergence_plot


def test_a_course_by_hand():
    runs = {"a": [[(1, 90), (3, 60)], [(2, 80)], []], "b": [[(5, 50)]]}
    a, b = convergence_info(runs, 40, 6).courses
    assert a.evaluations == (1, 2, 3, 6)
    assert a.median == (math.inf, 90, 80, 80)
    assert a.low == (math.inf, 85, 70, 70)
    assert a.high == (math.inf, math.inf, math.inf, math.inf)
    assert (b.evaluations, b.median) == ((1, 5, 6), (math.inf, 50, 50))


@pytest.mark.parametrize("runs", [{}, {"a": []}])
def test_a_course_needs_runs(runs):
    with pytest.raises(ValueError, match="at least one engine"):
        convergence_info(runs, None, 1)


@pytest.mark.parametrize("bound", [None, 40])
def test_it_is_drawn_with_names_as_text(bound):
    pytest.importorskip("plotly")
    figure = convergence_plot(convergence_info({EVIL: [[(1, 90), (3, 60)]], "b": [[]]}, bound, 6, "trees"))
    names = [line["name"] for line in shown(figure)["data"] if line.get("name")]
    assert [name for name in names if "proved" in name] == ([] if bound is None else ["proved for trees: not below 40"])
    assert names[-1] == "b (median: not reached)"
    text = json.dumps(json.loads(figure.to_json()))
    assert "&lt;img" in text
    assert "<img" not in text
