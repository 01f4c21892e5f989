"""The logic of the editor without a widget: drafts, edits of a program, and requests."""

import pytest

from tests.widgets.conftest import Page
from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.edits import set_rank
from tnlab_widgets.base.editor_piece import EditorPiece

RING = formats["tr"].build((4, 4, 4), 2)


@pytest.fixture
def shown():
    shown = Page(EditorPiece(RING))
    yield shown
    shown.piece.close()


def test_it_holds_what_a_page_shows(shown):
    assert set(shown.piece.state) == set(EditorPiece.STATE)
    assert (shown.seen.edit, shown.seen.numbers["edit"]) == ("", "")
    assert shown.seen.structure == structure_json.to_dict(shown.piece.structure)
    assert EditorPiece().structure == formats["tensor_train"].build((4,) * 4, 2)


def test_a_draft_and_an_edit_of_a_program_are_named_edits(shown):
    edit = shown.propose(set_rank(RING, 0, 3))
    assert (shown.answer["edit"], shown.seen.edit) == (edit, f"{shown.client}:1")
    for count in (1, 2):
        shown.piece.structure = structure_json.to_dict(set_rank(RING, 0, 3 + count))
        assert shown.seen.edit == shown.seen.numbers["edit"] == f"python:{count}"
    shown.propose({})
    assert shown.answer["error"]
    assert shown.seen.edit == "python:2"


def test_a_change_is_told_after_it_is_complete_and_names_alone_are_none(shown):
    heard = []
    end = shown.piece.on_change(lambda structure: heard.append((structure.ranks, shown.seen.edit)))
    edit = shown.propose(set_rank(RING, 0, 3))
    record = structure_json.to_dict(shown.piece.structure)
    record["cores"][0]["name"] = "first"
    shown.propose(record)
    shown.piece.structure = RING
    assert heard == [((3, 2, 2), edit), ((2, 2, 2), "python:1")]
    end()
    shown.propose(set_rank(RING, 0, 3))
    assert len(heard) == 2


def test_a_function_that_raises_is_told_and_the_edit_stands(shown):
    def careless(structure):
        raise ZeroDivisionError(structure.order)

    shown.piece.on_change(careless)
    shown.propose(set_rank(RING, 0, 3))
    assert shown.answer["error"] == ""
    assert "careless, given to on_change, raised ZeroDivisionError: 3" in shown.seen.problem["text"]


def test_what_is_read_only_or_locked_refuses_drafts(shown):
    shown.piece.modes_locked = 1
    shown.propose(formats["tr"].build((4, 4, 5), 2))
    assert "The modes are those of the tensor, 4x4x4, but this structure has 4x4x5" in shown.answer["error"]
    with pytest.raises(StructureError, match="4x4x5"):
        shown.piece.structure = formats["tr"].build((4, 4, 5), 2)
    shown.piece.read_only = True
    shown.propose(set_rank(RING, 0, 3))
    assert shown.answer["error"] == "This diagram is read-only."
    assert (shown.seen.modes_locked, shown.seen.read_only, shown.seen.edit) == (True, True, "")
    shown.piece.label = "Mine"
    assert (shown.piece.label, shown.seen.label) == ("Mine", "Mine")


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("preset", {"name": "tt"}, "structure"),
        ("layout", {"structure": structure_json.to_dict(RING)}, "structure"),
        ("import", {"text": "ab,bc->ac"}, "structure"),
        ("export", {"format": "svg"}, "text"),
        ("measure", {"structure": structure_json.to_dict(RING), "pair": [0, 1]}, "cut"),
    ],
)
def test_requests_are_answered_and_change_nothing(shown, kind, fields, field):
    before = dict(shown.piece.state)
    answer = shown.say(kind, **fields)
    assert answer["error"] == ""
    assert field in answer or kind == "measure"
    assert shown.piece.state == before
