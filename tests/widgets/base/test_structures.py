"""Structures for the page: limits, names and positions, notices, and numbers."""

import json

import pytest

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.edits import set_rank
from tnlab_widgets.base.structures import (
    as_structure,
    notice,
    numbers,
    presentable,
    presets,
    refusals,
    structure_from_page,
)

TRAIN = formats["tt"].build((4, 5, 6), 2)
RECORD = structure_json.to_dict(TRAIN)


def test_a_structure_is_given_as_itself_or_as_json():
    assert as_structure(TRAIN) is TRAIN
    assert as_structure(RECORD) == as_structure(json.dumps(RECORD)) == TRAIN


def bare(legs=(0, 1, 2), **fields):
    return {"version": 1, "modes": [2] * len(legs), "cores": [{"legs": [leg]} for leg in legs], "bonds": [], **fields}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({**RECORD, "cores": RECORD["cores"] * 100}, "at most 256 cores, but this has 300"),
        ({**RECORD, "bonds": RECORD["bonds"] * 1025}, "at most 2048 bonds, but this has 2050"),
        ({**RECORD, "modes": [4, 5, 2**60]}, "entries in a mode, but this has about 2\\^60"),
        (structure_json.to_dict(set_rank(TRAIN, 0, 2**60)), "as a rank, but this has about 2\\^60"),
        ({**bare(()), "modes": [2] * 130, "cores": [{"legs": list(range(130))}]}, "legs and bonds on a core"),
        ([], "object"),
    ],
)
def test_what_is_too_large_to_draw_is_refused(record, words):
    with pytest.raises(StructureError, match=words):
        structure_from_page(record)


def test_every_core_gets_a_name_of_its_own_and_a_position():
    cores = [{"legs": [0], "name": "B"}, {"legs": [1], "name": "B"}, {"legs": [2]}]
    shown = structure_from_page({**RECORD, "cores": cores})
    names = [core.name for core in shown.cores]
    assert names[0] == "B"
    assert len(set(names)) == 3
    assert all(core.position is not None for core in shown.cores)
    assert presentable(shown) == shown


def test_a_rank_above_what_its_neighbours_carry_is_noticed():
    assert notice(TRAIN) == ""
    said = notice(set_rank(TRAIN, 0, 9))
    assert "has rank 9" in said
    assert "at most 4" in said
    assert notice(set_rank(set_rank(TRAIN, 0, 90), 1, 90)).endswith("1 more like it.")


def test_numbers_of_a_train():
    known = numbers(TRAIN, "a:3")
    assert (known["edit"], known["order"], known["size"]) == ("a:3", 3, 120)
    assert known["parameters"] == 4 * 2 + 2 * 5 * 2 + 2 * 6
    assert known["compression_ratio"] == pytest.approx(120 / 40)


def test_every_format_is_a_preset_and_those_refuse_an_order_that_have_no_structure_over_it():
    assert [preset["name"] for preset in presets()] == list(formats)
    assert "tensor_ring" in refusals(2)
    assert "tensor_train" not in refusals(2)
