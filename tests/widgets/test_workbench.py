"""The search workbench as the page sees it."""

import io
import itertools
import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from tests.widgets.conftest import wait_for
from tests.widgets.test_workbench_parts import unpacked
from tnlab.errors import DataError, TnlabError
from tnlab.metrics import relative_error
from tnlab.search.engines.tnls import TNLS
from tnlab.search.evaluation import Fate
from tnlab.search.logs.file import FileLog
from tnlab.search.study_reader import StudyReader
from tnlab_widgets import Explorer, SearchWorkbench

QUICK = {"engines": ("hill_climb", "tnls"), "target_error": 0.3, "family": "ring", "max_evaluations": 12}
LONG = {"engines": ("annealing", "random"), "target_error": 0.1, "max_evaluations": 10**6, "max_seconds": 10**6}
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(4, 4, 4, 4))


@pytest.fixture
def bench(page, tmp_path):
    """Opens a workbench with its studies in a folder of this test."""

    def bench(data=NOISE, **settings):
        return page(SearchWorkbench(data, studies=tmp_path, **{**QUICK, **settings}))

    return bench


def state(shown):
    return shown.widget.run["state"]


def ended(shown, seconds=30.0):
    """Wait until all searches have ended and the page was told so."""
    shown.until(
        lambda: state(shown) == "ended" and all(lane["state"] == "ended" for lane in shown.widget.lanes), seconds
    )
    return shown.widget.lanes


def growing(shown, more=5):
    """Wait until every lane has so many more evaluations."""
    before = [lane["total"] for lane in shown.widget.lanes]
    shown.until(lambda: all(now["total"] >= old + more for now, old in zip(shown.widget.lanes, before, strict=True)))


def running(shown):
    """Start, and wait until every lane has evaluations."""
    shown.command("start")
    assert shown.widget.problem == {}
    shown.until(lambda: len(shown.widget.lanes) and all(lane["total"] for lane in shown.widget.lanes))


def test_it_opens_with_everything_to_choose_from(bench):
    widget = bench("camera").widget
    assert state(bench("camera")) == "idle"
    assert {"auto", "tnale"} <= {entry["name"] for entry in widget.engines}
    assert widget.families[0]["name"] == ""
    assert widget.executors[0]["name"] == widget.settings["executor"] == "inline"
    assert widget.settings["engines"] == ["hill_climb", "tnls"]
    assert widget.data["name"] == "camera"
    json.dumps([widget.engines, widget.families, widget.executors, widget.settings, widget.run])
    for entry in widget.engines:
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
    assert widget.bound["parameters"] == min(lane["bound"] for lane in lanes)
    assert relative_error(widget.tensor, widget.network.to_tensor()) == pytest.approx(
        min(result.relative_error for result in widget.results.values() if result.network is widget.network)
    )
    assert widget.wait(0)
    shown.until(lambda: len(widget.studies) == 2)
    assert "<svg" in widget._repr_mimebundle_()[0]["image/svg+xml"]


def test_points_reach_the_page_as_they_come_and_when_asked_for(bench):
    shown = bench()
    pieces = []
    shown.widget.observe(lambda change: pieces.append(change["new"]), "points")
    running(shown)
    lanes = ended(shown)
    for lane in lanes:
        own = [piece for piece in pieces if piece["lane"] == lane["id"]]
        assert own[0]["from"] == 1
        assert all(a["from"] + a["count"] == b["from"] for a, b in itertools.pairwise(own))
        assert sum(piece["count"] for piece in own) == lane["total"]
    for lane in lanes:
        shown.command("points", lane=lane["id"], **{"from": 1})
        columns = unpacked(pieces[-1])
        assert (pieces[-1]["lane"], pieces[-1]["count"]) == (lane["id"], lane["total"])
        assert (columns["fate"] == 0).sum() == lane["counts"]["fitted"]
        assert columns["parameters"][lane["incumbent"]["number"] - 1] == lane["incumbent"]["parameters"]


def test_the_lane_with_the_least_seconds_has_its_turn(bench):
    shown = bench("camera", **LONG)
    running(shown)
    growing(shown, 20)
    shown.command("pause")
    shown.until(lambda: state(shown) == "paused")
    time.sleep(0.2)
    spent = [lane.seconds for lane in shown.widget._scheduler.lanes]
    assert max(spent) - min(spent) < 1.0


