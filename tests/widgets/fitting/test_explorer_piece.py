"""The Explorer's piece: what its bases bring together."""

import numpy as np

from tests.widgets.conftest import Page
from tnlab_widgets.base.piece import Piece
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

BASES = [base for base in ExplorerPiece.__mro__[1:] if issubclass(base, Piece)]


def test_it_has_the_state_and_actions_of_every_base():
    for base in BASES:
        assert base.STATE.items() <= ExplorerPiece.STATE.items()
        assert base.ACTIONS.keys() <= ExplorerPiece.ACTIONS.keys()
        assert base.SLOW <= ExplorerPiece.SLOW <= ExplorerPiece.ACTIONS.keys()


def test_every_value_of_its_state_is_shown_from_the_beginning():
    shown = Page(ExplorerPiece(np.arange(81.0).reshape(3, 3, 3, 3) % 7))
    assert set(shown.piece.state) == set(ExplorerPiece.STATE)
    shown.piece.close()
