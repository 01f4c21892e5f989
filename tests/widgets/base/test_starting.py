"""Structures to start from: ranks that compress, and the format of the structure before."""

import pytest

from tnlab.errors import TnlabError
from tnlab.formats import formats
from tnlab.network.edits import add_bond, set_rank
from tnlab_widgets.base.starting import family_name, largest_that_fits, similar_structure, starting_structure

MODES = (16,) * 4


@pytest.mark.parametrize("name", ["tensor_train", "tensor_ring", "tucker"])
def test_the_first_rank_is_the_largest_that_compresses_32_times(name):
    start = starting_structure(MODES, name)
    assert start.parameters <= start.size / 32
    larger = formats[name].build(MODES, max(start.ranks) + 1)
    assert larger.parameters > larger.size / 32
    assert all(core.name and core.position is not None for core in start.cores)


DATA = [(16,) * 4, (4,) * 8, (2,) * 16, (256, 256, 3), (12, 5), (3, 4, 5, 6, 7), (32, 32, 32)]


@pytest.mark.parametrize("modes", DATA, ids=str)
def test_all_formats_start_with_about_as_many_parameters_and_with_ranks_that_are_carried(modes):
    for name, family in formats.items():
        if family.refusal(len(modes)):
            continue
        start, least = starting_structure(modes, name), family.build(modes, 1)
        budget = max(start.size / 32, least.parameters)
        assert start.parameters <= budget
        assert all(rank <= start.carriable_rank(bond) for bond, rank in enumerate(start.ranks))
        larger = [set_rank(start, bond, rank + 1) for bond, rank in enumerate(start.ranks)]
        carried = [each for bond, each in enumerate(larger) if start.ranks[bond] < start.carriable_rank(bond)]
        if 2 * start.parameters < budget and max(start.ranks) < 64:
            assert all(each.parameters > budget for each in carried), f"{name} has room for more"


@pytest.mark.parametrize("modes", DATA, ids=str)
def test_no_rank_makes_a_preset_larger_than_the_data(modes):
    for name, family in formats.items():
        for rank in (1, 2, 9, 1000, 10**12):
            if family.refusal(len(modes)):
                continue
            found = largest_that_fits(modes, name, rank)
            assert found.parameters <= max(found.size, family.build(modes, 1).parameters)
            assert all(least <= found.carriable_rank(bond) for bond, least in enumerate(found.ranks))


def test_no_rank_one_higher_would_fit():
    for name in ("tensor_ring", "cp", "grid"):
        found = largest_that_fits((4,) * 8, name, 10**12)
        assert formats[name].build((4,) * 8, max(found.ranks) + 1).parameters > found.size


def test_bonds_that_only_several_together_can_raise_are_raised():
    assert max(starting_structure((2,) * 16, "tucker").ranks) == 2
    assert max(starting_structure((16,) * 4, "mera").ranks) > 1


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
