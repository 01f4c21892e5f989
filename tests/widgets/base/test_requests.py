"""Requests of the editor: presets, layouts, imports and exports."""

import pytest

from tnlab.errors import StructureError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab_widgets.base.requests import EXPORTS, answer

RING = formats["tr"].build((4, 5, 6), 3)
RECORD = structure_json.to_dict(RING)


def ask(kind, *, locked=False, **fields):
    return answer({"kind": kind, **fields}, RING, modes_locked=locked)


def test_a_preset_has_the_modes_and_rank_that_are_asked_for():
    built = structure_json.from_dict(ask("preset", name="tt", modes=[3, 4], rank=3)["structure"])
    assert (built.modes, built.ranks) == ((3, 4), (3,))
    locked = structure_json.from_dict(ask("preset", name="tt", modes=[3, 4], rank=3, locked=True)["structure"])
    assert locked.modes == RING.modes


def test_a_layout_gives_every_core_a_position():
    bare = RECORD | {"cores": [{"legs": core["legs"]} for core in RECORD["cores"]]}
    laid = structure_json.from_dict(ask("layout", structure=bare)["structure"])
    assert len({core.position for core in laid.cores}) == 3


@pytest.mark.parametrize("text", [structure_json.dumps(RING), "abi,bcj,cak->ijk"])
def test_json_and_einsum_text_are_imported(text):
    found = structure_json.from_dict(ask("import", text=text, locked=True)["structure"])
    assert found.modes == RING.modes
    assert sorted(bond.cores for bond in found.bonds) == [(0, 1), (0, 2), (1, 2)]


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_every_export_has_a_file_name_and_a_text(kind):
    found = ask("export", format=kind)
    assert found["text"]
    assert found["filename"].startswith("tensor_network.")


@pytest.mark.parametrize(
    ("kind", "fields", "error", "words"),
    [
        ("presett", {}, UnknownNameError, "preset"),
        ("export", {"format": "jsn"}, UnknownNameError, "json"),
        ("import", {"text": " "}, StructureError, "Paste a structure"),
        ("import", {"text": "x" * (1 << 20) + "x"}, StructureError, "1048577 characters"),
        ("preset", {"name": "tt", "modes": [2] * 65}, StructureError, "at most 64 sizes"),
        ("preset", {"name": "tt", "modes": "22"}, StructureError, "at most 64 sizes"),
    ],
)
def test_what_cannot_be_answered_says_why(kind, fields, error, words):
    with pytest.raises(error, match=words):
        ask(kind, **fields)


def test_a_preset_over_data_has_no_more_rank_than_its_cores_carry_and_says_so():
    large = ask("preset", name="fully_connected", rank=9, locked=True)
    built = structure_json.from_dict(large["structure"])
    assert built.parameters <= built.size
    assert large["note"].startswith(f"Rank {max(built.ranks)} instead of 9")
    assert not ask("preset", name="tt", rank=3, locked=True)["note"]
