"""The search workbench as the page sees it."""

import itertools
import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.waiting import PATIENCE, wait_for
from tests.widgets.searching.searches import LONG, NOISE, QUICK, ended, growing, running, state, unpacked
from tnlab.errors import DataError, TnlabError
from tnlab.metrics import relative_error
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets import SearchWorkbench
from tnlab_widgets.searching.lane import Lane


def test_it_opens_with_everything_to_choose_from(bench):
    shown = bench("camera")
    assert state(shown) == "idle"
    assert {"auto", "tnale"} <= {entry["name"] for entry in shown.seen.engines}
    assert shown.seen.families[0]["name"] == ""
    assert shown.seen.executors[0]["name"] == shown.seen.settings["executor"] == "inline"
    assert shown.seen.settings["engines"] == ["hill_climb", "tnls"]
    assert shown.seen.data["name"] == "camera"
    seen = shown.seen
    json.dumps([seen.engines, seen.families, seen.executors, seen.settings, seen.run])
    for entry in shown.seen.engines:
        assert entry["summary"]
        assert entry["families"]


def test_two_engines_search_side_by_side(bench, tmp_path):
    shown = bench()
    running(shown)
    lanes = ended(shown)
    widget = shown.widget
    assert [lane["engine"] for lane in lanes] == ["hill_climb", "tnls"]
    for lane in lanes:
        assert lane["counts"]["fitted"] == 12
        assert lane["fraction"] == 1
        assert "budget of 12 evaluations" in lane["status"]
        best = lane["incumbent"]
        found = widget.results[lane["engine"]]
        assert (best["parameters"], best["relative_error"]) == (found.parameters, pytest.approx(found.relative_error))
        reader = StudyReader(tmp_path / f"{lane['study']}.study")
        assert len(reader.evaluations) == lane["total"]
        assert lane["bound"] == found.bound.parameters
    assert shown.seen.bound["parameters"] == min(lane["bound"] for lane in lanes)
    assert relative_error(widget.tensor, widget.network.to_tensor()) == pytest.approx(
        min(result.relative_error for result in widget.results.values() if result.network is widget.network)
    )
    assert widget.wait(0)
    shown.until(lambda: len(shown.seen.studies) == 2)
    assert "<svg" in widget._repr_mimebundle_()[0]["image/svg+xml"]


def points(shown):
    """Return the events with evaluations that the page has heard."""
    return [message for message in tuple(shown.heard) if message.get("event") == "points"]


def test_points_reach_the_page_as_they_come_and_when_asked_for(bench):
    shown = bench()
    running(shown)
    lanes = ended(shown)
    assert len(lanes) == 2
    for lane in lanes:
        own = [piece for piece in points(shown) if piece["lane"] == lane["id"]]
        assert own[0]["from"] == 1
        assert all(a["from"] + a["count"] == b["from"] for a, b in itertools.pairwise(own))
        assert sum(piece["count"] for piece in own) == lane["total"]
    for lane in lanes:
        shown.command("points", lane=lane["id"], **{"from": 1})
        newest = points(shown)[-1]
        columns = unpacked(newest)
        assert (newest["lane"], newest["count"]) == (lane["id"], lane["total"])
        assert (columns["fate"] == 0).sum() == lane["counts"]["fitted"]
        assert columns["parameters"][lane["incumbent"]["number"] - 1] == lane["incumbent"]["parameters"]


def test_the_lane_with_the_least_seconds_has_its_turn(bench, monkeypatch):
    shown, turns, pull = bench("camera", **LONG), [], Lane.pull

    def noted(lane, *arguments):
        turns.append((lane.id, lane.seconds, min(each.seconds for each in shown.piece._scheduler.lanes)))
        pull(lane, *arguments)

    monkeypatch.setattr(Lane, "pull", noted)
    running(shown)
    growing(shown)
    assert {number for number, _, _ in turns} == {lane["id"] for lane in shown.seen.lanes}
    assert all(seconds == least for _, seconds, least in turns)


def evaluations(shown):
    """Return how many evaluations all lanes have, told to the page or not."""
    return sum(lane.points.count for lane in shown.piece._scheduler.lanes)


def test_pause_holds_and_resume_goes_on(bench):
    shown = bench("camera", **LONG)
    running(shown)
    shown.command("pause")
    said = {"state": "paused", "status": "Paused; the studies are kept."}
    assert shown.seen.run == {**said, "can_resume": True, "private": False}
    held = evaluations(shown)
    shown.until(lambda: {lane["state"] for lane in shown.seen.lanes} == {"paused"})
    other = bench("camera", **LONG)
    running(other)
    growing(other)
    assert evaluations(shown) <= held + 1  # the one at hand may have ended
    shown.command("resume")
    assert state(shown) == "running"
    growing(shown)