def test_pause_holds_and_resume_goes_on(bench):
    shown = bench("camera", **LONG)
    running(shown)
    shown.command("pause")
    assert shown.widget.run == {"state": "paused", "status": "Paused; the studies are kept.", "can_resume": True,
                                "private": False}  # fmt: skip
    time.sleep(0.5)
    held = [lane["total"] for lane in shown.widget.lanes]
    assert {lane["state"] for lane in shown.widget.lanes} == {"paused"}
    time.sleep(0.5)
    assert [lane["total"] for lane in shown.widget.lanes] == held
    shown.command("resume")
    assert state(shown) == "running"
    growing(shown)


def test_stop_ends_soon_and_keeps_what_was_found(bench):
    shown = bench("camera", **LONG)
    running(shown)
    begun = time.monotonic()
    shown.command("stop")
    assert state(shown) in ("stopping", "ended")
    lanes = ended(shown)
    assert time.monotonic() - begun < 5
    assert all("Stopped on request" in lane["status"] for lane in lanes)
    assert shown.widget.network is not None
    assert [FileLog(path).busy() for path in shown.widget._shelf.folder.glob("*.study")] == ["", ""]


def test_a_larger_budget_goes_on_from_the_study(bench):
    shown = bench()
    running(shown)
    first = ended(shown)
    shown.command("settings", changes={"max_evaluations": 20})
    shown.command("resume")
    shown.until(lambda: all(lane["counts"]["fitted"] == 20 for lane in shown.widget.lanes))
    after = ended(shown)
    assert [lane["id"] for lane in after] == [lane["id"] for lane in first]
    assert [lane["generation"] for lane in after] == [0, 0]
    other = bench(max_evaluations=20)  # without a break it would have come to the same
    running(other)
    for whole, lane in zip(ended(other), after, strict=True):
        assert whole["study"] != lane["study"]
        one, two = (StudyReader(shown.widget._shelf.location(each["study"])).evaluations for each in (whole, lane))
        assert [(a.structure, a.fate, a.sweeps) for a in one] == [(a.structure, a.fate, a.sweeps) for a in two]
        fitted = [[a.relative_error for a in each if a.fate is Fate.FITTED] for each in (one, two)]
        assert fitted[0] == fitted[1]


def test_a_new_start_has_new_lanes_and_studies(bench):
    shown = bench(engines=("hill_climb",))
    running(shown)
    [first] = ended(shown)
    running(shown)
    [second] = ended(shown)
    assert second["id"] != first["id"]
    assert second["study"] != first["study"]


def test_the_list_of_studies_follows_what_runs(bench):
    shown = bench("camera", **LONG)
    running(shown)
    shown.until(lambda: len(shown.widget.studies) == 2)
    before = {entry["name"]: entry["evaluations"] for entry in shown.widget.studies}
    assert {entry["busy"] for entry in shown.widget.studies} == {"this page"}
    shown.until(lambda: all(entry["evaluations"] > before[entry["name"]] for entry in shown.widget.studies))
    shown.command("stop")
    ended(shown)
    shown.until(lambda: {entry["busy"] for entry in shown.widget.studies} == {""})


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


def test_a_point_opens_warm_while_the_search_goes_on(bench):
    shown = bench("camera", **{**LONG, "target_error": 0.12})
    running(shown)
    widget = shown.widget
    best = shown.until(lambda: widget.lanes[0]["incumbent"])
    shown.command("open", lane=widget.lanes[0]["id"], number=best["number"])
    explorer = shown.until(lambda: widget.explorer)
    assert isinstance(explorer, Explorer)
    assert explorer.source is widget.source
    assert explorer.target_error == 0.12
    assert explorer.value.parameters == best["parameters"]
    shown.until(lambda: explorer.fit_state and explorer.fit_state["errors"])
    assert explorer.fit_state["errors"][0] <= best["relative_error"] + 1e-6
    shown.until(lambda: widget.opening == {})
    growing(shown)
    worker = explorer._session._thread
    shown.command("close_explorer")
    assert widget.explorer is None
    shown.until(lambda: not worker.is_alive())
    assert widget.get_state(["explorer"]) == {"explorer": None}


def test_a_pruned_point_opens_cold(bench):
    shown = bench(engines=("tnls",), max_evaluations=40)
    running(shown)
    [lane] = ended(shown)
    fates = unpacked(shown.widget._scheduler.lanes[0].points.piece(1))["fate"]
    pruned = int(np.flatnonzero(fates > 1)[0]) + 1
    shown.command("open", lane=lane["id"], number=pruned)
    explorer = shown.until(lambda: shown.widget.explorer)
    assert explorer.value.parameters == unpacked(shown.widget._scheduler.lanes[0].points.piece(pruned))["parameters"][0]
    for number in (0, lane["total"] + 1, "1", None):
        shown.command("open", lane=lane["id"], number=number)
        assert "There is no evaluation" in shown.widget.problem["text"]


