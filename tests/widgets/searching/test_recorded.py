"""Single evaluations read back from a study."""

import pytest

from tests.widgets.searching.searches import written
from tnlab.errors import DataError
from tnlab.structure_search.evaluation import Fate
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.searching.recorded import recorded


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
