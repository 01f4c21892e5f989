"""What the workbench does about studies: it goes on with them, watches, lists, deletes, exports and takes them in."""

import io
import os
import subprocess
import sys

import numpy as np

from tests.widgets.searching.searches import LONG, RNG, ended, growing, running, state
from tnlab.structure_search.evaluation import Fate
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader


def test_a_larger_budget_goes_on_from_the_study(bench):
    shown = bench()
    running(shown)
    first = ended(shown)
    shown.command("settings", changes={"max_evaluations": 20})
    shown.command("resume")
    shown.until(lambda: all(lane["counts"]["fitted"] == 20 for lane in shown.seen.lanes))
    after = ended(shown)
    assert [lane["id"] for lane in after] == [lane["id"] for lane in first]
    assert [lane["generation"] for lane in after] == [0, 0]
    other = bench(max_evaluations=20)  # without a break it would have come to the same
    running(other)
    for whole, lane in zip(ended(other), after, strict=True):
        assert whole["study"] != lane["study"]
        one, two = (StudyReader(shown.piece._shelf.location(each["study"])).evaluations for each in (whole, lane))
        assert [(a.structure, a.fate, a.sweeps) for a in one] == [(a.structure, a.fate, a.sweeps) for a in two]
        fitted = [[a.relative_error for a in each if a.fate is Fate.FITTED] for each in (one, two)]
        assert fitted[0] == fitted[1]


def test_the_list_of_studies_follows_what_runs(bench):
    shown = bench("camera", **LONG)
    running(shown)
    shown.until(lambda: len(shown.seen.studies) == 2)
    before = {entry["name"]: entry["evaluations"] for entry in shown.seen.studies}
    assert {entry["busy"] for entry in shown.seen.studies} == {"this page"}
    shown.until(lambda: all(entry["evaluations"] > before[entry["name"]] for entry in shown.seen.studies))
    shown.command("stop")
    ended(shown)
    shown.until(lambda: {entry["busy"] for entry in shown.seen.studies} == {""})


def test_a_reload_in_a_new_kernel_goes_on_where_it_was(bench):
    before = bench("camera", **LONG)
    running(before)
    growing(before)
    names = [lane["study"] for lane in before.seen.lanes]
    before.widget.close()
    after = bench()
    after.command("study_open", names=names, resume=True)
    after.until(lambda: len(after.seen.lanes) == 2 and state(after) == "running")
    assert [lane["study"] for lane in after.seen.lanes] == names
    assert after.seen.data["name"] == "camera"
    assert after.seen.settings["target_error"] == 0.1
    assert after.seen.settings["max_evaluations"] == 10**6
    growing(after)
    assert [lane["generation"] for lane in after.seen.lanes] == [0, 0]
    assert after.seen.problem == {}


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
    other.until(lambda: other.seen.lanes)
    assert other.seen.lanes[0]["incumbent"]["parameters"] == lane["incumbent"]["parameters"]
    other.until(lambda: state(other) == "ended")  # watched until its own process has left it
    assert other.seen.run["can_resume"]
    assert np.array_equal(other.widget.tensor.numpy(), shown.widget.tensor.numpy())


WRITER = """
import sys
from tnlab.data import datasets
from tnlab.structure_search.run import Search
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
            shown.until(lambda: state(shown) == "watching" and shown.seen.lanes)
            [lane] = shown.seen.lanes
            assert f"process {writer.pid}" in lane["status"]
            growing(shown)
            assert "being written" in shown.say("study_delete", name="theirs")["error"]
            assert path.exists()
        finally:
            writer.kill()
    shown.until(lambda: state(shown) == "running")  # its writer has ended
    growing(shown)
    assert shown.seen.lanes[0]["incumbent"] is not None


def test_studies_are_listed_exported_imported_and_deleted(bench):
    shown = bench(engines=("hill_climb",))
    running(shown)
    [lane] = ended(shown)
    name = lane["study"]
    for kind in ("csv", "json", "study"):
        answer = shown.say("study_export", name=name, format=kind)
        content = answer["data"]
        assert (answer["error"], answer["filename"]) == ("", f"{name}.{kind}")
        assert len(content) > 100
        if kind != "csv":
            assert shown.upload(f"{kind}-back.{kind}", content)["done"]
            shown.until(lambda kind=kind: shown.seen.lanes and shown.seen.lanes[0]["study"].startswith(f"{kind}-back"))
            assert shown.seen.lanes[0]["incumbent"]["parameters"] == lane["incumbent"]["parameters"]
    shown.until(lambda: len(shown.seen.studies) == 3)
    shown.command("study_delete", name=shown.seen.lanes[0]["study"])
    shown.until(lambda: len(shown.seen.studies) == 2 and not shown.seen.lanes)
    shown.until(lambda: state(shown) == "idle")


def test_a_page_that_fell_silent_leaves_its_studies_until_it_is_back(bench, monkeypatch):
    monkeypatch.setattr("tnlab_widgets.base.data_piece.SILENCE", -1.0)
    monkeypatch.setenv("VOILA_REQUEST_URL", "http://127.0.0.1/")
    shown = bench("camera", **LONG)
    assert shown.seen.run["private"]
    shown.say("heartbeat")
    shown.command("start")
    shown.until(lambda: shown.piece._scheduler.suspended)
    folder = shown.piece._shelf.folder
    shown.until(lambda: not any(FileLog(path).busy() for path in folder.glob("*.study")))
    shown.until(lambda: len(shown.seen.lanes) == len(LONG["engines"]))
    held = [lane["total"] for lane in shown.seen.lanes]
    monkeypatch.setattr("tnlab_widgets.base.data_piece.SILENCE", 1e6)
    shown.say("heartbeat")
    shown.until(lambda: all(now["total"] > old for now, old in zip(shown.seen.lanes, held, strict=True)))
    assert state(shown) == "running"
    assert shown.seen.problem == {}


def test_strangers_on_a_server_do_not_see_each_other(bench, monkeypatch):
    monkeypatch.setenv("TNLAB_PRIVATE_STUDIES", "1")
    mine, theirs = bench(engines=("hill_climb",)), bench(engines=("hill_climb",))
    for shown in (mine, theirs):
        running(shown)
        ended(shown)
        shown.command("studies", names=["camera_auto_20260101-000000"])
    for shown in (mine, theirs):
        shown.until(lambda shown=shown: shown.seen.studies)
        assert [entry["name"] for entry in shown.seen.studies] == [shown.seen.lanes[0]["study"]]
    assert not any(entry["name"].startswith("dask") for entry in mine.seen.executors)
