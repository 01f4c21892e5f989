"""A structure survives JSON, and JSON that holds none is refused by the name of the field."""

import json

import pytest
from hypothesis import given

from tnlab.errors import StructureError
from tnlab.network import structure_json
from tnlab.network.structure import Core, Structure
from tnlab.testing.structures import structures


@given(structures())
def test_json_round_trip(structure):
    text = structure_json.dumps(structure)
    assert structure_json.loads(text) == structure
    assert hash(structure_json.loads(text)) == hash(structure)


def test_drawing_is_kept_but_is_no_part_of_identity():
    drawn = Structure((4,), (Core((0,), name="<b>A</b>", position=(1.0, -2.5), pinned=True),))
    again = structure_json.loads(structure_json.dumps(drawn)).cores[0]
    assert (again.name, again.position, again.pinned) == ("<b>A</b>", (1.0, -2.5), True)
    assert drawn == Structure((4,), (Core((0,)),))


def record(**changes):
    base = {
        "version": 1,
        "modes": [4, 5],
        "cores": [{"legs": [0]}, {"legs": [1]}],
        "bonds": [{"cores": [0, 1], "rank": 3}],
    }
    return {**base, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version must be 1"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"modes": [4, 0]}, "Mode 1 must have a whole size of at least 1, but has 0"),
        ({"modes": [4, 5.0]}, r"modes\[1\] must be a whole number"),
        ({"modes": [4, True]}, r"modes\[1\] must be a whole number"),
        ({"modes": [], "cores": [{"legs": []}], "bonds": []}, "at least one mode"),
        ({"modes": "45"}, "modes must be a list"),
        ({"cores": []}, "at least one core"),
        ({"cores": [{"legs": [0]}, {"legs": []}]}, "Mode 1 .* none carries it"),
        ({"cores": [{"legs": [0, 1]}, {"legs": [1]}]}, "Mode 1 .* 2 carry it"),
        ({"cores": [{"legs": [0]}, {"legs": [7]}]}, "Core B carries mode 7"),
        ({"cores": [{"legs": [0], "shape": "disc"}, {"legs": [1]}]}, r"cores\[0\] has an unknown field 'shape'"),
        ({"cores": [{"legs": [0], "position": [0, "x"]}, {"legs": [1]}]}, r"cores\[0\].position"),
        ({"cores": [{"legs": [0], "position": [0, float("nan")]}, {"legs": [1]}]}, r"cores\[0\].position"),
        ({"cores": [{"legs": [0], "name": 3}, {"legs": [1]}]}, r"cores\[0\].name"),
        ({"cores": [{"legs": [0], "pinned": 1}, {"legs": [1]}]}, r"cores\[0\].pinned"),
        ({"cores": [{}, {"legs": [1]}]}, r"cores\[0\] lacks the field 'legs'"),
        ({"bonds": [{"cores": [0, 1], "rank": 0}]}, "rank of at least 1, but has 0"),
        ({"bonds": [{"cores": [0, 1], "rank": 2.5}]}, r"bonds\[0\].rank must be a whole number"),
        ({"bonds": [{"cores": [0, 9], "rank": 2}]}, "joins core 9"),
        ({"bonds": [{"cores": [0], "rank": 2}]}, "at least two cores"),
        ({"bonds": [{"cores": [0, 0], "rank": 2}]}, "a core to itself"),
        ({"bonds": []}, "core B has no path to core A"),
        ({"bonds": {"rank": 1}}, "bonds must be a list"),
    ],
)
def test_bad_values_are_refused_by_name(changes, message):
    with pytest.raises(StructureError, match=message):
        structure_json.from_dict(record(**changes))


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"version": 1}', "[" * 100_000])
def test_what_is_not_a_structure_is_refused(text):
    with pytest.raises(StructureError):
        structure_json.loads(text)


def test_unknown_fields_of_real_json_are_refused():
    with pytest.raises(StructureError, match="lacks the field 'bonds'"):
        structure_json.loads(json.dumps({"version": 1, "modes": [1], "cores": []}))
