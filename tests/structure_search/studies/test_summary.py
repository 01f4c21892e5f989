"""A summary says what a study found; the best structures of studies of one problem can be compared."""

import json
from itertools import islice

import pytest

from tests.structure_search.studies.kept_search import run_of
from tnlab.errors import DataError
from tnlab.structure_search.engines.growth import Growth
from tnlab.structure_search.studies.reader import StudyReader
from tnlab.structure_search.studies.summary import Summary, comparable


def test_a_summary_says_what_it_came_to(kept, tmp_path):
    row = Summary.of(kept)
    last = StudyReader(kept).progress
    assert last is not None
    assert last.incumbent is not None
    assert (row.name, row.data, row.engine, row.family, row.seed) == ("one", "x.npy", "tnls", "ring", 3)
    assert (row.parameters, row.relative_error) == (last.incumbent.parameters, last.incumbent.relative_error)
    assert (row.fitted, row.state, row.writer) == (12, "ended", "")
    assert row.fitted_to_best is not None
    assert 1 <= row.fitted_to_best <= 12
    assert row.bytes == kept.stat().st_size
    assert json.loads(json.dumps(row.record()))["state"] == "ended"
    list(islice(run_of(tmp_path / "left.study", engine=Growth(), family="any"), 2))
    left = Summary.of(tmp_path / "left.study")
    assert (left.state, left.data) == ("left", "a tensor of 3x3x3x3x3")
    assert "families" in comparable([row, left])
    assert comparable([row, row]) == ""
    with pytest.raises(DataError, match="There is no study"):
        Summary.of(tmp_path / "none.study")
