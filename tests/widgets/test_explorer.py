"""The Explorer as the page sees it."""

import io
import threading

import numpy as np
import pytest
import torch

from tests.waiting import PATIENCE, wait_for
from tests.widgets.conftest import another_fit
from tnlab.data import Source, datasets
from tnlab.errors import DataError, StructureError, TnlabError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network import structure_json
from tnlab.network.edits import add_bond, set_rank
from tnlab.solvers.als import ALS
from tnlab_widgets import Explorer
from tnlab_widgets.fitting.certifier_desk import Minimum


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def test_it_opens_on_the_photograph_being_fitted_as_a_tensor_train(page):
    shown = page(Explorer())
    widget = shown.widget
    assert (shown.seen.data["modes"], shown.seen.data["order"]) == ([16] * 4, "quantised")
    assert widget.modes_locked
    assert [core.legs for core in widget.structure.cores] == [(0,), (1,), (2,), (3,)]
    assert len(widget.structure.bonds) == 3
    state = shown.settled()
    assert 0.1 < state["relative_error"] < 0.2
    assert state["relative_error"] == pytest.approx(relative_error(widget.tensor, widget.network.to_tensor()), abs=1e-6)
    assert widget.relative_error == state["relative_error"]
    assert state["errors"][-1] == pytest.approx(state["relative_error"])
    assert [len(values) for values in shown.seen.spectra["values"]] == list(widget.structure.ranks)
    assert all(values == sorted(values, reverse=True) for values in shown.seen.spectra["values"])
    assert shown.visits == [
        {
            "id": 1,
            "parameters": widget.structure.parameters,
            "relative_error": widget.visits[0].relative_error,
            "label": "4 cores, ranks 7, 7, 7",
            "status": state["status"],
            "cut_short": False,
            "format": "Tensor train",
        }
    ]
    assert shown.seen.current_id == 1
    assert sorted(entry["name"] for entry in shown.seen.datasets) == sorted(datasets)


def test_pictures_are_the_tensor_its_reconstruction_and_what_is_left(explorer):
    widget = explorer.widget
    original = np.frombuffer(explorer.seen.original["pixels"], np.uint8).astype(float)
    shown = np.frombuffer(explorer.seen.pictures["reconstruction"], np.uint8).astype(float)
    left = np.frombuffer(explorer.seen.pictures["residual"], np.uint8).astype(float)
    assert (
        explorer.seen.original["width"] * explorer.seen.original["height"]
        == len(original)
        == len(shown)
        == len(left)
        == 65536
    )
    scale = explorer.seen.pictures["residual_scale"]
    inside = (shown > 0) & (shown < 255) & (left > 0) & (left < 255)
    difference = (original - shown)[inside] / 255
    assert np.abs(difference - ((left - 127.5) / 127.5 * scale)[inside]).max() < 0.02
    error = np.linalg.norm(original - shown) / np.linalg.norm(original)
    assert error == pytest.approx(widget.relative_error, abs=0.02)


def test_a_larger_rank_lowers_the_error(explorer):
    widget = explorer.widget
    before = widget.relative_error
    edit = explorer.propose(set_rank(widget.structure, 1, 8))
    assert (explorer.seen.edit, explorer.seen.numbers["edit"]) == (edit, edit)
    state = explorer.settled()
    assert state["edit"] == explorer.seen.spectra["edit"] == explorer.seen.pictures["edit"] == edit
    assert state["relative_error"] < before
    assert len(explorer.visits) == len(widget.visits) == 2


def test_fifty_edits_are_taken_during_one_sweep_and_the_last_is_fitted(explorer, monkeypatch):
    widget, iterate = explorer.widget, ALS.iterate
    in_hand, may_end, ended_early = threading.Event(), threading.Event(), []

    def long_sweeps(*args, **kwargs):
        for snapshot in iterate(*args, **kwargs):
            in_hand.set()
            if not may_end.wait(PATIENCE):
                ended_early.append(snapshot)
            yield snapshot

    monkeypatch.setattr(ALS, "iterate", long_sweeps)
    for rank in range(1, 51):
        edit = explorer.propose(set_rank(widget.structure, 1, rank))
        assert in_hand.wait(PATIENCE)
        assert explorer.seen.edit == explorer.seen.numbers["edit"] == edit
    may_end.set()
    assert not ended_early  # an edit never waits for a fit
    state = explorer.settled()
    assert widget.network.structure.ranks[1] == widget.structure.ranks[1] == 50
    assert state["edit"] == edit


