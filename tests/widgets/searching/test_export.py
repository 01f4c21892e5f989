"""Studies as files for a person to keep, and back."""

import csv
import io

import pytest

from tests.widgets.searching.searches import written
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.searching.export import EXPORTS, exported


@pytest.fixture
def location(shelf):
    return shelf.location(written(shelf))


def test_a_table_has_one_row_for_each_evaluation(location):
    name, content = exported(location, "csv")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    kept = StudyReader(location).evaluations
    assert name == f"{location.stem}.csv"
    assert [int(row["number"]) for row in rows] == [found.number for found in kept]
    assert [int(row["parameters"]) for row in rows] == [found.parameters for found in kept]


def test_a_study_is_its_own_file(location):
    assert exported(location, "study") == (location.name, location.read_bytes())


@pytest.mark.parametrize("kind", sorted(set(EXPORTS) - {"csv"}))
def test_what_is_exported_can_be_taken_in(location, shelf, kind):
    taken = StudyReader(shelf.location(shelf.take_in(*exported(location, kind))))
    before = StudyReader(location)
    assert taken.header == before.header
    assert [found.structure for found in taken.evaluations] == [found.structure for found in before.evaluations]
