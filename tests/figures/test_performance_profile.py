"""Performance profiles, computed by hand."""

import json
import math

import pytest

from tests.figures.samples import EVIL
from tnlab.figures.performance_profile import performance_profile_info, performance_profile_plot


def test_a_profile_by_hand():
    info = performance_profile_info({"a": [1.0, 4.0, 3.0, math.inf], "b": [2.0, 2.0, math.inf, math.inf]})
    a, b = info.profiles
    assert (a.ratios, a.parts) == ((1.0, 2.0), (0.5, 0.75))
    assert (b.ratios, b.parts) == ((1.0, 2.0), (0.25, 0.5))
    assert (a.within(1), a.within(1.9), a.within(math.inf), b.within(0.5)) == (0.5, 0.5, 0.75, 0.0)


@pytest.mark.parametrize("costs", [{}, {"a": []}, {"a": [1.0], "b": [1.0, 2.0]}, {"a": [0.0]}, {"a": [math.nan]}])
def test_a_profile_needs_costs(costs):
    with pytest.raises(ValueError, match=r"(needs the cost|must be above 0)"):
        performance_profile_info(costs)


def test_it_is_drawn_with_names_as_text():
    pytest.importorskip("plotly")
    info = performance_profile_info({EVIL: [1.0, math.inf], "b": [9.0, 1.0]})
    text = json.dumps(json.loads(performance_profile_plot(info).to_json()))
    assert "&lt;img" in text
    assert "<img" not in text