def test_edits_from_two_threads_while_the_worker_reports(explorer):
    widget, errors = explorer.widget, []

    def edit(bond):
        try:
            for rank in range(2, 22):
                explorer.propose(set_rank(widget.structure, bond, rank))
                explorer.command("target", value=0.2)
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=edit, args=(bond,)) for bond in (0, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    edit = explorer.propose(set_rank(widget.structure, 1, 3))
    assert explorer.settled()["edit"] == explorer.seen.edit == edit
    assert explorer.seen.problem.get("text", "") == ""


def test_a_moved_core_does_not_start_a_new_fit(explorer):
    widget = explorer.widget
    generation, record = explorer.seen.fit["generation"], structure_json.to_dict(widget.structure)
    record["cores"][0]["position"] = [-300.0, 40.0]
    edit = explorer.propose(record)
    assert widget.structure.cores[0].position == (-300, 40)
    assert explorer.seen.fit["generation"] == generation
    assert edit == explorer.seen.fit["edit"] == explorer.seen.spectra["edit"] == explorer.seen.pictures["edit"]


def test_a_bad_edit_leaves_the_fit_alone(explorer):
    widget = explorer.widget
    before = explorer.seen.fit, widget.structure
    record = structure_json.to_dict(widget.structure)
    explorer.propose({**record, "bonds": record["bonds"][:-1]})
    assert "must be connected" in explorer.answer["error"]
    explorer.propose(formats["tt"].build((4,) * 8, 2))
    assert "modes are those of the tensor" in explorer.answer["error"]
    assert (explorer.seen.fit, widget.structure) == before


def test_a_structure_too_large_to_fit_says_so_and_the_next_one_works(explorer):
    widget = explorer.widget
    large = widget.structure
    for bond in range(3):
        large = set_rank(large, bond, 20_000)
    explorer.propose(large)
    explorer.until(lambda: "Lower some ranks" in explorer.seen.problem.get("text", ""))
    assert not explorer.seen.fit["running"]
    assert explorer.seen.fit["relative_error"] is None
    explorer.propose(formats["tt"].build((16,) * 4, 5))
    assert explorer.settled()["relative_error"] < 0.3
    assert explorer.seen.problem == {}


def test_restoring_a_visited_structure_shows_its_error_again(explorer):
    widget = explorer.widget
    first, before = widget.structure, widget.relative_error
    explorer.propose(add_bond(widget.structure, (0, 3), 3))
    explorer.settled()
    explorer.command("restore", id=1)
    assert widget.structure == first
    assert explorer.seen.edit == "python:1"
    assert explorer.settled()["relative_error"] <= before + 1e-9
    explorer.until(lambda: explorer.seen.current_id == 1)
    explorer.command("restore", id=99)
    assert "no longer in the history" in explorer.answer["error"]


def test_pause_stop_restart_and_seeds(explorer):
    explorer.command("pause")
    assert explorer.seen.fit["paused"]
    explorer.command("resume")
    assert not explorer.seen.fit["paused"]
    explorer.command("restart", seed=42)
    assert explorer.settled()["seed"] == 42
    explorer.command("try_seeds", count=3)
    explorer.until(lambda: "Tried 3 starts" in explorer.seen.fit["status"])
    explorer.settled()
    explorer.command("stop")
    assert explorer.seen.problem == {}


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("explode", {}, "Unknown message 'explode'"),
        (None, {}, "Unknown message 'None'"),
        ("try_seeds", {"count": 10**9}, "must be 1 to 50"),
        ("try_seeds", {"count": "3"}, "must be 1 to 50"),
        ("restart", {"seed": -1}, "seed must be"),
        ("target", {"value": 0}, "above 0"),
        ("target", {"value": float("nan")}, "above 0"),
        ("dataset", {"name": "cammera"}, "Did you mean 'camera'?"),
        ("reshape", {"modes": [16, 16], "order": "plain"}, "need 256 entries"),
        ("reshape", {"modes": [-16, -16, 256], "order": "plain"}, "at least 1"),
        ("reshape", {"modes": "4^8", "order": "plain"}, "must be a list"),
        ("reshape", {"modes": [256, 256], "order": "upside down"}, "order must be"),
        ("restore", {"id": {}}, "no longer"),
    ],
)
def test_a_bad_command_is_a_sentence_and_changes_nothing(explorer, kind, fields, words):
    widget = explorer.widget
    before = widget.structure, explorer.seen.data, explorer.seen.fit["generation"], widget.target_error
    explorer.command(kind, **fields)
    assert words in explorer.answer["error"]
    assert (widget.structure, explorer.seen.data, explorer.seen.fit["generation"], widget.target_error) == before