def test_a_reload_in_a_new_kernel_goes_on_where_it_was(bench):
    before = bench("camera", **LONG)
    running(before)
    growing(before)
    names = [lane["study"] for lane in before.widget.lanes]
    before.widget.close()
    after = bench()
    after.command("study_open", names=names, resume=True)
    after.until(lambda: len(after.widget.lanes) == 2 and state(after) == "running")
    widget = after.widget
    assert [lane["study"] for lane in widget.lanes] == names
    assert widget.data["name"] == "camera"
    assert widget.settings["target_error"] == 0.1
    assert widget.settings["max_evaluations"] == 10**6
    growing(after)
    assert [lane["generation"] for lane in widget.lanes] == [0, 0]
    assert widget.problem == {}


def test_an_uploaded_array_is_found_again_after_a_reload(bench):
    shown = bench()
    content = io.BytesIO()
    np.save(content, RNG.normal(size=(3, 4, 5)))
    assert shown.upload("mine.npy", content.getvalue())["done"]
    shown.command("settings", changes={"target_error": 0.5, "engines": ["hill_climb"]})
    running(shown)
    [lane] = ended(shown)
    assert lane["data"] == "mine.npy"
    other = bench("camera")
    other.command("compare", names=[lane["study"]])
    other.until(lambda: other.widget.lanes)
    assert other.widget.lanes[0]["incumbent"]["parameters"] == lane["incumbent"]["parameters"]
    assert state(other) == "ended"
    assert other.widget.run["can_resume"]
    assert np.array_equal(other.widget.tensor.numpy(), shown.widget.tensor.numpy())


WRITER = """
import sys, time
from tnlab.data import datasets
from tnlab.search.run import Search
source = datasets["camera"].source()
recipe = {"name": "camera", "modes": list(source.modes), "order": source.order}
search = Search(source.tensor, 0.15, engine="tnls", family="ring", study=sys.argv[1], source=recipe, max_seconds=1e6)
for progress in search:
    print(progress.counts.proposed, flush=True)
"""


def test_a_study_of_another_process_is_watched_and_taken_over(bench, tmp_path):
    path = tmp_path / "theirs.study"
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, env=env) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            shown = bench()
            shown.command("study_open", names=["theirs"], resume=True)
            shown.until(lambda: state(shown) == "watching" and shown.widget.lanes)
            [lane] = shown.widget.lanes
            assert f"process {writer.pid}" in lane["status"]
            growing(shown)
            shown.command("study_delete", name="theirs")
            shown.until(lambda: "being written" in shown.widget.problem.get("text", ""))
            assert path.exists()
        finally:
            writer.kill()
    shown.until(lambda: state(shown) == "running")  # nobody writes it any more
    growing(shown)
    assert shown.widget.lanes[0]["incumbent"] is not None


def test_studies_are_listed_exported_imported_and_deleted(bench):
    shown = bench(engines=("hill_climb",))
    running(shown)
    [lane] = ended(shown)
    name = lane["study"]
    for kind in ("csv", "json", "study"):
        shown.command("study_export", name=name, format=kind)
        shown.until(lambda kind=kind: shown.widget.download.get("filename") == f"{name}.{kind}")
        content = shown.widget.download["data"]
        assert len(content) > 100
        if kind != "csv":
            assert shown.upload(f"{kind}-back.{kind}", content)["done"]
            shown.until(
                lambda kind=kind: shown.widget.lanes and shown.widget.lanes[0]["study"].startswith(f"{kind}-back")
            )
            assert shown.widget.lanes[0]["incumbent"]["parameters"] == lane["incumbent"]["parameters"]
    shown.until(lambda: len(shown.widget.studies) == 3)
    shown.command("study_delete", name=shown.widget.lanes[0]["study"])
    shown.until(lambda: len(shown.widget.studies) == 2 and not shown.widget.lanes)
    shown.until(lambda: state(shown) == "idle")


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("explode", {}, "Unknown command 'explode'"),
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
    before = shown.widget.settings, shown.widget.data, shown.widget.run
    shown.command(kind, **fields)
    shown.until(lambda: words in shown.widget.problem.get("text", ""))
    assert (shown.widget.settings, shown.widget.data, shown.widget.run) == before
    assert secret.exists()


