"""The editor: proposals good and bad, numbers, requests, and the value for users."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    seq = editor.propose(larger)
    widget = editor.widget
    assert widget.value == larger
    assert widget.structure_seq == seq
    assert widget.verdict == {"seq": seq, "error": "", "notice": ""}
    assert widget.numbers == {
        "seq": seq,
        "parameters": larger.parameters,
        "compression_ratio": 64 / larger.parameters,
        "contraction_cost": widget.numbers["contraction_cost"],
        "size": 64,
        "order": 3,
    }
    assert widget.numbers["contraction_cost"] > 0


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
    before = editor.widget.structure, editor.widget.numbers, editor.widget.structure_seq
    seq = editor.propose(proposal)
    assert editor.widget.verdict["seq"] == seq
    assert editor.widget.verdict["error"].endswith(".")
    assert len(editor.widget.verdict["error"]) < 400
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(editor.widget.verdict["error"])
    assert (editor.widget.structure, editor.widget.numbers, editor.widget.structure_seq) == before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["seq", "structure", "kind", "modes", "cores", "bonds"]), json_values))
def test_nothing_the_page_sends_raises_or_breaks_the_structure(message):
    widget = NetworkEditor(RING)
    for trait in ("proposal", "request"):
        widget.set_state({trait: message})
        widget.set_state({trait: message.get("structure")})
    assert widget.value == RING
    widget.close()


def test_a_number_that_is_taken_is_not_answered_again(editor):
    """An edit that arrives twice, or another one under its number, changes nothing and gets no second verdict."""
    first, other = (structure_json.to_dict(set_rank(RING, 0, rank)) for rank in (7, 5))
    editor.widget.set_state({"proposal": {"seq": 10**9, "structure": first}})
    verdict = editor.widget.verdict
    editor.widget.set_state({"proposal": {"seq": 10**9, "structure": other}})
    assert editor.widget.value.ranks[0] == 7
    editor.widget.set_state({"proposal": {"seq": 10**9, "structure": {}}})
    assert editor.widget.verdict is verdict
    editor.widget.set_state({"proposal": {"seq": 10**9 + 1, "structure": other}})
    assert editor.widget.value.ranks[0] == 5


def test_a_late_proposal_does_not_undo_a_newer_one(editor):
    newer, older = structure_json.to_dict(set_rank(RING, 0, 7)), structure_json.to_dict(set_rank(RING, 0, 5))
    editor.widget.set_state({"proposal": {"seq": 10**9 + 1, "structure": newer}})
    editor.widget.set_state({"proposal": {"seq": 10**9, "structure": older}})
    assert editor.widget.value.ranks[0] == 7
    assert editor.widget.structure_seq == 10**9 + 1


def test_markup_in_a_name_stays_text(editor):
    name = "<img src=x onerror=alert(1)>"
    cores = [{"legs": [0], "name": name}, {"legs": [1]}, {"legs": [2]}]
    editor.propose(changed(cores=cores))
    assert editor.widget.value.cores[0].name == name
    svg = editor.ask("export", format="svg")["text"]
    assert "<img" not in svg
    assert "&lt;img" in svg


def test_every_core_gets_a_name_of_its_own_and_a_place(editor):
    cores = [{"legs": [0], "name": "B"}, {"legs": [1]}, {"legs": [2], "name": "B", "position": [5, 5]}]
    editor.propose(changed(cores=cores))
    value = editor.widget.value
    assert [core.name for core in value.cores] == ["B", "A", "C"]
    assert value.cores[2].position == (5, 5)
    assert all(core.position is not None for core in value.cores)


def test_a_rank_beyond_what_neighbours_carry_is_a_notice(editor):
    editor.propose(set_rank(RING, 1, 20))
    assert editor.widget.verdict["error"] == ""
    assert editor.widget.verdict["notice"] == "Bond B-C has rank 20, but its neighbours can carry at most 12."
    assert editor.widget.value.ranks == (3, 20, 3)


def test_a_mode_of_size_one_and_a_hyper_bond_are_fine(editor):
    structure = Structure((1, 4, 4), (Core((0,)), Core((1,)), Core((2,))), (Bond((0, 1, 2), 2),))
    editor.propose(structure)
    assert editor.widget.value == structure


def test_read_only_refuses_edits_but_exports(page):
    shown = page(NetworkEditor(RING, read_only=True))
    shown.propose(set_rank(RING, 0, 4))
    assert shown.widget.verdict["error"] == "This diagram is read-only."
    assert shown.widget.value == RING
    assert "tikzpicture" in shown.ask("export", format="tikz")["text"]


def test_locked_modes_cannot_change(page):
    shown = page(NetworkEditor(RING, modes_locked=True))
    shown.propose(formats["tr"].build((4, 4, 5), 3))
    assert "those of the tensor, 4x4x4, but this structure has 4x4x5" in shown.widget.verdict["error"]
    assert shown.ask("preset", name="tt", rank=2, modes=[9, 9])["structure"]["modes"] == [4, 4, 4]


def test_users_read_and_write_the_value(editor):
    widget = editor.widget
    widget.value = add_bond(RING, (0, 1), 2)
    assert widget.structure_seq < 0
    assert widget.structure["bonds"][-1] == {"cores": [0, 1], "rank": 2}
    widget.structure = structure_json.to_dict(set_rank(RING, 0, 9))
    assert widget.value.ranks[0] == 9
    assert widget.numbers["parameters"] == widget.value.parameters
    widget.value = structure_json.dumps(RING)
    with pytest.raises(StructureError, match="version"):
        widget.value = {"version": 3, "modes": [], "cores": [], "bonds": []}
    with pytest.raises(Exception, match="lacks the field"):
        widget.structure = {}
    assert widget.value == RING
    assert widget.structure == structure_json.to_dict(widget.value)


@pytest.mark.parametrize("name", formats)
def test_every_format_is_a_preset(editor, name):
    preset = next(preset for preset in editor.widget.presets if preset["name"] == name)
    assert all(isinstance(preset[key], str) and preset[key] for key in ("label", "short", "description"))
    reply = editor.ask("preset", name=name, rank=3, modes=[4] * 4)
    assert reply["error"] == ""
    built = structure_json.from_dict(reply["structure"])
    assert built == formats[name].build((4,) * 4, 3)
    assert editor.widget.value == RING  # until the page proposes it


@pytest.mark.parametrize("order", [3, 5, 6])
def test_the_page_knows_which_formats_the_modes_refuse(editor, order):
    modes = list(range(order))
    editor.propose({"version": 1, "modes": [2] * order, "cores": [{"legs": modes}], "bonds": []})
    refusals = editor.widget.refusals
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
    assert "Unknown request 'explode'" in editor.ask("explode")["error"]
    assert "Unknown export format 'exe'" in editor.ask("export", format="exe")["error"]


def test_an_unforeseen_failure_is_a_sentence_too(editor, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("tnlab_widgets.editor.numbers", fail)
    editor.propose(set_rank(RING, 0, 4))
    assert "did not foresee: ZeroDivisionError: oops" in editor.widget.verdict["error"]
    assert editor.widget.value == RING
