"""Who watches a study sees what its writer sees, and what counts."""

import json
import os
import socket
from itertools import islice

import pytest

from tests.structure_search.studies.study_searches import ENGINES, X, records, run_of
from tnlab.errors import DataError, StudyBusyError
from tnlab.metrics import relative_error
from tnlab.structure_search.engines.tnga import TNGA
from tnlab.structure_search.evaluation import Fate
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader


def test_one_writes_and_others_watch(tmp_path):
    """A second writer is told who the first one is; a watcher sees what the writer sees, and reads its cores."""
    path = tmp_path / "study"
    assert StudyReader(path).poll() == []
    run = iter(run_of(TNGA(population=12, keep=6), path, max_evaluations=30))
    first = list(islice(run, 4))
    reader = StudyReader(path)
    assert reader.busy == f"process {os.getpid()} on {socket.gethostname()}"
    with pytest.raises(StudyBusyError, match=f"written by process {os.getpid()} .*Watch it"):
        next(iter(run_of(TNGA(population=12, keep=6), path)))
    rest = list(run)
    shown = StudyReader(path)
    assert reader.progress is not None
    assert reader.progress.counts.proposed >= first[-1].counts.proposed
    later = reader.poll()
    assert later[-1].status == rest[-1].status
    assert later[-1].counts == rest[-1].counts
    assert shown.progress is not None
    assert (shown.progress.gap, shown.progress.reached) == (rest[-1].gap, rest[-1].reached)
    assert shown.busy == ""
    repeated = [one for one in shown.evaluations if one.fate is Fate.REPEATED]
    assert repeated
    for one in (rest[-1].incumbent, repeated[0]):
        network = shown.network(one.number)
        assert network is not None
        assert relative_error(X, network.to_tensor()) == pytest.approx(one.relative_error, rel=1e-9)
    with pytest.raises(DataError, match="no evaluation 99999"):
        shown.network(99999)


def test_a_later_line_counts_more_and_takes_nothing_with_it(tmp_path):
    """A watcher sees what a search that goes on would see: the later one of a number, and all behind it."""
    path = tmp_path / "study"
    list(run_of(ENGINES[0], path))
    reader = StudyReader(path)
    count, third = len(reader.evaluations), next(line for line in records(path) if line.get("number") == 3)
    with path.open("a") as file:
        file.write(json.dumps(third | {"relative_error": 0.75}) + "\n")
    for each in (reader, StudyReader(path)):
        each.poll()
        assert [one.number for one in each.evaluations] == list(range(1, count + 1))
        assert each.evaluations[2].relative_error == 0.75
        assert each.progress is not None
        assert each.progress.counts.proposed == count


def test_cores_are_those_of_what_counts(tmp_path):
    """Not of an evaluation with this number that was forgotten, though its error was less."""
    path = tmp_path / "study"
    list(run_of(ENGINES[0], path))
    fitted = sorted(
        (one for one in StudyReader(path).evaluations if one.fate is Fate.FITTED), key=lambda one: one.relative_error
    )
    least, most = (
        next(line for line in records(path) if line.get("number") == fitted[place].number) for place in (0, -1)
    )
    with path.open("a") as file:
        for line in ({"forget": 1}, least | {"number": 1}, {"forget": 1}, most | {"number": 1}):
            file.write(json.dumps(line) + "\n")
    reader = StudyReader(path)
    network = reader.network(1)
    assert network is not None
    assert network.structure == reader.evaluations[0].structure == fitted[-1].structure


def test_a_study_that_began_anew_is_watched_anew(tmp_path):
    path = tmp_path / "study"
    list(run_of(ENGINES[0], path))
    reader = StudyReader(path)
    FileLog(path).delete()
    assert reader.poll() == []
    assert (reader.header, reader.evaluations, reader.progress) == ({}, [], None)
    list(islice(run_of(ENGINES[1], path), 3))
    reader.poll()
    assert reader.engine == "growth"
    assert len(reader.evaluations) >= 3
    assert reader.generation == 1
