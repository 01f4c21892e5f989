"""A page of HTML: escaped text, tables, figures with their data, and nothing fetched."""

import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest

from tests.figures.samples import EVIL
from tnlab.figures.report_page import Html, html_table, page, plot, plotly_source, tag


def test_text_is_escaped_and_markup_is_not():
    assert tag("p", EVIL).count("<") == 2
    assert tag("p", tag("b", "x")) == "<p><b>x</b></p>"
    made = ElementTree.fromstring(tag("a", "x", href='" onclick="', aria_label="<b>", class_="k"))
    assert made.attrib == {"href": '" onclick="', "aria-label": "<b>", "class": "k"}


def test_a_table_has_heads_of_columns_and_rows():
    root = ElementTree.fromstring(
        html_table("What", ["engine", tag("th", "n")], [("best", ["a", tag("td", "1")]), ("", [EVIL, "2"])], "Region")
    )
    assert root.attrib["aria-label"] == "Region"
    assert root.findtext("table/caption") == "What"
    first, second = root.findall("table/tbody/tr")
    assert (first.attrib, second.attrib) == ({"class": "best"}, {})
    assert second.findtext("th") == EVIL
    assert [row.findtext("td") for row in (first, second)] == ["1", "2"]


def test_the_data_of_a_figure_cannot_end_its_script():
    objects = pytest.importorskip("plotly.graph_objects")
    made = plot("one", objects.Figure().add_scatter(y=[1, 2], name=EVIL), "label", "caption")
    (data,) = re.findall(r'<script type="application/json" id="one-data">(.*?)</script>', made)
    assert "<" not in data
    assert json.loads(data)["data"][0]["name"] == EVIL
    assert "template" not in json.loads(data)["layout"]


def test_a_page_links_its_sections_and_fetches_nothing():
    sections = {"one": ("First", [tag("p", "a")]), "two": ("Second", [tag("p", "b")])}
    made = page("Title & more", sections, [tag("p", "head")], "")
    assert re.findall(r'<a href="#(\w+)">(\w+)</a>', made) == [("one", "First"), ("two", "Second")]
    assert "default-src 'none'" in unescape(made)
    assert "<title>Title &amp; more</title>" in made
    assert "<script" not in made
    assert page("", {}, [], "var plotly").count("<script>") == 2


def test_plotly_is_in_the_page_where_it_is_installed():
    pytest.importorskip("plotly")
    assert "plotly.js v" in plotly_source()
    assert isinstance(Html("a"), str)