def test_stop_ends_soon_and_keeps_what_was_found(bench):
    shown = bench("camera", **LONG)
    running(shown)
    shown.command("stop")
    found = evaluations(shown)
    assert state(shown) in ("stopping", "ended")
    lanes = ended(shown)
    assert evaluations(shown) <= found + 1  # the one at hand may have ended
    assert all("Stopped on request" in lane["status"] for lane in lanes)
    assert shown.widget.network is not None
    assert [FileLog(path).busy() for path in shown.piece._shelf.folder.glob("*.study")] == ["", ""]


def test_a_new_start_has_new_lanes_and_studies(bench):
    shown = bench(engines=("hill_climb",))
    running(shown)
    [first] = ended(shown)
    running(shown)
    [second] = ended(shown)
    assert second["id"] != first["id"]
    assert second["study"] != first["study"]


def test_an_error_ends_its_lane_and_not_the_others(bench, monkeypatch):
    def fails(self, state, generator):
        raise RuntimeError("the engine broke")

    monkeypatch.setattr(TNLS, "ask", fails)
    shown = bench()
    shown.command("start")
    lanes = ended(shown)
    assert lanes[0]["counts"]["fitted"] == 12
    assert "the engine broke" in lanes[1]["problem"]
    assert lanes[1]["state"] == "ended"


def opened(shown):
    """Return the Explorer inside the workbench."""
    return shown.piece.parts[shown.seen.opened["part"]]


def test_a_point_opens_warm_while_the_search_goes_on(bench):
    shown = bench("camera", **{**LONG, "target_error": 0.12})
    running(shown)
    widget = shown.widget
    best = shown.until(lambda: shown.seen.lanes[0]["incumbent"])
    shown.command("open", lane=shown.seen.lanes[0]["id"], number=best["number"])
    explorer = opened(shown)
    assert (shown.seen.opened["lane"], shown.seen.opened["number"]) == (shown.seen.lanes[0]["id"], best["number"])
    assert shown.seen.opening == {}
    assert explorer.source is widget.source
    assert explorer.target_error == 0.12
    assert explorer.structure.parameters == best["parameters"]
    shown.until(lambda: explorer.state["fit"] and explorer.state["fit"]["errors"])
    assert explorer.state["fit"]["errors"][0] <= best["relative_error"] + 1e-6
    growing(shown)
    session = explorer._session
    assert shown.say("close_explorer")["error"] == ""
    assert shown.piece.parts == shown.seen.opened == {}
    shown.until(lambda: not session.is_alive)


def test_a_pruned_point_opens_cold(bench):
    shown = bench(engines=("tnls",), max_evaluations=40)
    running(shown)
    [lane] = ended(shown)
    fates = unpacked(shown.piece._scheduler.lanes[0].points.piece(1))["fate"]
    pruned = int(np.flatnonzero(fates > 1)[0]) + 1
    shown.command("open", lane=lane["id"], number=pruned)
    assert (
        opened(shown).structure.parameters
        == unpacked(shown.piece._scheduler.lanes[0].points.piece(pruned))["parameters"][0]
    )
    for number in (0, lane["total"] + 1, "1", None):
        shown.command("open", lane=lane["id"], number=number)
        assert "There is no evaluation" in shown.answer["error"]


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("explode", {}, "Unknown message 'explode'"),
        ("resume", {}, "no search to go on with"),
        ("settings", {"changes": 5}, "record of new values"),
        ("settings", {"changes": {"executor": "dask:tcp://198.51.100.1:1"}}, "Unknown executor"),
        ("settings", {"changes": {"max_seconds": -1}}, "number of seconds"),
        ("open", {"lane": 1, "number": 1}, "no longer shown"),
        ("points", {"lane": 1, "from": 1}, "no longer shown"),
        ("study_open", {"names": []}, "at least one"),
        ("study_open", {"names": "all"}, "list of their names"),
        ("study_open", {"names": ["../../etc/passwd"]}, "not the name of a study"),
        ("study_open", {"names": ["missing"]}, "There is no study 'missing'"),
        ("study_delete", {"name": "../secret"}, "not the name of a study"),
        ("study_delete", {"name": None}, "not the name of a study"),
        ("study_export", {"name": "/etc/passwd", "format": "csv"}, "not the name of a study"),
        ("study_export", {"name": "missing", "format": "csv"}, "There is no study"),
        ("dataset", {"name": "cammera"}, "Did you mean 'camera'?"),
        ("reshape", {"modes": [2, 2], "order": "plain"}, "need 4 entries"),
    ],
)
def test_a_bad_command_is_a_sentence_and_changes_nothing(bench, tmp_path, kind, fields, words):
    secret = tmp_path.parent / "secret.study"
    secret.write_bytes(b'{"tnlab_study": 2}\n')
    shown = bench()
    before = shown.seen.settings, shown.seen.data, shown.seen.run
    assert words in shown.say(kind, **fields)["error"]
    assert shown.seen.problem == {}
    assert (shown.seen.settings, shown.seen.data, shown.seen.run) == before
    assert secret.exists()


