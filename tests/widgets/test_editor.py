"""The editor: proposals good and bad, numbers, requests, and the value for users."""

import json
import threading

import pytest
from traitlets import TraitError

from tests.waiting import PATIENCE
from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.edits import add_bond, set_rank
from tnlab.network.structure import Bond, Core, Structure
from tnlab_widgets import NetworkEditor

RING = formats["tr"].build((4, 4, 4), 3)


@pytest.fixture
def editor(page):
    return page(NetworkEditor(RING))


def changed(**fields):
    """Return the ring's JSON with some fields replaced."""
    return {**structure_json.to_dict(RING), **fields}


def test_a_good_proposal_becomes_the_structure_and_its_numbers(editor):
    larger = set_rank(RING, 0, 4)
    edit = editor.propose(larger)
    widget = editor.widget
    assert widget.structure == larger
    assert editor.seen.edit == edit
    assert (editor.answer["error"], editor.answer["late"]) == ("", False)
    assert (editor.answer["edit"], editor.answer["notice"], editor.seen.notice) == (edit, "", "")
    assert editor.seen.numbers == {
        "edit": edit,
        "parameters": larger.parameters,
        "compression_ratio": 64 / larger.parameters,
        "contraction_cost": editor.seen.numbers["contraction_cost"],
        "size": 64,
        "order": 3,
    }
    assert editor.seen.numbers["contraction_cost"] > 0


LINE = [{"legs": [0]}, {"legs": [1]}, {"legs": [2]}]


@pytest.mark.parametrize(
    ("proposal", "words"),
    [
        (changed(bonds=[{"cores": [0, 1], "rank": 0}, {"cores": [1, 2], "rank": 2}]), "rank of at least 1"),
        (changed(bonds=[{"cores": [0, 1], "rank": 2}]), "Every core must be connected"),
        (changed(bonds=[{"cores": [0, 1], "rank": 2.5}]), r"bonds\[0\].rank must be a whole number"),
        (changed(colour="red"), "unknown field 'colour'"),
        (changed(cores=[*LINE, {"legs": [0]}]), "exactly one core"),
        (changed(cores=LINE[:2]), "is carried|carries"),
        (changed(version=2), "version must be 1"),
        (changed(bonds=[{"cores": [0, 7], "rank": 2}]), "joins core 7"),
        (changed(cores=[{"legs": [0]}] * 300), "at most 256 cores"),
        (None, "must be a JSON object"),
        ("x" * 10**6, "must be a JSON object"),
    ],
)
def test_a_bad_proposal_is_answered_by_a_sentence_and_changes_nothing(editor, proposal, words):
    before = editor.seen.structure, editor.seen.numbers, editor.seen.edit
    editor.propose(proposal)
    assert editor.answer["error"].endswith(".")
    assert len(editor.answer["error"]) < 400
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(editor.answer["error"])
    assert (editor.seen.structure, editor.seen.numbers, editor.seen.edit) == before


def test_a_number_that_is_taken_is_answered_as_late_and_changes_nothing(editor):
    """An edit that arrives twice, another one under its number, or an older one."""
    first, other = (structure_json.to_dict(set_rank(RING, 0, rank)) for rank in (7, 5))
    say = editor.piece.receive
    say({"client": "a", "n": 9, "kind": "draft", "structure": first})
    for n in (9, 8, 1):
        say({"client": "a", "n": n, "kind": "draft", "structure": other})
        assert editor.heard[-1]["answer"] == {"client": "a", "n": n, "kind": "draft", "late": True, "error": ""}
        assert editor.widget.structure.ranks[0] == 7
    say({"client": "b", "n": 1, "kind": "draft", "structure": other})  # each client counts for itself
    assert editor.widget.structure.ranks[0] == 5
    assert editor.seen.edit == "b:1"
    say({"client": "a", "n": 10, "kind": "draft", "structure": first})
    assert editor.seen.edit == "a:10"


def test_markup_in_a_name_stays_text(editor):
    name = "<img src=x onerror=alert(1)>"
    cores = [{"legs": [0], "name": name}, {"legs": [1]}, {"legs": [2]}]
    editor.propose(changed(cores=cores))
    assert editor.widget.structure.cores[0].name == name
    svg = editor.ask("export", format="svg")["text"]
    assert "<img" not in svg
    assert "&lt;img" in svg


def test_every_core_gets_a_name_of_its_own_and_a_place(editor):
    cores = [{"legs": [0], "name": "B"}, {"legs": [1]}, {"legs": [2], "name": "B", "position": [5, 5]}]
    editor.propose(changed(cores=cores))
    value = editor.widget.structure
    assert [core.name for core in value.cores] == ["B", "A", "C"]
    assert value.cores[2].position == (5, 5)
    assert all(core.position is not None for core in value.cores)


