"""``tnlab watch``: how a study stands, once or until its writer ends."""

import shlex

from tests.cli.command_line import kept, record, refused, said
from tnlab.cli.watch_command import rows_of
from tnlab.structure_search.studies.reader import StudyReader, opened
from tnlab.structure_search.studies.summary import Summary


def test_a_study_that_was_left_says_how_to_go_on(place, capsys):
    kept(evaluations=3)
    reader = opened("a.study")
    rows = rows_of(reader, Summary.of(reader))
    progress = reader.progress
    assert rows["study"] == "a.study"
    assert rows["search"] == "x.npy: tnls, family ring, target error 0.0001, seed 0"
    assert rows["best"].endswith(": the target was not reached")
    assert rows["at least"].endswith("As recorded in the study; not proved again here.")
    assert rows["fitted"] == f"3 structures in {progress.counts.sweeps:,} sweeps"
    command = shlex.split(rows["to go on"].replace("MORE", "5"))
    capsys.readouterr()
    assert record(capsys, *command[1:])["evaluations"] == 5
    assert len(StudyReader("a.study").evaluations) >= 5


def test_watching_ends_where_no_process_writes(place, capsys):
    kept(evaluations=2)
    capsys.readouterr()
    watched = said(capsys, "watch", "a.study")
    once = said(capsys, "watch", "a.study", "--once")
    assert watched.endswith(once)
    assert "2 fitted: " in watched
    assert "2 fitted: " not in once
    assert record(capsys, "watch", "a.study")["fitted"] == 2


def test_what_is_no_study_is_refused(place, capsys):
    assert "is not a study" in refused(capsys, "watch", "x.npy")
    assert "There is no study" in refused(capsys, "watch", "none.study")