def test_six_commands_of_one_moment_are_six_and_a_late_one_is_answered(explorer):
    for n, value in enumerate((0.3, 0.4, 0.5, 0.6, 0.7, 0.8), start=1):
        explorer.piece.receive({"client": "b", "n": n, "kind": "target", "value": value})
    answers = [message["answer"] for message in explorer.heard if "answer" in message][-6:]
    assert [(each["n"], each["late"], each["error"]) for each in answers] == [(n, False, "") for n in range(1, 7)]
    assert explorer.widget.target_error == explorer.seen.target_error == 0.8
    explorer.piece.receive({"client": "b", "n": 6, "kind": "target", "value": 0.1})
    assert explorer.heard[-1]["answer"]["late"]
    assert explorer.widget.target_error == 0.8


def test_a_reshape_keeps_the_format_and_starts_afresh(page):
    shown = page(Explorer("camera", structure=("tr", 3)))
    shown.settled()
    shown.command("reshape", modes=[4] * 8, order="quantised")
    widget = shown.widget
    assert shown.seen.data["modes"] == [4] * 8
    assert shown.seen.edit == "python:1"
    assert len(widget.structure.cores) == len(widget.structure.bonds) == 8
    state = shown.settled()
    assert 0 < state["relative_error"] < 0.5
    assert [visit["id"] for visit in shown.visits] == [shown.seen.current_id]


def test_a_reshape_of_a_drawn_network_of_odd_order_gives_a_train(page):
    odd = (4, 4, 16, 16, 16)
    shown = page(Explorer("camera", modes=odd, structure=add_bond(formats["tt"].build(odd, 2), (0, 3), 2)))
    shown.command("reshape", modes=[4] * 8, order="quantised")
    assert shown.widget.structure.modes == (4,) * 8
    assert len(shown.widget.structure.bonds) == 7


@pytest.mark.parametrize("name", datasets)
def test_every_data_set_opens(page, name):
    shown = page(Explorer("camera", structure=("tt", 2)))
    shown.command("dataset", name=name)
    assert shown.seen.problem == {}
    state = shown.settled()
    assert shown.seen.data["name"] == name
    assert state["relative_error"] < 1
    pictures, original = shown.seen.pictures, shown.seen.original
    assert pictures["kind"] == original["kind"] == datasets[name].source().kind
    pixel = 4 if pictures["kind"] == "curve" else pictures["channels"]
    for content in (original["pixels"], pictures["reconstruction"], pictures["residual"]):
        assert len(content) == pictures["width"] * pictures["height"] * pixel


def test_many_kinds_of_data(page, tmp_path):
    array = np.random.default_rng(0).normal(size=(8, 8, 6))
    np.save(tmp_path / "volume.npy", array)
    for data in (array, torch.tensor(array), Source.of(array), tmp_path / "volume.npy", str(tmp_path / "volume.npy")):
        assert page(Explorer(data)).seen.data["shape"] == [8, 8, 6]
    assert page(Explorer(array, modes=(4,) * 3 + (6,))).seen.data["modes"] == [4, 4, 4, 6]
    assert page(Explorer(np.arange(1, 12.0))).settled()["relative_error"] < 1e-6  # prime length: one core


@pytest.mark.parametrize("structure", ["tr", ("cp", 5), formats["tucker"].build((16,) * 4, 3)])
def test_many_kinds_of_structure(page, structure):
    assert page(Explorer(structure=structure)).settled()["relative_error"] < 0.5


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("no such data",), TnlabError),
        ((np.full((4, 4), np.nan),), DataError),
        ((np.zeros((0, 4)),), DataError),
        ((np.ones((4, 4), complex),), DataError),
        ((object(),), DataError),
    ],
)
def test_bad_data_is_refused_at_once(arguments, error):
    with pytest.raises(error):
        Explorer(*arguments)