def test_a_rank_beyond_what_neighbours_carry_is_a_notice(editor):
    editor.propose(set_rank(RING, 1, 20))
    assert editor.answer["error"] == ""
    assert editor.answer["notice"] == "Bond B-C has rank 20, but its neighbours can carry at most 12."
    assert editor.widget.structure.ranks == (3, 20, 3)


def test_a_mode_of_size_one_and_a_hyper_bond_are_fine(editor):
    structure = Structure((1, 4, 4), (Core((0,)), Core((1,)), Core((2,))), (Bond((0, 1, 2), 2),))
    editor.propose(structure)
    assert editor.widget.structure == structure


def test_read_only_refuses_edits_but_exports(page):
    shown = page(NetworkEditor(RING, read_only=True))
    shown.propose(set_rank(RING, 0, 4))
    assert shown.answer["error"] == "This diagram is read-only."
    assert shown.widget.structure == RING
    assert "tikzpicture" in shown.ask("export", format="tikz")["text"]


def test_locked_modes_cannot_change(page):
    shown = page(NetworkEditor(RING, modes_locked=True))
    shown.propose(formats["tr"].build((4, 4, 5), 3))
    assert "those of the tensor, 4x4x4, but this structure has 4x4x5" in shown.answer["error"]
    assert shown.ask("preset", name="tt", rank=2, modes=[9, 9])["structure"]["modes"] == [4, 4, 4]


def test_a_program_reads_and_writes_the_structure(editor):
    widget = editor.widget
    widget.structure = add_bond(RING, (0, 1), 2)
    assert editor.seen.edit == "python:1"
    assert editor.seen.structure["bonds"][-1] == {"cores": [0, 1], "rank": 2}
    widget.structure = structure_json.to_dict(set_rank(RING, 0, 9))
    assert widget.structure.ranks[0] == 9
    assert editor.seen.numbers["parameters"] == widget.structure.parameters
    widget.value = structure_json.dumps(RING)  # the former name
    for refused, words in (({"version": 3, "modes": [], "cores": [], "bonds": []}, "version"), ({}, "lacks the field")):
        with pytest.raises(StructureError, match=words):
            widget.structure = refused
    assert widget.structure == widget.value == RING
    assert editor.seen.structure == structure_json.to_dict(widget.structure)


def test_a_program_hears_of_edits_by_person_and_program_until_it_has_heard_enough(editor):
    heard = []
    end = editor.widget.on_change(heard.append)
    larger = set_rank(RING, 0, 4)
    editor.propose(larger)
    record = structure_json.to_dict(larger)
    record["cores"][0]["position"] = [300.0, 40.0]
    editor.propose(record)  # moved only
    editor.propose({})  # refused
    editor.widget.structure = RING
    assert heard == [larger, RING]
    end()
    editor.propose(larger)
    assert len(heard) == 2
    with pytest.raises(TypeError, match="on_change needs a function"):
        editor.widget.on_change("print")


def test_a_callback_holds_no_lock_and_may_edit_in_turn(editor):
    free = []

    def try_lock():
        free.append(editor.piece.guard.acquire(timeout=PATIENCE))
        editor.piece.guard.release()

    def answer(structure):
        other = threading.Thread(target=try_lock)
        other.start()
        other.join()
        if structure.ranks[0] == 4:
            editor.widget.structure = set_rank(structure, 0, 5)

    editor.widget.on_change(answer)
    editor.propose(set_rank(RING, 0, 4))
    assert free == [True, True]
    assert editor.widget.structure.ranks[0] == editor.seen.structure["bonds"][0]["rank"] == 5


def test_an_error_of_a_callback_is_the_users_and_page_and_python_agree(editor, caplog):
    def my_mistake(structure):
        raise ZeroDivisionError("mine")

    editor.widget.on_change(my_mistake)
    edit = editor.propose(set_rank(RING, 0, 4))
    assert editor.answer["error"] == ""
    assert "my_mistake, given to on_change, raised ZeroDivisionError: mine." in editor.seen.problem["text"]
    assert "Your function" in editor.seen.problem["text"]
    assert "ZeroDivisionError" in caplog.text
    assert editor.widget.structure.ranks[0] == editor.seen.structure["bonds"][0]["rank"] == 4
    assert editor.seen.edit == edit


