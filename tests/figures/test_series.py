"""Names, colours and dashes of lines, and logarithmic axes."""

import pytest

from tnlab.figures.series import faint, log_axis, series_colour, series_look, shown_name


@pytest.mark.parametrize(("low", "high"), [(1, 103), (60, 260), (124, 129), (90, 1e6)])
def test_logarithmic_axes_have_a_handful_of_ticks(low, high):
    axis = log_axis(low, high)
    assert "nticks" in axis or 3 <= len(axis["tickvals"]) <= 10


def test_names_in_figures_are_text():
    assert shown_name("<b>a</b> & %{x}") == "&lt;b&gt;a&lt;/b&gt; &amp; %&#123;x}"
    assert len(shown_name("a" * 100)) == 32


def test_twelve_lines_have_looks_of_their_own():
    looks = [series_look(place)["line"] for place in range(12)]
    assert len({(look["color"], look["dash"]) for look in looks}) == 12
    assert all(look["color"] == series_colour(place) for place, look in enumerate(looks))
    assert min(look["width"] for look in looks) == 2


def test_a_band_is_transparent():
    assert faint("#0072B2") == "rgba(0, 114, 178, 0.16)"