def test_bad_options_are_refused_at_once():
    with pytest.raises(StructureError, match="modes"):
        Explorer(structure=formats["tt"].build((4,) * 8, 2))
    with pytest.raises(TnlabError, match="Did you mean"):
        Explorer(structure="tuckr")
    with pytest.raises(DataError, match="seed"):
        Explorer(seed="x")
    with pytest.raises(DataError, match="target error"):
        Explorer(target_error=2)


def test_an_uploaded_array_and_picture_replace_the_data(explorer):
    widget = explorer.widget
    array = np.random.default_rng(0).normal(size=(16, 16, 4))
    ack = explorer.upload("noise.npy", npy(array), chunk=1000)
    assert (ack["done"], ack["error"]) == (True, "")
    assert explorer.seen.data["name"] == "noise.npy"
    state = explorer.settled()
    assert state["relative_error"] < 1
    assert widget.tensor.numel() == 1024


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nan.npy", npy(np.array([[np.nan, np.nan]])), "no known entry: all 2 are NaN"),
        ("complex.npy", npy(np.ones((4, 4), complex)), "Complex"),
        ("empty.npy", npy(np.zeros((0, 3))), "empty"),
        ("objects.npy", npy(np.array([{}, []], dtype=object)), "pickle|objects"),
        ("pickle.npy", b"\x80\x04\x95" + b"cos\nsystem\n(S'echo hacked'\ntR.", "pickle"),
        ("text.npy", b"hello", "no file that can be read"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "."),
        ("session.tnlab", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ", "cannot be opened as a session"),
        ("session.tnlab", b"junk", "cannot be opened as a session"),
    ],
)
def test_a_bad_file_is_a_sentence_and_the_last_good_state_stays(explorer, name, content, words):
    widget = explorer.widget
    before = widget.structure, explorer.seen.data, explorer.seen.fit
    ack = explorer.upload(name, content)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(ack["error"])
    assert (widget.structure, explorer.seen.data, explorer.seen.fit) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 2 << 30, "total": 2048}, "2,048 MiB, but at most 64"),
        ({"size": 0}, "is empty"),
        ({"size": -5}, "is empty"),
        ({"size": "7"}, "is empty"),
        ({"total": 0}, "cannot come in"),
        ({"total": 10**9}, "cannot come in"),
        ({"index": 1}, "No file is on its way"),
        ({"index": "0"}, "No file is on its way"),
        ({"name": ""}, "needs a name"),
        ({"name": None}, "needs a name"),
        ({"data": "text"}, "holds no bytes"),
        ({"data": b"x" * 11}, "do not add up"),
        ({"data": b"x" * 9, "total": 1}, "do not add up"),
        ({"data": b"x" * ((1 << 20) + 1), "size": 2 << 20, "total": 2}, "do not add up"),
    ],
)
def test_lying_pieces_are_refused(explorer, changes, words):
    message = {"id": 1, "index": 0, "total": 2, "name": "a.npy", "size": 10, "data": b"x" * 5, **changes}
    assert words in explorer.say("upload", **message)["error"]


def test_pieces_out_of_order_are_refused(explorer):
    message = {"id": 1, "total": 3, "name": "a.npy", "size": 15, "data": b"x" * 5}
    for index, error in ((0, ""), (2, "out of order"), (1, "No file is on its way")):
        assert error in explorer.say("upload", **message, index=index)["error"]
    explorer.say("upload", **message, index=0)
    assert "out of order" in explorer.say("upload", **{**message, "index": 1, "id": 2})["error"]


def test_a_saved_session_opens_as_it_was(explorer, page, tmp_path):
    widget = explorer.widget
    explorer.propose(add_bond(widget.structure, (0, 3), 2))
    explorer.settled()
    explorer.command("target", value=0.07)
    explorer.command("save")
    download = explorer.answer
    assert download["filename"] == "camera.tnlab"
    other = page(Explorer(np.ones((4, 4)) + np.eye(4)))
    other.settled()
    assert other.upload("camera.tnlab", download["data"])["done"]
    again = other.widget
    assert again.structure == widget.structure
    assert {key: other.seen.data[key] for key in ("name", "label", "modes", "order")} == {
        key: explorer.seen.data[key] for key in ("name", "label", "modes", "order")
    }
    assert again.target_error == 0.07
    assert other.settled()["relative_error"] <= widget.relative_error + 1e-6
    assert sorted(visit["parameters"] for visit in other.visits) == sorted(
        visit.structure.parameters for visit in widget.visits
    )
    widget.save(tmp_path / "kept.tnlab")
    loaded = page(Explorer.load(tmp_path / "kept.tnlab"))
    assert loaded.widget.structure == widget.structure
    assert loaded.settled()["relative_error"] <= widget.relative_error + 1e-6


