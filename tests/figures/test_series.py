"""Colours, dashes and symbols of series."""

from tnlab.figures.series import faint, series_colour, series_look


def test_24_series_have_looks_of_their_own():
    looks = [series_look(place) for place in range(24)]
    assert len({(look["line"]["color"], look["line"]["dash"]) for look in looks}) == 24
    assert len({(look["marker"]["color"], look["marker"]["symbol"]) for look in looks}) == 24
    assert all(look["line"]["color"] == series_colour(place) for place, look in enumerate(looks))
    assert min(look["line"]["width"] for look in looks) == 2


def test_a_second_quantity_has_hollow_marks_of_the_same_series():
    whole, hollow = series_look(7)["marker"], series_look(7, hollow=True)["marker"]
    assert hollow == whole | {"symbol": whole["symbol"] + "-open"}


def test_a_band_is_transparent():
    assert faint("#0072B2") == "rgba(0, 114, 178, 0.16)"
