"""Studies elsewhere: as CSV, as JSON and back, in another place, in a list, against each other, and gone on with."""

import csv
import io
import json
import math
from contextlib import suppress
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from tests.structure_search.studies.kept_search import run_of
from tests.structure_search.studies.study_searches import X
from tnlab.data import datasets
from tnlab.data.recipe import recipe_of, source_from_recipe
from tnlab.data.source import Source
from tnlab.errors import DataError, StudyBusyError, TnlabError
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.objective import FewestParameters, Objective, WeightedSum
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.studies.export import lines_from, lines_of, to_csv, to_json, write_study
from tnlab.structure_search.studies.reader import StudyReader, opened
from tnlab.structure_search.studies.study import study_log
from tnlab.structure_search.studies.summary import Summary


def test_csv_has_a_row_for_every_evaluation(kept):
    reader = StudyReader(kept)
    rows = list(csv.DictReader(io.StringIO(to_csv(reader))))
    assert len(rows) == len(reader.evaluations) > 12
    for row, found in zip(rows, reader.evaluations, strict=True):
        assert (int(row["number"]), int(row["parameters"]), row["fate"]) == (
            found.number,
            found.parameters,
            found.fate.name.lower(),
        )
        assert float(row["relative_error"]) == found.relative_error
        assert float(row["seconds"]) == found.seconds
        assert json.loads(row["structure"])["modes"] == [3] * 5


def test_no_cell_of_text_is_a_formula():
    """And what is not a number is an empty cell."""
    structure = ring((3,) * 5, (0, 1, 2, 3, 4), (2,) * 5)
    moves = ["=1+1", "+1", "-1", "@x", "\t=x", "\rx\n", 'a "b", c\nd']
    cells = ["'=1+1", "'+1", "'-1", "'@x", "'=x", "x", 'a "b", c d']

    class Reader:
        evaluations = [  # noqa: RUF012
            Evaluation(
                structure=structure,
                relative_error=math.nan,
                score=-1.0,
                network=None,
                fate=Fate.TOO_COSTLY,
                move=move,
                number=k + 1,
                sweeps=0,
                seconds=math.inf,
            )
            for k, move in enumerate(moves)
        ]

    rows = list(csv.DictReader(io.StringIO(to_csv(Reader()), newline="")))  # type: ignore[arg-type]
    assert [row["move"] for row in rows] == cells
    assert {(row["relative_error"], row["score"], row["seconds"]) for row in rows} == {("", "-1.0", "")}


@pytest.mark.parametrize("place", ["two.study", "sqlite:///{}/s.db#two"])
def test_json_comes_back_byte_for_byte_and_goes_on(kept, place, tmp_path):
    if "://" in place:
        pytest.importorskip("sqlalchemy")
    place = place.format(tmp_path) if "://" in place else str(tmp_path / place)
    text = to_json(kept)
    assert json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))["tnlab_study_export"] == 1
    write_study(lines_from(text.encode(), "two.json"), place)
    assert lines_of(place) == lines_of(kept)
    with pytest.raises(DataError, match="already"):
        write_study(lines_of(kept), place)
    whole = list(run_of(None, max_evaluations=15))[-1]
    last = list(resumed(place, max_evaluations=15).search)[-1]
    assert (last.counts, last.status) == (whole.counts, whole.status)
    assert last.incumbent is not None
    assert whole.incumbent is not None
    assert last.incumbent.relative_error == whole.incumbent.relative_error
    study_log(place).delete()
    assert study_log(place).read()[0] == []


def test_odd_numbers_come_back(kept, tmp_path):
    head, first, *rest = lines_of(kept)
    record = json.loads(rest[-2]) | {"relative_error": math.nan, "score": -math.inf}
    odd = [head, first, *rest[:-2], json.dumps(record).encode() + b"\n", rest[-1]]
    path = tmp_path / "odd.study"
    path.write_bytes(b"".join(odd))
    text = to_json(path)
    assert "NaN" not in text.replace('"NaN"', "")
    assert lines_from(text.encode(), "odd") == odd