def test_a_page_that_is_reloaded_shows_the_current_state(explorer):
    explorer.propose(set_rank(explorer.widget.structure, 0, 6))
    explorer.settled()
    state = explorer.widget.get_state()
    for name in ("structure", "numbers", "fit", "pictures", "original", "spectra", "data", "presets"):
        assert state[f"wire_{name}"], name
    assert state["wire_edit"] == state["wire_fit"]["edit"] == state["wire_pictures"]["edit"]
    assert explorer.ask("hello")["state"] == explorer.piece.state
    again = explorer.ask("visits")
    assert (again["visits"], again["current_id"]) == (explorer.visits, explorer.seen.current_id)


def test_the_page_that_went_away_stops_the_fit(explorer):
    widget = explorer.widget
    widget.set_state({"_view_count": 1})
    widget.set_state({"_view_count": 0})
    generation = explorer.seen.fit["generation"]
    explorer.propose(set_rank(widget.structure, 1, 9))
    another_fit()
    assert explorer.seen.fit["generation"] == generation
    widget.set_state({"_view_count": 1})
    assert explorer.settled()["generation"] > generation


def test_close_ends_the_threads():
    widget = Explorer()
    assert widget.piece._session.is_alive
    widget.close()
    assert not widget.piece._session.is_alive
    assert not widget.piece._certifier.is_alive


def test_a_page_that_fell_silent_holds_the_fit_until_it_is_back(page, monkeypatch):
    monkeypatch.setattr("tnlab_widgets.base.data_piece.SILENCE", -1.0)
    shown = page(Explorer("camera", modes=(4,) * 8, structure=formats["tensor_ring"].build((4,) * 8, 5)))
    fitter = shown.piece._session._fitter
    shown.say("heartbeat")
    wait_for(lambda: fitter.suspended)
    sweep = fitter.run.sweep
    another_fit()
    assert fitter.run.sweep <= sweep + 1  # the one at hand may have ended
    assert fitter.run.running
    monkeypatch.setattr("tnlab_widgets.base.data_piece.SILENCE", PATIENCE)
    shown.say("heartbeat")
    wait_for(lambda: shown.seen.fit["sweep"] > sweep + 1)


def test_a_program_assigns_every_form_of_a_structure_and_page_and_program_agree(explorer):
    widget = explorer.widget
    fitted = widget.network
    ring = formats["tr"].build((16,) * 4, 3)
    for form, ranks in (
        (ring, (3,) * 4),
        (structure_json.to_dict(ring), (3,) * 4),
        (structure_json.dumps(ring), (3,) * 4),
        (("tr", 2), (2,) * 4),
        ("tucker", None),
        (fitted, fitted.structure.ranks),
    ):
        widget.structure = form
        assert ranks is None or widget.structure.ranks == ranks
        assert explorer.seen.structure == structure_json.to_dict(widget.structure)
        assert widget.network is None or widget.network.structure == widget.structure
        with explorer.piece.guard:
            assert (explorer.seen.fit["edit"] == explorer.seen.edit) == (widget.fit is not None)
    state = explorer.settled()
    assert widget.network.structure == widget.structure
    assert widget.relative_error == widget.fit.relative_error == state["relative_error"]
    assert state["errors"][0] <= relative_error(widget.tensor, fitted.to_tensor()) + 1e-9  # it began with these cores
    before = explorer.seen.edit
    for refused in (formats["tt"].build((4,) * 8, 2), "tuckr", ("tr", 0), 7):
        with pytest.raises(TnlabError):
            widget.structure = refused
    assert explorer.seen.edit == before


