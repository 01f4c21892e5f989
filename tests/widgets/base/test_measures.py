"""Measures of the graph that the page asks for."""

import pytest

from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab_widgets import NetworkEditor

RING = formats["tr"].build((4,) * 4, (2, 3, 4, 5))


@pytest.fixture
def editor(page):
    return page(NetworkEditor(RING))


def measure(editor, structure=RING, **fields):
    """Return the reply about a structure."""
    return editor.ask("measure", structure=structure_json.to_dict(structure), **fields)


def test_a_ring_has_equal_leverages_and_its_two_thinnest_bonds_are_the_bottleneck(editor):
    reply = measure(editor)
    assert reply["error"] == ""
    assert reply["leverages"] == pytest.approx([0.75] * 4)  # Foster: they sum to 3
    assert sorted(RING.ranks[bond] for bond in reply["bottlenecks"]) == [2, 3]
    assert reply["pair"] is None


def test_two_cores_are_compared(editor):
    pair = measure(editor, pair=[0, 2])["pair"]
    assert pair["resistance"] == pytest.approx(1)
    assert len(pair["bonds"]) == 2
    assert pair["cut_rank"] == 8  # the thinner bond of either way round: 2 and 4


def test_the_draft_is_measured_not_the_structure_that_is_held(editor):
    reply = measure(editor, formats["tt"].build((4,) * 3, 2))
    assert reply["leverages"] == pytest.approx([1, 1])
    assert reply["bottlenecks"] == [0, 1]


@pytest.mark.parametrize("pair", [[0], [0, 0], [0, 4], [0, -1], [0, 1.5], "01", {"a": 1}, [[0], [1]], [0, 1, 2]])
def test_what_is_no_pair_is_refused(editor, pair):
    assert "pair must name two cores" in measure(editor, pair=pair)["error"]


def test_what_is_no_network_is_refused_with_its_reason(editor):
    record = structure_json.to_dict(RING)
    record["bonds"] = record["bonds"][:1]
    assert "connected" in editor.ask("measure", structure=record)["error"]
    assert editor.ask("measure")["error"] != ""


def test_an_enormous_cut_is_sent_as_a_number_that_the_page_has(editor):
    pair = measure(editor, formats["tr"].build((4,) * 3, 10**9), pair=[0, 1])["pair"]
    assert pair["cut_rank"] == 2**53


def test_more_cores_than_cuts_could_be_listed_for_are_measured(editor):
    """A corner of a grid is cut off by its two bonds, found without a look at each of the 2^63 cuts."""
    grid = formats["grid"].build((2,) * 64, 3)
    assert measure(editor, grid, pair=[0, 63])["pair"]["cut_rank"] == 9