def test_without_cores_it_is_small_and_cannot_be_gone_on_with(kept, tmp_path):
    text = to_json(kept, cores=False)
    assert len(text) < 0.8 * len(to_json(kept))
    write_study(lines_from(text.encode(), "small"), tmp_path / "small.study")
    small, whole = Summary.of(tmp_path / "small.study"), Summary.of(kept)
    assert replace(small, location="", name="", modified="", bytes=0) == replace(
        whole, location="", name="", modified="", bytes=0
    )
    with pytest.raises(DataError, match="without its cores"):
        resumed(str(tmp_path / "small.study"))
    with pytest.raises(DataError, match="another search: cores is"):
        next(iter(run_of(tmp_path / "small.study")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a letter",
        b"{}",
        b"[]",
        b"null",
        b'{"tnlab_study_export": 2}',
        b'{"tnlab_study_export": 1}',
        b'{"tnlab_study_export": 1, "header": {}, "records": []}',
        b'{"tnlab_study_export": 1, "header": {"tnlab_study": 1}, "records": []}',
        b'{"tnlab_study_export": 1, "header": {"tnlab_study": 2}, "records": [1]}',
        b'{"tnlab_study_export": 1, "header": {"tnlab_study": 2}, "records": [{"number": 1}]}',
        b'{"tnlab_study_export": 1, "header": {"tnlab_study": 2}, "records": [{"number": -1}]}',
        b'{"tnlab_study_export": 1, "header": {"tnlab_study": 2}, "records": {"nonfinite": []}}',
        b'{"tnlab_study_export": 1, "header": {"tnlab_study": 2}, "records": {"nonfinite": "x"}}',
        b'{"tnlab_study": 2}\n{"number": 1, "structure": 3}\n',
        b'{"tnlab_study": 7}\n',
        b"\x80\x04K\x01.",
        b"[" * 100_000,
    ],
)
def test_what_is_no_study_is_not_taken_in(content):
    with pytest.raises(DataError) as caught:
        lines_from(content, "odd.json")
    assert "odd.json" in str(caught.value)


def test_a_recipe_leads_back_to_the_tensor(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(1.0, 17.0))
    for source in (
        datasets["camera"].source().with_modes((256, 256), "plain"),
        Source.of(np.arange(1.0, 17.0), str(tmp_path / "x.npy"), (4, 4), label="mine"),
    ):
        recipe = json.loads(json.dumps(recipe_of(source)))
        again = source_from_recipe(recipe)
        assert torch.equal(again.tensor, source.tensor)
        assert (again.label, again.order) == (source.label, source.order)
    assert recipe_of(Source.of(np.ones(4), "from memory")) is None
    for odd in (
        {},
        {"name": 3, "modes": [4], "order": "plain"},
        recipe | {"modes": 16},
        recipe | {"modes": [4, 5]},
        recipe | {"modes": ["4", "4"]},
        recipe | {"order": "odd"},
        recipe | {"name": str(tmp_path)},
        recipe | {"name": "/dev/zero"},
    ):
        with pytest.raises(DataError):
            source_from_recipe(odd)


@pytest.mark.parametrize(
    ("engine", "settings"),
    [
        ("growth", {}),
        ("certificate", {"max_seconds": 50.0}),
        (TNLS(samples=7, generations=3), {"objective": WeightedSum(weight=5.0, log=True)}),
        (TNLS(samples=7), {"objective": FewestParameters(0.01, penalty=3.0)}),
        ("random", {"prune": False, "warm": False, "evaluator": {"restarts": 1, "max_sweeps": 9}, "ahead": 2}),
    ],
    ids=["growth", "certificate", "weighted", "penalty", "random"],
)
def test_what_a_study_says_is_enough_to_go_on(engine, settings, tmp_path, monkeypatch):
    """Left after three, gone on with from the header alone: as if it had not been left."""
    settings = {"family": "ring", "max_evaluations": 7} | settings
    whole = list(run_of(None, engine, **settings))
    path = tmp_path / "a.study"
    list(islice(run_of(path, engine, **settings), 3))
    found = resumed(str(path), tensor=X)
    assert (found.source, found.search.budget.max_evaluations) == (None, 7)
    steps = list(found.search)
    assert [_facts(step) for step in steps] == [_facts(step) for step in whole]
    fitted = steps[-1].counts.fitted
    monkeypatch.setattr(Evaluator, "__call__", None)
    assert list(resumed(str(path), tensor=X).search)[-1].counts.fitted == fitted


def _facts(step) -> tuple:
    found = step.evaluation
    return found.structure, found.relative_error, found.score, found.fate, found.number, step.counts, step.status


