"""Structures to start from: ranks that compress, and the format of the structure before."""

import pytest

from tnlab.errors import TnlabError
from tnlab.formats import formats
from tnlab.network.edits import add_bond
from tnlab_widgets.base.starting import family_name, similar_structure, starting_structure

MODES = (16,) * 4


@pytest.mark.parametrize("name", ["tensor_train", "tensor_ring", "tucker"])
def test_the_first_rank_is_the_largest_that_compresses_32_times(name):
    start = starting_structure(MODES, name)
    assert start.parameters <= start.size / 32
    larger = formats[name].build(MODES, max(start.ranks) + 1)
    assert larger.parameters > larger.size / 32
    assert all(core.name and core.position is not None for core in start.cores)


def test_a_rank_may_be_given_and_one_mode_is_one_core():
    assert starting_structure(MODES, "tt", 3).ranks == (3, 3, 3)
    alone = starting_structure((7,))
    assert (len(alone.cores), alone.bonds, alone.modes) == (1, (), (7,))
    with pytest.raises(TnlabError):
        starting_structure((4, 4), "tr")


def test_a_format_is_known_by_its_topology():
    ring = formats["tensor_ring"].build(MODES, 5)
    assert family_name(ring) == "tensor_ring"
    assert family_name(add_bond(ring, (0, 2), 2)) == ""


def test_other_modes_keep_the_format_where_there_is_one():
    ring = formats["tensor_ring"].build(MODES, 5)
    assert family_name(similar_structure((8,) * 5, ring)) == "tensor_ring"
    assert family_name(similar_structure((8,) * 5, add_bond(ring, (0, 2), 2))) == "tensor_train"
    assert len(similar_structure((8, 8), ring).bonds) == 1  # there is no ring of two cores
