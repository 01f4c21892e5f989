"""The logic of the Explorer: a structure drawn over a tensor and fitted, and what else a person may do with it."""

from tnlab_widgets.fitting.asking_piece import AskingPiece
from tnlab_widgets.fitting.exports_piece import ExportsPiece
from tnlab_widgets.fitting.fit_piece import FitPiece
from tnlab_widgets.fitting.looking_piece import LookingPiece
from tnlab_widgets.fitting.references_piece import ReferencesPiece
from tnlab_widgets.fitting.starts_piece import StartsPiece


class ExplorerPiece(AskingPiece, ExportsPiece, LookingPiece, ReferencesPiece, StartsPiece, FitPiece):
    """A structure that is drawn over a tensor, fitted in the background, and bounded from below.

    Each base adds one thing that a person may do; its tables of state and actions are added to those of ``FitPiece``,
    which says what the arguments mean.
    """
