"""Lines of other compressions follow the data."""

import numpy as np

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab.data.other_codes import other_codes
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

PICTURE = np.random.default_rng(0).uniform(size=(16, 16))


def test_they_are_those_of_the_data_and_change_with_it():
    shown = Page(ExplorerPiece(PICTURE, modes=(4, 4, 4, 4), structure=("tt", 2)))
    shown.until(lambda: len(shown.seen.references) == 3)
    first = other_codes(PICTURE)[0]
    assert shown.seen.references[0] == {"name": first.name, "points": [list(point) for point in first.curve]}
    assert not shown.say("dataset", name="peaks")["error"]
    shown.until(lambda: [line["name"].split()[0] for line in shown.seen.references] == ["Haar", "cosines"])
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)