def test_a_program_hears_of_every_report_of_the_fit(explorer):
    reports, done = [], threading.Event()

    def hear(fit):
        reports.append(fit)
        if not fit.running:
            done.set()

    end = explorer.widget.on_fit(hear)
    explorer.widget.structure = ("tt", 6)
    assert done.wait(PATIENCE)
    end()
    assert reports[-1].network.structure == explorer.widget.structure
    assert reports[-1].relative_error == explorer.widget.relative_error
    assert all(fit.generation == reports[-1].generation for fit in reports)
    with pytest.raises(AttributeError):
        reports[0].sweep = 3


def test_an_error_in_a_report_of_the_user_is_theirs_and_the_fit_goes_on(explorer, caplog):
    explorer.widget.on_fit(lambda fit: 1 / 0)
    explorer.widget.structure = ("tt", 6)
    state = explorer.settled()
    assert state["relative_error"] == explorer.widget.relative_error < 0.2
    assert "given to on_fit, raised ZeroDivisionError" in explorer.seen.problem["text"]
    assert caplog.text.count("given to on_fit, raised") == 1


def test_the_work_on_an_edit_is_begun_before_anyone_is_told(explorer):
    seen = []
    fitter = explorer.piece._session._fitter
    explorer.widget.observe(lambda change: seen.append(fitter.job.structure), names=["wire_structure"])
    explorer.widget.on_change(lambda structure: seen.append(fitter.job.structure))
    ring = formats["tr"].build((16,) * 4, 2)
    explorer.propose(ring)
    assert seen == [ring, ring]


def test_a_fitted_network_opens_warm(page, explorer):
    fitted = explorer.widget.network
    again = page(Explorer("camera", modes=(16,) * 4, structure=fitted))
    state = again.settled()
    assert again.widget.structure.ranks == fitted.structure.ranks
    assert state["errors"][0] <= explorer.widget.relative_error + 1e-9  # the very first sweep goes on from there


def test_explorers_made_again_and_again_leave_no_thread(page):
    before = set(threading.enumerate())
    for _ in range(5):
        shown = page(Explorer("camera", modes=(16,) * 4, structure=("tt", 2)))
        for worker in (shown.piece._session._fitter.worker, shown.piece._certifier._prover.worker):
            worker.idle = 0.0
        shown.settled()
    wait_for(lambda: not set(threading.enumerate()) - before)


def test_visits_that_are_forgotten_leave_the_page(explorer, monkeypatch):
    monkeypatch.setattr("tnlab_widgets.fitting.visited.MAX_VISITS", 2)
    for rank in (2, 3):
        explorer.widget.structure = ("tr", rank)
        explorer.settled()
    explorer.until(lambda: len(explorer.visits) == 2)
    assert [visit["id"] for visit in explorer.visits] == sorted(visit.id for visit in explorer.widget.visits)
    assert any(message.get("gone") for message in explorer.heard)


def test_a_program_that_waits_does_not_need_the_page(explorer, monkeypatch):
    """A cell that waits keeps the kernel from hearing the page's heartbeats."""
    explorer.say("heartbeat")
    monkeypatch.setattr("tnlab_widgets.base.data_piece.SILENCE", -1.0)
    explorer.widget.structure = ("tr", 5)
    assert explorer.widget.wait(PATIENCE)
    explorer.widget.structure = ("tr", 6)
    explorer.piece.viewed(0)
    assert explorer.widget.wait(PATIENCE)
    assert explorer.widget.wait(0.0)
    assert explorer.piece._awaited == 0


def test_a_bound_of_the_former_tensor_is_not_shown_for_the_new_one(explorer):
    explorer.until(lambda: explorer.widget.certificate)
    old_bound, old_minimum = (
        explorer.piece._bound,
        Minimum(0.1, None, running=True, data=explorer.piece._certifier.data),
    )
    explorer.command("reshape", modes=[16] * 4, order="plain")
    explorer.piece._certifier.close()
    explorer.piece.push(bound={}, minimum={})
    explorer.widget.structure = old_bound.structure
    explorer.piece._show_bound(old_bound)
    explorer.piece._show_minimum(old_minimum)
    assert explorer.seen.bound == explorer.seen.minimum == {}
    assert explorer.widget.certificate is None or explorer.piece._bound is not old_bound


def test_the_modes_of_an_explorer_are_those_of_its_tensor():
    Explorer(modes_locked=True).close()
    with pytest.raises(ValueError, match="NetworkEditor"):
        Explorer(modes_locked=False)