def test_an_error_of_an_observer_of_the_wire_leaves_page_and_python_in_agreement(editor, caplog):
    def mistake(change):
        raise ZeroDivisionError("mine")

    editor.widget.observe(mistake, names=["wire_structure", "wire_numbers"])
    edit = editor.propose(set_rank(RING, 0, 4))
    assert editor.widget.wire_edit == editor.seen.edit == edit
    assert editor.widget.wire_structure == editor.seen.structure == structure_json.to_dict(editor.widget.structure)
    assert editor.widget.wire_numbers == editor.seen.numbers
    assert "An observer of wire_structure raised" in caplog.text


def test_what_only_python_writes_cannot_be_assigned(editor):
    for name in editor.piece.STATE:
        with pytest.raises(TraitError, match="read-only"):
            setattr(editor.widget, f"wire_{name}", {"mine": 1})


def test_only_what_a_person_wants_is_listed(editor):
    assert dir(editor.widget) == sorted(
        ["close", "label", "layout", "modes_locked", "on_change", "piece", "read_only", "structure", "value"]
    )


@pytest.mark.parametrize("name", formats)
def test_every_format_is_a_preset(editor, name):
    preset = next(preset for preset in editor.seen.presets if preset["name"] == name)
    assert all(isinstance(preset[key], str) and preset[key] for key in ("label", "short", "description"))
    reply = editor.ask("preset", name=name, rank=3, modes=[4] * 4)
    assert reply["error"] == ""
    built = structure_json.from_dict(reply["structure"])
    assert built == formats[name].build((4,) * 4, 3)
    assert editor.widget.structure == RING  # until the page proposes it


@pytest.mark.parametrize("order", [3, 5, 6])
def test_the_page_knows_which_formats_the_modes_refuse(editor, order):
    modes = list(range(order))
    editor.propose({"version": 1, "modes": [2] * order, "cores": [{"legs": modes}], "bonds": []})
    refusals = editor.seen.refusals
    for name in formats:
        error = editor.ask("preset", name=name, rank=2, modes=[2] * order)["error"]
        assert error == refusals.get(name, "")
    assert ("matrix_product_operator" in refusals) == (order in (3, 5))
    assert ("mera" in refusals) == (order == 3)


def test_a_preset_that_cannot_be_built_is_a_sentence(editor):
    assert "at least" in editor.ask("preset", name="tr", rank=2, modes=[4])["error"]
    assert "Did you mean 'tensor_train'?" in editor.ask("preset", name="tensor_trian", rank=2, modes=[4, 4])["error"]
    assert "above 0" in editor.ask("preset", name="tt", rank=0, modes=[4, 4])["error"]


def test_layout_leaves_pinned_cores_where_they_are(editor):
    record = structure_json.to_dict(RING)
    record["cores"][1] |= {"position": [500.0, 400.0], "pinned": True}
    laid_out = editor.ask("layout", structure=record)["structure"]
    assert laid_out["cores"][1]["position"] == [500.0, 400.0]
    assert len({tuple(core["position"]) for core in laid_out["cores"]}) == 3


@pytest.mark.parametrize("form", ["json", "einsum"])
def test_what_is_exported_can_be_imported(editor, form):
    editor.propose(RING)
    exported = editor.ask("export", format=form)
    assert exported["filename"].startswith("tensor_network.")
    reply = editor.ask("import", text=exported["text"])
    assert reply["error"] == ""
    imported = structure_json.from_dict(reply["structure"])
    assert [core.legs for core in imported.cores] == [core.legs for core in RING.cores]
    assert len(imported.bonds) == 3
    if form == "json":
        assert imported == RING


@pytest.mark.parametrize("text", ["", "ab,cd->abcd->", '{"version": 1}', "[1, 2", None, 7, "x" * 2**21])
def test_a_bad_import_is_a_sentence(editor, text):
    reply = editor.ask("import", text=text)
    assert reply["error"].endswith(".")
    assert "structure" not in reply


def test_exported_python_runs(editor):
    source = editor.ask("export", format="python")["text"]
    compile(source, "tensor_network.py", "exec")
    assert json.loads(editor.ask("export", format="json")["text"])["modes"] == [4, 4, 4]


def test_unknown_requests_are_refused_by_name(editor):
    assert "Unknown message 'explode'" in editor.ask("explode")["error"]
    assert "Unknown export format 'exe'" in editor.ask("export", format="exe")["error"]


def test_an_unforeseen_failure_is_a_sentence_too(editor, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("tnlab_widgets.base.editor_piece.numbers", fail)
    editor.propose(set_rank(RING, 0, 4))
    assert "did not foresee: ZeroDivisionError: oops" in editor.answer["error"]
    assert editor.widget.structure == RING