def test_data_and_settings_change_between_searches_only(bench):
    shown = bench(**{**LONG, "engines": ("annealing", "tnls")})
    shown.command("dataset", name="camera")
    assert shown.widget.data["name"] == "camera"
    shown.command("settings", changes={"family": "tree"})
    assert "auto" not in shown.widget.settings["refusals"]
    assert "tnls" in shown.widget.settings["refusals"]
    shown.command("start")
    assert "tnls searches the families" in shown.widget.problem["text"]
    assert shown.widget.lanes == []
    shown.command("settings", changes={"family": ""})
    shown.widget.problem = {}
    running(shown)
    shown.command("dataset", name="planted_ring")
    assert "stop it first" in shown.widget.problem["text"]


def test_a_page_that_fell_silent_leaves_its_studies_until_it_is_back(bench, monkeypatch):
    monkeypatch.setattr("tnlab_widgets._data_widget.SILENCE", 0.3)
    monkeypatch.setenv("VOILA_REQUEST_URL", "http://127.0.0.1/")
    shown = bench("camera", **LONG)
    assert shown.widget.run["private"]
    shown.widget.set_state({"heartbeat": 1.0})
    shown.command("start")
    shown.until(lambda: shown.widget._scheduler.suspended)
    folder = shown.widget._shelf.folder
    shown.until(lambda: not any(FileLog(path).busy() for path in folder.glob("*.study")))
    held = [lane["total"] for lane in shown.widget.lanes]
    monkeypatch.setattr("tnlab_widgets._data_widget.SILENCE", 100)
    shown.widget.set_state({"heartbeat": 2.0})
    shown.until(lambda: all(now["total"] > old for now, old in zip(shown.widget.lanes, held, strict=True)))
    assert state(shown) == "running"
    assert shown.widget.problem == {}


def test_in_a_notebook_a_search_goes_on_without_a_page(bench, monkeypatch):
    monkeypatch.setattr("tnlab_widgets._data_widget.SILENCE", 0.1)
    monkeypatch.delenv("VOILA_REQUEST_URL", raising=False)
    shown = bench("camera", **LONG)
    shown.widget.set_state({"heartbeat": 1.0, "_view_count": 1})
    running(shown)
    shown.widget.set_state({"_view_count": 0})
    time.sleep(0.3)
    growing(shown)


def test_strangers_on_a_server_do_not_see_each_other(bench, monkeypatch):
    monkeypatch.setenv("TNLAB_PRIVATE_STUDIES", "1")
    mine, theirs = bench(engines=("hill_climb",)), bench(engines=("hill_climb",))
    for shown in (mine, theirs):
        running(shown)
        ended(shown)
        shown.command("studies", names=["camera_auto_20260101-000000"])
    for shown in (mine, theirs):
        shown.until(lambda shown=shown: shown.widget.studies)
        assert [entry["name"] for entry in shown.widget.studies] == [shown.widget.lanes[0]["study"]]
    assert not any(entry["name"].startswith("dask") for entry in mine.widget.executors)


def test_commands_are_answered_while_fits_run(bench):
    shown = bench("camera", **{**LONG, "engines": ("auto", "tnale", "annealing"), "family": None})
    running(shown)
    times = []
    for _ in range(60):
        begun = time.perf_counter()
        shown.command("points", lane=shown.widget.lanes[0]["id"], **{"from": 1})
        times.append(time.perf_counter() - begun)
        time.sleep(0.01)
    assert sorted(times)[len(times) // 2] < 0.05


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
    time.sleep(0.01)
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
    assert shown.widget.settings["executor"] == "pool:2"
    running(shown)
    [lane] = ended(shown)
    shown.command("settings", changes={"executor": "inline"})
    running(shown)
    [here] = ended(shown)
    assert here["incumbent"]["parameters"] == lane["incumbent"]["parameters"]
    reader = StudyReader(shown.widget._shelf.location(lane["study"]))
    assert reader.openings[0]["workers"] == 2


def test_close_ends_its_threads(tmp_path):
    before = set(threading.enumerate())
    bench = SearchWorkbench("camera", studies=tmp_path, **{**QUICK, **LONG})
    bench.start()
    wait_for(lambda: bench.results)
    bench.close()
    wait_for(lambda: not set(threading.enumerate()) - before)
    assert not any(FileLog(path).busy() for path in tmp_path.glob("*.study"))