class Own(Objective):
    """An objective that only its author has."""


def test_what_cannot_be_gone_on_with_says_why(kept, tmp_path):
    def refused(words: str, path, **settings) -> None:
        with pytest.raises(TnlabError, match=words) as caught:
            resumed(str(path), **settings)
        assert str(caught.value).count("\n") == 0

    refused("There is no study", tmp_path / "none.study")
    (tmp_path / "x.study").write_text("a letter\n")
    refused("is not a study", tmp_path / "x.study")
    list(islice(run_of(tmp_path / "bare.study"), 1))
    refused("does not say where its tensor is from", tmp_path / "bare.study")
    refused("its entries differ", tmp_path / "bare.study", tensor=X + 1)
    refused("of shape .*but the data has shape", tmp_path / "bare.study", tensor=X[0])
    refused("type float64, but .* float32", tmp_path / "bare.study", tensor=X.float())
    list(islice(run_of(tmp_path / "g.study", seed=torch.Generator().manual_seed(1)), 1))
    refused("its seed is", tmp_path / "g.study", tensor=X)
    head, *rest = lines_of(kept)
    for change, words in (
        ({"engine": "nobody"}, "Unknown engine 'nobody'"),
        ({"engine_settings": {"name": "TNLS", "wings": 2}}, "no wings in this version"),
        ({"engine_settings": {"name": "Mine"}}, "not one of tnlab's own"),
        ({"engine_settings": {"name": "TNLS", "samples": "many"}}, "cannot be resumed|samples"),
        ({"engine_settings": 3}, "cannot be resumed"),
        ({"objective": {"name": "Own"}}, "not one of tnlab's own"),
        ({"source": {"name": "/none/x.npy", "modes": [3] * 5, "order": "plain"}}, "without its data: The data is gone"),
        ({"source": {}}, "without its data"),
    ):
        path = tmp_path / "changed.study"
        path.write_bytes(json.dumps(json.loads(head) | change).encode() + b"\n" + b"".join(rest))
        refused(words, path)
    np.save(tmp_path / "x.npy", X.numpy())
    recipe = {"name": str(tmp_path / "x.npy"), "modes": [3] * 5, "order": "plain"}
    path.write_bytes(json.dumps(json.loads(head) | {"source": recipe}).encode() + b"\n" + b"".join(rest))
    assert resumed(str(path)).evaluations == len(opened(str(kept)).evaluations)
    np.save(tmp_path / "x.npy", 2 * X.numpy())
    refused("has changed since", path)


def test_two_cannot_import_to_one_place(kept, tmp_path):
    log = study_log(tmp_path / "one.study")
    log.acquire()
    try:
        with pytest.raises(StudyBusyError, match="is being written"):
            write_study(lines_of(kept), tmp_path / "one.study")
    finally:
        log.release()


JUNK = [None, -1, 0, 2.5, "AAAA", [], {}, [1], {"a": 1}, True, 10**400, math.nan, math.inf]


def test_any_value_may_be_wrong(kept, tmp_path):
    """One value of one line is another, or missing: it is read, or refused in one sentence; and stays as it was."""
    chosen = [json.loads(line) for line in [*lines_of(kept)[:4], lines_of(kept)[-1]]]
    path = tmp_path / "odd.study"
    refused = 0
    for place, record in enumerate(chosen):
        inner = next((name for name in ("opened", "bound", "closed") if name in record), None)
        changes = [*_changed(record)]
        changes += [{inner: changed} for changed in _changed(record[inner])] if inner is not None else []
        for changed in changes:
            lines = [json.dumps(changed if k == place else own).encode() + b"\n" for k, own in enumerate(chosen)]
            path.write_bytes(b"".join(lines))
            with suppress(TnlabError):
                to_csv(StudyReader(path))
                Summary.of(path).record()
                lines_from(path.read_bytes(), "odd")
                resumed(str(path), tensor=X)
                refused -= 1
            refused += 1
            assert path.read_bytes() == b"".join(lines)
    assert refused > 100


def _changed(record: dict):
    """Yield a record with every value gone, or one of five others in its place."""
    for k, gone in enumerate(record):
        yield {name: value for name, value in record.items() if name != gone}
        yield from (record | {gone: JUNK[(3 * k + n) % len(JUNK)]} for n in range(5))
