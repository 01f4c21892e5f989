"""The shelf of studies: names that lead nowhere else, and data that are kept with what needs them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.widgets.searching.searches import MODES, written
from tnlab.data import datasets
from tnlab.errors import DataError, StudyBusyError
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.searching.export import exported
from tnlab_widgets.searching.settings import Settings, restored
from tnlab_widgets.searching.shelf import Shelf


def test_a_study_lies_on_the_shelf_with_its_data(shelf):
    name = written(shelf)
    [entry] = shelf.entries()
    assert entry["name"] == name
    assert (entry["engine"], entry["busy"], entry["mine"]) == ("hill_climb", "", True)
    assert entry["evaluations"] >= 6
    json.dumps(entry)
    plan, reader = shelf.plan(name)
    assert plan.source.modes == MODES
    expected = Settings(
        engines=("hill_climb",),
        target_error=0.5,
        family="ring",
        max_rank=None,
        max_evaluations=6,
        max_seconds=60.0,
        seed=0,
        executor="inline",
    )
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


@pytest.mark.parametrize("target", ["NaN", "0", "0.0", "-0.1", "1", "Infinity", "true", '"0.1"'])
@pytest.mark.parametrize("kind", ["study", "json"])
def test_a_study_with_a_target_that_no_search_has_is_refused(shelf, target, kind):
    name, content = exported(shelf.location(written(shelf)), kind)
    spoilt = content.replace(b'"target_error": 0.5', f'"target_error": {target}'.encode(), 1)
    assert spoilt != content
    with pytest.raises(DataError, match=r"damaged \(its target error is"):
        shelf.take_in(name, spoilt)
    assert len(shelf.entries()) == 1