def test_data_and_settings_change_between_searches_only(bench):
    shown = bench(**{**LONG, "engines": ("annealing", "tnls")})
    shown.command("dataset", name="camera")
    assert shown.seen.data["name"] == "camera"
    shown.command("settings", changes={"family": "tree"})
    assert "auto" not in shown.seen.settings["refusals"]
    assert "tnls" in shown.seen.settings["refusals"]
    shown.command("start")
    assert "tnls searches the families" in shown.answer["error"]
    assert shown.seen.lanes == []
    shown.command("settings", changes={"family": ""})
    running(shown)
    shown.command("dataset", name="planted_ring")
    assert "stop it first" in shown.answer["error"]


def test_in_a_notebook_a_search_goes_on_without_a_page(bench, monkeypatch):
    monkeypatch.setattr("tnlab_widgets.base.data_piece.SILENCE", -1.0)
    monkeypatch.delenv("VOILA_REQUEST_URL", raising=False)
    shown = bench("camera", **LONG)
    shown.say("heartbeat")
    shown.widget.set_state({"_view_count": 1})
    running(shown)
    shown.widget.set_state({"_view_count": 0})
    assert shown.piece.deserted
    growing(shown)


def test_commands_are_answered_while_a_fit_runs(bench, monkeypatch):
    """It goes on until every command was answered."""
    shown, fit = bench("camera", **LONG), Evaluator.__call__
    running(shown)
    in_hand, may_end, ended_early = threading.Event(), threading.Event(), []

    def long_fit(*arguments):
        in_hand.set()
        if not may_end.wait(PATIENCE):
            ended_early.append(arguments)
        return fit(*arguments)

    monkeypatch.setattr(Evaluator, "__call__", long_fit)
    assert in_hand.wait(PATIENCE)
    for lane in shown.seen.lanes:
        shown.heard.clear()
        assert shown.say("points", lane=lane["id"], **{"from": 1})["error"] == ""
        assert lane["id"] in [piece["lane"] for piece in points(shown)]
    shown.command("pause")
    assert state(shown) == "paused"
    may_end.set()
    assert not ended_early


@pytest.mark.parametrize("settings", [{"engines": ("tnalle",)}, {"target_error": 2.0}, {"max_rank": 0}])
def test_bad_options_are_refused_at_once(settings, tmp_path):
    with pytest.raises(TnlabError):
        SearchWorkbench("camera", studies=tmp_path, **settings)
    with pytest.raises(TypeError, match="colour"):
        SearchWorkbench("camera", studies=tmp_path, colour="red")


def test_without_a_page_it_is_used_from_python(tmp_path):
    bench = SearchWorkbench(NOISE, studies=tmp_path, **QUICK)
    with pytest.raises(DataError):
        bench.resume()
    assert bench.network is None
    assert bench.results == {}
    bench.start()
    assert bench.wait(60)
    assert set(bench.results) == {"hill_climb", "tnls"}
    bench.resume(max_evaluations=14)
    assert bench.wait(60)
    assert [found.counts.fitted for found in bench.results.values()] == [14, 14]
    bench.close()


LEFT = """
import sys, time
from tnlab_widgets import SearchWorkbench
bench = SearchWorkbench("camera", engines=("tnls", "annealing"), target_error=0.1, studies=sys.argv[1])
bench.start()
while not bench.results:
    time.sleep(0.01)  # between two looks at what sends no event
print(bench)
"""


def test_a_program_may_end_while_it_searches(tmp_path):
    command = [sys.executable, "-c", LEFT, str(tmp_path)]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "SearchWorkbench(Camera, 16x16x16x16: tnls, annealing; running)\n"
    for path in tmp_path.glob("*.study"):
        assert StudyReader(path).header["source"]["name"] == "camera"


def test_fits_may_run_in_other_processes(bench):
    shown = bench(executor="pool:2", engines=("hill_climb",))
    assert shown.seen.settings["executor"] == "pool:2"
    running(shown)
    [lane] = ended(shown)
    shown.command("settings", changes={"executor": "inline"})
    running(shown)
    [here] = ended(shown)
    assert here["incumbent"]["parameters"] == lane["incumbent"]["parameters"]
    reader = StudyReader(shown.piece._shelf.location(lane["study"]))
    assert reader.openings[0]["workers"] == 2


def test_close_ends_its_threads(tmp_path):
    before = set(threading.enumerate())
    bench = SearchWorkbench("camera", studies=tmp_path, **{**QUICK, **LONG})
    bench.start()
    wait_for(lambda: bench.results)
    bench.close()
    wait_for(lambda: not set(threading.enumerate()) - before)
    assert not any(FileLog(path).busy() for path in tmp_path.glob("*.study"))
