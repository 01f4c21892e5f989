"""What of the data is looked at: the slice of a stack, and the scale of residuals."""

from collections.abc import Mapping
from typing import ClassVar

from tnlab_widgets.base.piece import Action, Message
from tnlab_widgets.fitting.fit_piece import FitPiece


class LookingPiece(FitPiece):
    """Lets a person choose the slice that is shown of a volume or film, and the scale of residuals."""

    def look(self, *, along: object = None, at: object = None, scale: object = None) -> None:
        """Show another slice, slices along another axis, or residuals on another scale.

        Args:
            along: An axis of the stack, from 0.
            at: A slice, from 0.
            scale: "fixed" for one scale that follows from the data, "automatic" for the largest residual of each fit,
                or the residual that is black or white.

        Raises:
            DataError: The data has no such axis or slice, or the scale is no positive number.
        """
        with self.guard:
            panels, pictures = self._panels, self.state["pictures"]
            panels.look(along=along, at=at, scale=scale)
            shown = panels.again() if pictures else None
            self.push(original=panels.original(), **({} if shown is None else {"pictures": {**pictures, **shown}}))

    def _do_look(self, message: Message) -> None:
        self.look(along=message.get("along"), at=message.get("at"), scale=message.get("scale"))

    ACTIONS: ClassVar[Mapping[str, Action]] = {"look": _do_look}
