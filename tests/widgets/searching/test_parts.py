"""What the workbench is made of: packed points, incumbents as they are drawn, settings, the shelf of studies."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tnlab.data import Source, datasets
from tnlab.errors import DataError, StudyBusyError, UnknownNameError
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.searching.incumbents import Incumbents
from tnlab_widgets.searching.points import PIECE, Points
from tnlab_widgets.searching.recorded import recorded
from tnlab_widgets.searching.settings import Settings, restored
from tnlab_widgets.searching.shelf import Shelf

MODES = (3, 3, 3, 3)
RING = ring(MODES, (0, 1, 2, 3), (2, 2, 2, 2))


def found(number, structure=RING, error=0.5, fate=Fate.FITTED, seconds=1.0):
    return Evaluation(structure, error, 1.0, None, fate, "a move", number, 3, seconds)


def unpacked(piece):
    """Return the columns of a piece as the page reads them."""
    columns, at = {}, 0
    for name, kind in (("parameters", "<f8"), ("relative_error", "<f4"), ("seconds", "<f4"), ("fate", "u1")):
        size = np.dtype(kind).itemsize * piece["count"]
        columns[name] = np.frombuffer(piece["data"][at : at + size], kind)
        at += size
    assert at == len(piece["data"])
    return columns


def test_points_come_back_in_pieces():
    points = Points()
    for number in range(1, 2 * PIECE + 11):
        points.record(found(number, error=number / 1e5, fate=list(Fate)[number % 5], seconds=number / 10))
    pieces = [points.piece(start) for start in range(1, points.count + 1, PIECE)]
    assert [piece["from"] for piece in pieces] == [1, PIECE + 1, 2 * PIECE + 1]
    assert [piece["count"] for piece in pieces] == [PIECE, PIECE, 10]
    assert sum(len(piece["data"]) for piece in pieces) == 17 * points.count
    last = unpacked(pieces[-1])
    assert last["parameters"].tolist() == [RING.parameters] * 10
    assert last["relative_error"] == pytest.approx(np.arange(2 * PIECE + 1, 2 * PIECE + 11) / 1e5)
    assert points.piece(points.count + 1)["count"] == 0
    assert points.piece(10**9)["count"] == 0


def test_points_that_count_no_more_begin_a_generation():
    points = Points()
    for number in range(1, 11):
        points.record(found(number))
    points.record(found(4, seconds=99.0))  # the same one again: replayed from a study
    assert (points.count, points.generation) == (10, 0)
    points.record(found(4, error=0.25))
    assert (points.count, points.generation) == (4, 1)
    points.cut(2)
    points.cut(7)
    assert (points.count, points.generation) == (2, 2)


def test_an_incumbent_says_what_has_changed_and_keeps_its_places():
    shown = Incumbents()
    first = shown.show(found(1), reached=False)
    assert first["changed"] == {"bonds": [], "words": ""}
    assert not first["reached"]
    places = {core["name"]: core["position"] for core in first["structure"]["cores"]}
    larger = from_ranks(MODES, {(0, 1): 3, (1, 2): 2, (2, 3): 2, (0, 3): 2})
    second = shown.show(found(2, larger), reached=True)
    assert second["changed"]["words"] == "A-B from 2 to 3"
    [place] = second["changed"]["bonds"]
    assert second["structure"]["bonds"][place]["rank"] == 3
    assert {core["name"]: core["position"] for core in second["structure"]["cores"]} == places
    assert shown.show(found(2, larger), reached=True) is second
    chain = from_ranks(MODES, {(0, 1): 3, (1, 2): 2, (2, 3): 2})
    third = shown.show(found(3, chain), reached=True)
    assert third["changed"] == {"bonds": [], "words": "A-D is gone"}
    assert shown.show(found(4, chain, error=0.1), reached=True)["changed"] == third["changed"]  # only better fitted
    assert shown.show(None, reached=False) is None


def test_an_incumbent_of_another_topology_is_turned_to_the_one_before():
    shown = Incumbents()
    before = shown.show(found(1), reached=True)["structure"]
    after = shown.show(found(2, ring(MODES, (0, 1, 3, 2), (2, 2, 2, 2))), reached=True)["structure"]
    old, new = ({core["name"]: np.array(core["position"]) for core in one["cores"]} for one in (before, after))
    moved = sum(np.linalg.norm(new[name] - old[name]) for name in old)
    mirrored = sum(np.linalg.norm(new[name] * (-1, 1) - old[name]) for name in old)
    assert moved <= mirrored + 1e-6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"engines": []}, "Choose 1 to"),
        ({"engines": ["tnalle"]}, "Did you mean 'tnale'"),
        ({"engines": 5}, "Choose 1 to"),
        ({"target_error": 0}, "between 0 and 1"),
        ({"target_error": "0.1"}, "between 0 and 1"),
        ({"family": "rings"}, "Did you mean 'ring'"),
        ({"max_rank": 0}, "largest rank"),
        ({"max_evaluations": 1.5}, "number of fits"),
        ({"max_evaluations": True}, "number of fits"),
        ({"max_seconds": float("inf")}, "number of seconds"),
        ({"max_seconds": float("nan")}, "number of seconds"),
        ({"seed": -1}, "seed"),
        ({"executor": "dask:tcp://198.51.100.1:8786"}, "Unknown executor"),
        ({"colour": "red"}, "Unknown setting"),
        ({"refusals": {}}, "Unknown setting"),
    ],
)
def test_settings_out_of_range_are_refused(changes, words):
    with pytest.raises((DataError, UnknownNameError), match=words):
        Settings().changed(changes, ["inline", "pool:2"])


def test_settings_say_which_engines_cannot_run():
    settings = Settings().changed({"engines": ["auto", "auto", "tnale"], "family": "tree"}, ["inline"])
    assert settings.engines == ("auto", "tnale")
    page = settings.to_page(4)
    assert page["refusals"]["tnale"] == "tnale searches the families ring, any, but not tree."
    assert "auto" not in page["refusals"]
    assert "2 to 16 modes" in settings.to_page(1)["refusals"]["auto"]
    json.dumps(page)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "studies")


def written(shelf, name_of="camera", engine="hill_climb", fits=6):
    """Put a study of a small search onto a shelf; return its name."""
    source = Source.of(np.random.default_rng(0).normal(size=MODES), name=f"{name_of}.npy", modes=MODES)
    path = shelf.fresh(source.label, engine)
    search = Search(source.tensor, 0.5, engine=engine, family="ring", max_evaluations=fits, study=path,
                    source=shelf.recipe(source))  # fmt: skip
    for _ in search:
        pass
    return path.stem


def test_a_study_lies_on_the_shelf_with_its_data(shelf):
    name = written(shelf)
    [entry] = shelf.entries()
    assert entry["name"] == name
    assert (entry["engine"], entry["busy"], entry["mine"]) == ("hill_climb", "", True)
    assert entry["evaluations"] >= 6
    json.dumps(entry)
    plan, reader = shelf.plan(name)
    assert plan.source.modes == MODES
    expected = Settings(("hill_climb",), 0.5, "ring", None, 6, 60.0, 0, "inline")
    assert restored(Settings(max_rank=5, executor="pool:2"), [reader], ["inline", "pool:2"]) == expected
    reader.header["seed"], reader.openings[-1]["executor"] = "someone's", "dask:tcp://198.51.100.1:1"
    assert restored(Settings(seed=3), [reader], ["inline"]) == replace(expected, seed=3)
    shelf.delete(name)
    assert shelf.entries() == []
    assert not list(shelf.folder.glob("*.npy")), "the data of a study that is gone are left"


def test_data_that_another_study_has_stay(shelf):
    first, second = written(shelf), written(shelf)
    assert first != second
    shelf.delete(first)
    assert shelf.plan(second)[0].source is not None


def test_built_in_data_are_not_kept_twice(shelf):
    recipe = shelf.recipe(datasets["camera"].source())
    assert recipe["name"] == "camera"
    other = replace(datasets["camera"].source(), array=datasets["camera"].source().array * 0.5)  # of the same name
    assert shelf.recipe(other)["name"].endswith(".npy")


@pytest.mark.parametrize(
    "name", ["../secret", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "a\0b", ".hidden", None, 5, "x" * 500]
)
def test_a_name_leads_nowhere_else(shelf, name):
    (shelf.folder.parent / "secret.study").write_bytes(b'{"tnlab_study": 2}\n')
    shelf.folder.mkdir()
    for act in (shelf.location, shelf.delete, shelf.plan):
        with pytest.raises(DataError, match="not the name of a study"):
            act(name)
    assert (shelf.folder.parent / "secret.study").exists()


def test_a_link_that_leads_elsewhere_is_left_alone(shelf, tmp_path):
    shelf.folder.mkdir()
    (tmp_path / "secret.study").write_bytes(b'{"tnlab_study": 2}\n')
    (shelf.folder / "link.study").symlink_to(tmp_path / "secret.study")
    with pytest.raises(DataError, match="lies elsewhere"):
        shelf.delete("link")


def test_a_private_shelf_shows_only_what_the_page_knows(shelf, tmp_path):
    name = written(shelf)
    np.save(tmp_path / "secret.npy", np.ones(MODES))
    private = Shelf(shelf.folder, private=True)
    assert private.entries() == []
    private.know([name, "../secret", 7])
    assert [entry["name"] for entry in private.entries()] == [name]
    recipe = {"name": str(tmp_path / "secret.npy"), "modes": list(MODES), "order": "plain"}
    assert private.source(recipe) is None
    assert shelf.source(recipe) is not None
    names = {private.fresh("data", "auto").stem for _ in range(50)}
    assert len({own.rpartition("_")[2] for own in names}) == 50  # none can be guessed from another


def test_a_study_that_is_written_is_not_deleted(shelf):
    name = written(shelf)
    log = FileLog(shelf.location(name))
    log.acquire()
    try:
        assert shelf.entries()[0]["busy"]
        with pytest.raises(StudyBusyError):
            shelf.delete(name)
    finally:
        log.release()
    assert shelf.location(name).is_file()


def test_a_study_comes_back_from_a_file(shelf):
    name = written(shelf)
    content = shelf.location(name).read_bytes()
    taken = shelf.take_in("../../mine.study", content)
    assert taken != name
    assert len(StudyReader(shelf.location(taken)).evaluations) == len(StudyReader(shelf.location(name)).evaluations)
    for junk in (b"", b"hello", b'{"tnlab_study": 2}\n{"number": "one"}\n', content[:40]):
        with pytest.raises(DataError):
            shelf.take_in("junk.study", junk)
    assert len(shelf.entries()) == 2


def test_an_evaluation_is_read_back_with_its_cores(shelf):
    path = shelf.location(written(shelf, engine="tnls", fits=40))
    reader = StudyReader(path)
    errors = {one.relative_error: one for one in reader.evaluations if one.fate is Fate.FITTED}
    fitted = list(errors.values())[-1]
    structure, network = recorded(path, fitted.number)
    assert structure == fitted.structure
    assert network.structure == structure
    repeated = [one for one in reader.evaluations if one.fate is Fate.REPEATED and one.relative_error in errors]
    assert repeated
    for one in repeated[:3]:
        _, network = recorded(path, one.number)
        assert network.parameters == one.parameters
    pruned = next(one for one in reader.evaluations if one.fate is Fate.PRUNED_BY_CERTIFICATE)
    assert recorded(path, pruned.number) == (pruned.structure, None)
    with pytest.raises(DataError, match="no evaluation"):
        recorded(path, len(reader.evaluations) + 1)
